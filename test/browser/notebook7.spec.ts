import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { expect, test } from '@playwright/test';

import { removeHome, scratchHome, startJupyter } from './jupyter.js';
import { code, notebook, writeNotebook } from './notebooks.js';

test('keeps a version of what is run in Notebook 7, and shows it', async ({ page }) => {
  const home = scratchHome('nb7');
  const workspace = join(home, 'workspace');
  await mkdir(workspace, { recursive: true });
  await writeNotebook(workspace, 'train.ipynb', notebook(code('one', 'x = 1')));
  const jupyter = await startJupyter({ home, app: 'notebook', files: [] });
  try {
    await page.goto(`${jupyter.url}notebooks/train.ipynb?token=${jupyter.token}`);
    await page.waitForFunction('window.jupyterapp?.restored.then(() => true)');
    await page.waitForFunction(
      `window.jupyterapp.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'`,
      null,
      { timeout: 60_000 },
    );
    await page.locator('.jp-Cell .cm-content').click();
    await page.keyboard.press('Shift+Enter');
    await page.evaluate(`void window.jupyterapp.commands.execute('cellar:show-history')`);
    const panel = page.locator('.cellar-SidePanel');
    await expect(panel.getByRole('heading', { name: 'train.ipynb' })).toBeVisible();
    await expect(panel.locator('.cellar-Row')).toHaveCount(1);
  } finally {
    await jupyter.stop();
    await removeHome(home);
  }
});
