import { rm } from 'node:fs/promises';
import { join } from 'node:path';

import { expect, test, type Lab } from './lab.js';
import { code, notebook } from './notebooks.js';

interface Listed {
  readonly notebooks: readonly {
    readonly path: string;
    readonly deleted: boolean;
    readonly snapshots: number;
    readonly formerPaths: readonly string[];
    readonly origin: { readonly path: string } | null;
  }[];
}

test.use({
  notebooks: { 'Untitled.ipynb': notebook(code('one', 'x = 1'), code('two', 'x + 1')) },
});

test('a history follows a rename and Save As, a copy names its origin, and a deleted notebook comes back', async ({
  lab,
  page,
  jupyter,
}) => {
  const listed = async (path: string) => {
    const answer = await page.request.get(`${jupyter.url}cellar/api/v1/notebooks`);
    const { notebooks } = (await answer.json()) as Listed;
    return notebooks.find((each) => each.path === path);
  };
  const all = lab.panel.locator('.cellar-Row');
  await lab.openNotebook('Untitled.ipynb');
  await lab.openPanel();
  await lab.runAll();
  await expect(all).toHaveCount(1);

  await select(lab, 'Untitled.ipynb');
  await page.keyboard.press('F2');
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.insertText('train.ipynb');
  await page.keyboard.press('Enter');
  await expect(lab.panel.getByRole('heading', { name: 'train.ipynb' })).toBeVisible();
  await lab.edit(0, 'x = 2');
  await lab.runAll();
  await expect
    .poll(() => listed('train.ipynb'))
    .toMatchObject({ snapshots: 2, formerPaths: ['Untitled.ipynb'], origin: null });

  await lab.run('docmanager:save');
  await select(lab, 'train.ipynb');
  await lab.run('filebrowser:duplicate');
  await lab.openNotebook('train-Copy1.ipynb');
  await lab.runAll();
  await expect
    .poll(() => listed('train-Copy1.ipynb'))
    .toMatchObject({ snapshots: 1, origin: { path: 'train.ipynb' } });

  await lab.openNotebook('train.ipynb');
  await lab.edit(0, 'x = 3');
  void lab.run('docmanager:save-as');
  const dialog = page.locator('.jp-Dialog');
  await dialog.getByRole('textbox').fill('second.ipynb');
  await dialog.getByRole('button', { name: 'Save' }).click();
  // JupyterLab closes the tab of the old file, whose editor still holds the change.
  await dialog.getByRole('button', { name: 'Discard' }).click();
  await lab.openNotebook('second.ipynb');
  await expect(lab.panel.getByRole('heading', { name: 'second.ipynb' })).toBeVisible();
  await expect
    .poll(() => listed('second.ipynb'))
    .toMatchObject({ snapshots: 3, formerPaths: ['Untitled.ipynb', 'train.ipynb'] });

  await rm(join(jupyter.root, 'train-Copy1.ipynb'));
  await expect.poll(() => listed('train-Copy1.ipynb')).toMatchObject({ deleted: true });
  void lab.run('cellar:show-deleted');
  await expect(page.locator('.jp-Dialog')).toContainText('train-Copy1.ipynb');
  await page.locator('.jp-Dialog').getByRole('button', { name: 'Restore' }).click();
  await expect.poll(() => listed('train-Copy1.ipynb')).toMatchObject({ deleted: false });
  await expect(lab.panel.getByRole('heading', { name: 'train-Copy1.ipynb' })).toBeVisible();
  await expect(lab.cell(0).locator('.cm-content')).toHaveText('x = 2');
});

/** Selects a file in the file browser. */
async function select({ page }: Lab, name: string): Promise<void> {
  await page.locator('.jp-DirListing-item', { hasText: name }).click();
}
