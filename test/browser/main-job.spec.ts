import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { expect, test } from './lab.js';

const run = promisify(execFile);

test('runs the example twice, sees both versions, compares, restores, and finds each model', async ({
  lab,
  page,
  jupyter,
}) => {
  await lab.openNotebook('wine.ipynb');
  await page.getByRole('tab', { name: /cellar/i }).click();
  const panel = page.locator('.cellar-SidePanel');
  await expect(panel).toContainText('No versions yet.');

  await lab.runAll();
  const rows = panel.locator('.cellar-Row:not(.cellar-mod-folded)');
  await expect(rows).toHaveCount(1);
  await expect(rows.first()).toContainText('0.8333');
  await expect(rows.first()).toContainText('clean');

  await lab.edit(await lab.indexOf('hyperparameters'), 'trees = 60');
  await lab.runAll();
  await expect(rows).toHaveCount(2);
  await expect(rows.first()).toContainText('0.9722');
  await expect(rows.first()).toContainText('0.1389');
  await expect(rows.first()).toContainText('wine.joblib');
  await expect(rows.last()).toContainText('wine.joblib');

  await rows.first().click();
  const diff = page.locator('.cellar-Diff');
  await expect(diff).toContainText('trees = 1');
  await expect(diff).toContainText('trees = 60');
  await expect(diff).toContainText(/0\.8333.*0\.9722/s);
  const picture = diff.locator('img').first();
  await picture.scrollIntoViewIfNeeded();
  await expect(picture).toBeVisible();
  expect(
    await picture.evaluate((image) => (image as unknown as { naturalWidth: number }).naturalWidth),
  ).toBeGreaterThan(100);

  const downloads = [];
  for (const row of [rows.first(), rows.last()]) {
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      row.getByRole('link', { name: /wine\.joblib/ }).click(),
    ]);
    const bytes = await readFile(await download.path());
    downloads.push(createHash('sha256').update(bytes).digest('hex'));
  }
  expect(new Set(downloads).size).toBe(2);

  await rows.last().click({ button: 'right' });
  await page.getByRole('menuitem', { name: /restore/i }).click();
  await page.getByRole('button', { name: /restore/i }).click();
  await lab.run('docmanager:open', { path: 'wine.ipynb' });
  const cell = lab.cell(await lab.indexOf('hyperparameters'));
  await cell.scrollIntoViewIfNeeded();
  await expect(cell.locator('.cm-content')).toHaveText('trees = 1');
  await expect(panel).toContainText(/restored/i);

  const folder = jupyter.root;
  const plain = join(folder, '..', 'plain');
  await run('git', [
    '-c',
    'filter.lfs.smudge=',
    '-c',
    'filter.lfs.process=',
    '-c',
    'filter.lfs.required=false',
    'clone',
    '-q',
    join(folder, '.cellar/store.git'),
    plain,
  ]);
  const log = await run('git', ['-C', plain, 'log', '--format=%s', '--', 'wine.ipynb']);
  expect(log.stdout).toMatch(/run all, accuracy 0\.9722/);
  expect(await pointers(plain)).toEqual(expect.arrayContaining(downloads));

  const whole = join(folder, '..', 'whole');
  const lfs = [
    '-c',
    'filter.lfs.smudge=git-lfs smudge -- %f',
    '-c',
    'filter.lfs.process=git-lfs filter-process',
    '-c',
    'filter.lfs.required=true',
  ];
  await run('git', [...lfs, 'clone', '-q', join(folder, '.cellar/store.git'), whole]);
  expect(await hashes(whole)).toEqual(expect.arrayContaining(downloads));
});

/** Paths of the artifacts in a clone. */
async function artifacts(clone: string): Promise<string[]> {
  const runs = join(clone, '.cellar', 'runs');
  const files = await readdir(runs, { recursive: true });
  return files.filter((file) => file.includes('artifacts/')).map((file) => join(runs, file));
}

async function pointers(clone: string): Promise<string[]> {
  const texts = await Promise.all((await artifacts(clone)).map((path) => readFile(path, 'utf8')));
  return texts.map((text) => /^oid sha256:([0-9a-f]{64})$/m.exec(text)?.[1] ?? text);
}

async function hashes(clone: string): Promise<string[]> {
  const files = await Promise.all((await artifacts(clone)).map((path) => readFile(path)));
  return files.map((bytes) => createHash('sha256').update(bytes).digest('hex'));
}
