import { execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { keyOf } from '../server/notebook/secrets/samples.js';
import { expect, Lab, test } from './lab.js';
import { code, notebook } from './notebooks.js';
import { cellar } from './site.js';

const FOLDER = join(import.meta.dirname, '..', '..', '.scratch', 'panel');
const THEMES = { light: 'JupyterLab Light', dark: 'JupyterLab Dark' } as const;
const FOREST = `import cellar
with open("wine.joblib", "wb") as file:
    file.write(bytes(54_000))
cellar.log(accuracy=0.9722)
cellar.artifact("wine.joblib")`;
const PRINTS = `print("ghp" + "_${keyOf(36)}")`;

test.use({
  notebooks: {
    'wine.ipynb': notebook(code('fit', FOREST)),
    'train.ipynb': notebook(
      code('one', 'import cellar\ncellar.log(accuracy=0.93)'),
      code('two', PRINTS),
      code('three', 'cellar.artifact("gone.pkl")'),
    ),
  },
});

test('what the panel says beside the versions, in both themes and at two widths', async ({
  page,
  jupyter,
}) => {
  await writeFile(join(jupyter.root, 'old.ipynb'), JSON.stringify(notebook(code('a', '1'))));
  const git = (...args: readonly string[]): unknown =>
    execFileSync('git', ['-c', 'user.name=Ada', '-c', 'user.email=a@b.c', ...args], {
      cwd: jupyter.root,
    });
  git('init', '-q');
  git('add', 'old.ipynb');
  git('commit', '-qm', 'Old');
  const lab = new Lab(page, jupyter);
  await lab.open();
  await page.locator('.Toastify__toast').first().waitFor();
  await page.waitForTimeout(1000);
  await page.screenshot({ path: join(FOLDER, 'corner.png') });
  await lab.openPanel();
  await lab.panel.getByRole('region', { name: 'What Cellar keeps' }).waitFor();
  await shoot(lab, 'first-run');

  await page.addStyleTag({ content: '.Toastify { display: none }' });
  await lab.openNotebook('train.ipynb');
  await lab.runAll().catch(() => undefined);
  await lab.panel.getByText('A secret was found').first().waitFor();
  await shoot(lab, 'notices');

  const { pid } = JSON.parse(
    await readFile(join(jupyter.root, '.cellar', 'server.json'), 'utf8'),
  ) as { pid: number };
  await writeFile(join(jupyter.root, '.cellar', 'store.git', 'refs', 'heads', 'main'), 'x\n');
  process.kill(pid, 'SIGKILL');
  await expect(lab.panel.getByText('can still be seen')).toBeVisible({ timeout: 60_000 });
  await shoot(lab, 'damaged');
});

test('what a version says of registries elsewhere', async ({ lab, page, jupyter }) => {
  await page.addStyleTag({ content: '.Toastify { display: none }' });
  await lab.openPanel();
  await lab.openNotebook('wine.ipynb');
  await lab.runAll();
  await lab.rows.first().waitFor();
  const { snapshots } = await cellar<{ snapshots: { runs: { id: string }[] }[] }>(
    jupyter.root,
    ...['log', 'wine.ipynb'],
  );
  const of = `runs:/${snapshots[0]?.runs[0]?.id ?? ''}/wine.joblib`;
  // Whoever links to what nobody can be asked about is believed.
  await cellar(jupyter.root, 'registry', 'add', 'prod', 'http://127.0.0.1:9');
  await cellar(jupyter.root, 'registry', 'link', of, 'prod', 'team-wine', '7');
  await expect(lab.rows.first()).toContainText('prod: team-wine v7');
  await shoot(lab, 'elsewhere');
  await lab.rows.first().click({ button: 'right' });
  await page.getByRole('menuitem', { name: 'Open the run' }).click();
  await expect(page.getByRole('region', { name: 'Elsewhere' })).toContainText('team-wine v7');
  await page.screenshot({ path: join(FOLDER, 'elsewhere-tab.png') });
});

async function shoot(lab: Lab, name: string): Promise<void> {
  const { page } = lab;
  for (const [word, theme] of Object.entries(THEMES)) {
    await lab.run('apputils:change-theme', { theme });
    await page.locator(`body[data-jp-theme-name="${theme}"]`).waitFor({ state: 'attached' });
    for (const wider of [0, 150]) {
      await drag(lab, -wider);
      await page.waitForTimeout(700);
      await lab.panel.screenshot({ path: join(FOLDER, `${name}-${word}-${String(wider)}.png`) });
      await drag(lab, wider);
    }
  }
}

/** Moves the panel's left edge. */
async function drag({ page }: Lab, by: number): Promise<void> {
  const edge = page.locator('#jp-main-split-panel > .lm-SplitPanel-handle:not(.lm-mod-hidden)');
  const box = await edge.last().boundingBox();
  if (box === null || by === 0) return;
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x + by, y, { steps: 4 });
  await page.mouse.up();
}
