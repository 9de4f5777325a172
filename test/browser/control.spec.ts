import { cellar } from './site.js';
import { expect, test } from './lab.js';
import { code, notebook } from './notebooks.js';

interface Log {
  readonly snapshots: readonly { readonly message: string | null; readonly trigger: string }[];
}

test.use({ notebooks: { 'train.ipynb': notebook(code('one', 'x = 1'), code('two', 'x + 1')) } });

test('keeps nothing while paused, and a version with a message when asked', async ({
  lab,
  page,
  jupyter,
}) => {
  const log = async () => (await cellar<Log>(jupyter.root, 'log', 'train.ipynb')).snapshots;
  await lab.openNotebook('train.ipynb');
  await lab.openPanel();
  await lab.panel.getByRole('button', { name: 'Pause: keep no versions' }).click();
  await expect(lab.status).toHaveText('Cellar: paused');
  await expect(lab.panel).toContainText('None are kept while this notebook is paused.');
  await lab.runCell(0);
  await lab.run('docmanager:save');
  // A burst is sent 300 ms after the kernel is quiet.
  await page.waitForTimeout(1500);
  await expect(lab.rows).toHaveCount(0);
  expect(await cellar(jupyter.root, 'log', 'train.ipynb').catch(() => 'nothing')).toBe('nothing');

  await lab.panel.getByRole('button', { name: 'Keep versions again' }).click();
  await expect(lab.status).not.toHaveText('Cellar: paused');
  await lab.runCell(1);
  await expect(lab.status).toHaveText(/^Cellar: kept (just now|\d+ s ago)$/);
  await expect(lab.panel.locator('.cellar-Row')).toHaveCount(1);

  await lab.notebook.getByRole('button', { name: 'Keep this version of the notebook' }).click();
  const dialog = page.locator('.jp-Dialog', { hasText: 'Keep this version of train.ipynb' });
  await dialog.getByRole('textbox').fill('before the new <b>split</b>');
  await dialog.getByRole('button', { name: 'Keep' }).click();
  await expect(lab.rows.first()).toContainText('“before the new <b>split</b>”');
  expect((await log())[0]).toMatchObject({
    message: 'before the new <b>split</b>',
    trigger: 'manual',
  });
});

test('takes a restore back at a click', async ({ lab, page }) => {
  await lab.openNotebook('train.ipynb');
  await lab.openPanel();
  await lab.runAll();
  await expect(lab.rows).toHaveCount(1);
  await lab.edit(0, 'x = 2');
  await lab.runAll();
  await expect(lab.rows).toHaveCount(2);
  await lab.rows.last().click({ button: 'right' });
  await page.getByRole('menuitem', { name: /restore/i }).click();
  await page.getByRole('button', { name: /restore/i }).click();
  const source = lab.cell(0).locator('.cm-content');
  await expect(source).toHaveText('x = 1');
  const notice = page.locator('.Toastify__toast', { hasText: 'Restored train.ipynb' });
  await notice.getByRole('button', { name: 'Undo' }).click();
  await expect(source).toHaveText('x = 2');
});
