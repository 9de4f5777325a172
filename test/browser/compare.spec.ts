import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { expect, test } from './lab.js';
import { kindsNotebook } from './kinds.js';
import { code, notebook } from './notebooks.js';

const run = promisify(execFile);

async function git(root: string, ...args: readonly string[]): Promise<void> {
  const who = ['-c', 'user.name=Ann', '-c', 'user.email=ann@example.org'];
  await run('git', [...who, ...args], { cwd: root });
}

test.use({
  notebooks: {
    'a.ipynb': kindsNotebook('base'),
    'b.ipynb': kindsNotebook('head'),
    'train.ipynb': notebook(code('trees', 'trees = 1')),
  },
});

test('two selected notebooks are compared, with pictures in each way and noise when asked', async ({
  lab,
}) => {
  const { page } = lab;
  const files = page.locator('.jp-DirListing-content');
  await files.getByText('a.ipynb').click();
  await files.getByText('b.ipynb').click({ modifiers: ['ControlOrMeta'] });
  await files.getByText('b.ipynb').click({ button: 'right' });
  await page.getByRole('menuitem', { name: 'Compare Selected Notebooks' }).click();
  const diff = page.locator('.cellar-Diff');
  await expect(diff.locator('.cellar-DiffHead-sides')).toHaveText(/a\.ipynb.*b\.ipynb/);
  await expect(page.getByRole('tab', { name: 'a.ipynb → b.ipynb' })).toBeVisible();

  const cell = (name: string) => diff.getByRole('article', { name });
  const picture = cell('code cell 9, modified');
  await diff.focus();
  for (let at = 0; at < 8; at += 1) await page.keyboard.press('n');
  await expect(picture.locator('img')).toHaveCount(2);
  await picture.getByRole('button', { name: 'swipe' }).click();
  const slider = picture.getByRole('slider', { name: 'Edge between before and after' });
  await slider.focus();
  await page.keyboard.press('ArrowRight');
  await expect(slider).toHaveValue('51');
  await picture.getByRole('button', { name: 'difference' }).click();
  await expect(picture.getByRole('img', { name: /% of pixels/ })).toBeVisible();
  await expect(picture.locator('.cellar-Stage-region')).toBeVisible();

  await diff.getByRole('checkbox', { name: 'noise' }).check();
  await diff.focus();
  for (let at = 0; at < 3; at += 1) await page.keyboard.press('p');
  await expect(cell('code cell 6, modified')).toContainText('noise: addresses');

  // A reload brings the tab back with the same sides and the same noise.
  await page.waitForTimeout(1500);
  await page.goto(page.url().replace(/[?&]reset/, ''));
  await expect(diff.locator('.cellar-DiffHead-sides')).toHaveText(/a\.ipynb.*b\.ipynb/);
  await expect(diff.getByRole('checkbox', { name: 'noise' })).toBeChecked();
});

test('a notebook is compared with its file and with a revision of git', async ({
  jupyter,
  lab,
  page,
}) => {
  const diff = page.locator('.cellar-Diff');
  await lab.openNotebook('train.ipynb');
  await lab.edit(0, 'trees = 60');
  await lab.run('cellar:compare-disk');
  await expect(diff).toContainText(/trees = 1.*trees = 60/s);
  await expect(diff.locator('.cellar-DiffHead-sides')).toHaveText(/train\.ipynb.*on disk.*now/);

  await lab.run('docmanager:open', { path: 'train.ipynb', factory: 'Notebook' });
  void lab.run('cellar:compare-revision');
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText('This notebook is in no git repository.');
  await dialog.getByRole('button', { name: 'Cancel' }).click();

  await git(jupyter.root, 'init', '-q');
  await git(jupyter.root, 'add', 'train.ipynb');
  await git(jupyter.root, 'commit', '-q', '-m', 'Grow one tree');
  await lab.notebook
    .locator(
      '[data-jp-item-name="cellar-compare"] jp-button, [data-jp-item-name="cellar-compare"] button',
    )
    .first()
    .click();
  await page.getByRole('menuitem', { name: 'Compare with Git Revision' }).click();
  await expect(dialog.getByRole('option')).toContainText(['Grow one tree']);
  await dialog.getByRole('combobox').fill('HEAD');
  await expect(dialog.getByRole('option', { selected: true })).toHaveText('revision HEAD');
  await page.keyboard.press('Enter');
  await expect(diff.locator('.cellar-DiffHead-sides')).toHaveText(/[0-9a-f]{7} Grow one tree.*now/);
  await expect(diff).toContainText(/trees = 1.*trees = 60/s);
});
