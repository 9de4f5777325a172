import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { keyOf } from '../server/notebook/secrets/samples.js';
import { faults } from './axe.js';
import { expect, test } from './lab.js';
import { code, notebook } from './notebooks.js';
import { cellar, show } from './site.js';

interface Log {
  readonly snapshots: readonly { readonly id: string }[];
}

// In two parts, so that no scanner takes this file for one that holds a token.
const TOKEN = `ghp_${keyOf(36)}`;
const PRINTS = `print("ghp" + "${TOKEN.slice(3)}")`;

test.use({
  notebooks: {
    'train.ipynb': notebook(code('one', 'x = 1'), code('two', 'x + 1'), code('three', PRINTS)),
  },
});

test('says which secret was left out of a version, leads to its cell, and keeps it once it is none', async ({
  lab,
  page,
  jupyter,
}) => {
  const newest = async (): Promise<string> =>
    (await cellar<Log>(jupyter.root, 'log', 'train.ipynb')).snapshots[0]?.id ?? '';
  await lab.openNotebook('train.ipynb');
  await lab.openPanel();
  await lab.runAll();
  const notice = lab.panel.getByRole('status').filter({ hasText: 'A secret was found' });
  await expect(notice).toContainText(
    'A GitHub personal access token in the output of cell 3 was left out of the version.',
  );
  await expect(lab.panel.locator('.cellar-Row')).toContainText('1 secret left out');
  for (const theme of ['JupyterLab Light', 'JupyterLab Dark']) {
    await lab.run('apputils:change-theme', { theme });
    // JupyterLab's body has no height of its own.
    await page.locator(`body[data-jp-theme-name="${theme}"]`).waitFor({ state: 'attached' });
    expect(await faults(page, '.cellar-SidePanel'), theme).toEqual([]);
  }
  const first = await newest();
  expect(await show(jupyter.root, first)).toContain('[redacted: github-pat]');
  expect(await show(jupyter.root, first)).not.toContain(TOKEN);

  await lab.cell(0).locator('.jp-InputPrompt').click();
  await expect(lab.cell(0)).toHaveClass(/jp-mod-active/);
  await notice.getByRole('button', { name: 'Show cell 3' }).click();
  await expect(lab.cell(2)).toHaveClass(/jp-mod-active/);
  await expect(lab.cell(2)).toBeInViewport();

  await notice.getByRole('button', { name: 'This is no secret' }).click();
  const said = lab.panel.getByText('From now on versions keep it.');
  await expect(said).toBeVisible();
  await lab.edit(0, 'x = 2');
  await lab.runAll();
  await expect.poll(newest).not.toBe(first);
  expect(await show(jupyter.root, await newest())).toContain(TOKEN);
  await lab.panel.getByRole('button', { name: 'Dismiss' }).click();
  await expect(said).toBeHidden();

  const words = 'A secret was not kept with this version; a mark "[redacted: …]" stands there.';
  await lab.panel.locator('.cellar-Row').last().click({ button: 'right' });
  await page.getByRole('menuitem', { name: /restore/i }).click();
  await expect(page.locator('.jp-Dialog')).toContainText(words);
  await page.locator('.jp-Dialog').getByRole('button', { name: 'Restore' }).click();
  await expect(page.locator('.Toastify__toast', { hasText: 'Restored train.ipynb' })).toContainText(
    words,
  );
  await expect(lab.cell(2).locator('.jp-OutputArea-output')).toHaveText('[redacted: github-pat]');
});

test('keeps no version with a secret where that is set, and says why until it is none', async ({
  lab,
  page,
  jupyter,
}) => {
  const settings = join(jupyter.root, '..', 'settings', 'jupyterlab-cellar');
  await mkdir(settings, { recursive: true });
  await writeFile(
    join(settings, 'plugin.jupyterlab-settings'),
    '{ "secretsInSources": "refuse" }\n',
  );
  await lab.open();
  await lab.openNotebook('train.ipynb');
  await lab.edit(1, `token = "${TOKEN}"`);
  await lab.runCell(1);
  await expect(lab.status).toHaveText('Cellar: not kept');
  // The panel is closed: it is said in a corner, which leads there.
  const toast = page.locator('.Toastify__toast', { hasText: 'train.ipynb' });
  await expect(toast).toContainText('in the source of cell 2 is why no version is kept.');
  await toast.getByRole('button', { name: 'Show' }).click();
  await expect(lab.panel.locator('.cellar-Capture')).toContainText('not kept');
  await expect(lab.panel).toContainText('No versions yet.');

  await lab.panel.getByRole('button', { name: 'This is no secret' }).click();
  await expect(lab.panel).toContainText('From now on versions that hold it are kept.');
  // The very run that was refused is kept.
  await expect(lab.panel.locator('.cellar-Row')).toContainText('cell 2');
  await expect(lab.status).toHaveText(/^Cellar: kept/);
});
