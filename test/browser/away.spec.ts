import { readFile, symlink, unlink } from 'node:fs/promises';
import { join } from 'node:path';

import { cellar } from './site.js';
import { expect, test } from './lab.js';
import { code, notebook } from './notebooks.js';

interface Log {
  readonly snapshots: readonly unknown[];
}

test.use({ notebooks: { 'train.ipynb': notebook(code('one', 'x = 1'), code('two', 'x + 1')) } });

test('keeps a version in the browser while the server is away, and delivers it once', async ({
  lab,
  page,
  jupyter,
}) => {
  const log = async () => (await cellar<Log>(jupyter.root, 'log', 'train.ipynb')).snapshots;
  await lab.openNotebook('train.ipynb');
  await lab.openPanel();
  await lab.runCell(0);
  await expect(lab.panel.locator('.cellar-Row')).toHaveCount(1);

  // Without its Node the supervisor cannot start the server again.
  await unlink(jupyter.node);
  process.kill(await ownerOf(jupyter.root), 'SIGKILL');
  await lab.edit(1, 'x + 2');
  await lab.runCell(1);
  await expect(lab.status).toHaveText('Cellar: 1 waiting');
  await expect(lab.panel.getByRole('alert')).toContainText(
    'Cellar does not answer. 1 version waits in this browser and will be kept when it is back.',
  );
  await lab.run('docmanager:save');
  await expect(lab.status).toHaveText(/^Cellar: [12] waiting$/);

  await lab.open();
  await lab.openNotebook('train.ipynb');
  await expect(lab.status).toHaveText(/^Cellar: [12] waiting$/);

  await symlink(process.execPath, jupyter.node);
  await expect(lab.status).toHaveText(/^Cellar: kept/, { timeout: 60_000 });
  await lab.openPanel();
  await expect(lab.panel).not.toContainText('Cellar does not answer');
  await expect.poll(async () => (await log()).length).toBe(2);
  await page.waitForTimeout(1000);
  expect(await log()).toHaveLength(2);
});

/** The process that owns the workspace's store. */
async function ownerOf(root: string): Promise<number> {
  const text = await readFile(join(root, '.cellar', 'server.json'), 'utf8');
  return (JSON.parse(text) as { pid: number }).pid;
}
