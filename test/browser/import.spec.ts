import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { expect, Lab, test } from './lab.js';
import { code, notebook, writeNotebook } from './notebooks.js';
import { cellar } from './site.js';

const run = promisify(execFile);

interface Log {
  readonly snapshots: readonly { readonly message: string | null; readonly trigger: string }[];
}

test.use({ notebooks: { 'train.ipynb': notebook(code('one', 'trees = 0')) } });

/** Makes the folder a git repository in which each state of two notebooks was committed. */
async function commitStates(root: string, count: number): Promise<void> {
  const git = (...args: readonly string[]): Promise<unknown> =>
    run('git', ['-c', 'user.name=Ann', '-c', 'user.email=ann@example.org', ...args], { cwd: root });
  await git('init', '-q');
  for (let trees = 1; trees <= count; trees += 1) {
    await writeNotebook(root, 'train.ipynb', notebook(code('one', `trees = ${String(trees)}`)));
    if (trees === 1) await writeNotebook(root, 'plot.ipynb', notebook(code('two', 'plot()')));
    await git('add', 'train.ipynb', 'plot.ipynb');
    await git('commit', '-qm', `Try ${String(trees)} trees`);
  }
}

async function stateOf(root: string): Promise<string> {
  const done = await Promise.all([
    run('git', ['rev-parse', 'HEAD'], { cwd: root }),
    run('git', ['status', '--porcelain'], { cwd: root }),
  ]);
  return done.map(({ stdout }) => stdout).join('');
}

test('brings in what git has of the notebooks when it is first opened in a repository', async ({
  jupyter,
  page,
}) => {
  await commitStates(jupyter.root, 12);
  const before = await stateOf(jupyter.root);
  const lab = new Lab(page, jupyter);
  await lab.open();
  await lab.openPanel();
  const card = lab.panel.getByRole('region', { name: 'Import from git' });
  await expect(card).toContainText(
    'This folder has 2 notebooks in git history. Import their versions?',
  );
  await expect(card).toContainText('12 commits touch a notebook. Your repository is only read.');
  await card.getByRole('button', { name: 'Import', exact: true }).click();
  await expect(lab.panel.getByRole('progressbar', { name: 'Import' })).toBeVisible();
  await expect(lab.panel).toContainText('13 versions of 2 notebooks imported.');
  expect(await stateOf(jupyter.root)).toBe(before);
  const done = lab.panel.getByRole('status', { name: 'Import from git' });
  await done.getByRole('button', { name: 'Close' }).click();

  await lab.openNotebook('train.ipynb');
  await expect(lab.rows).toHaveCount(12);
  await expect(lab.rows.first()).toContainText('“Try 12 trees”');
  await lab.rows.first().click();
  await expect(page.locator('.cellar-Diff')).toContainText(/trees = 11.*trees = 12/s);
  const { snapshots } = await cellar<Log>(jupyter.root, 'log', 'train.ipynb');
  expect(snapshots.map(({ trigger }) => trigger)).toEqual(Array(12).fill('import'));

  // All of it is here: nothing is offered any more.
  await lab.open();
  await lab.openPanel();
  await expect(lab.panel).toContainText(/No notebook is open|train\.ipynb/);
  await expect(card).toBeHidden();
});

test('offers it no more in this browser after “Not now”', async ({ jupyter, page }) => {
  await commitStates(jupyter.root, 2);
  const lab = new Lab(page, jupyter);
  await lab.open();
  await lab.openPanel();
  const card = lab.panel.getByRole('region', { name: 'Import from git' });
  await card.getByRole('button', { name: 'Not now' }).click();
  await expect(card).toBeHidden();
  await lab.open();
  await lab.openNotebook('train.ipynb');
  await lab.openPanel();
  await lab.runCell(0);
  await expect(lab.rows).toHaveCount(1);
  await expect(card).toBeHidden();
  // By hand it can be done all the same.
  const imported = await cellar<{ readonly snapshots: number }>(
    jupyter.root,
    'import',
    '--git',
    jupyter.root,
  );
  expect(imported.snapshots).toBe(3);
});
