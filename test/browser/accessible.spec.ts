import type { Page } from '@playwright/test';

import { faults } from './axe.js';
import { leaveConflict, startTool } from './conflicts.js';
import { kindsNotebook } from './kinds.js';
import { code, notebook, writeNotebook } from './notebooks.js';
import { loginAsOwner, registerRuns } from './registered.js';
import { expect, snapshot, test } from './site.js';

const THEMES = ['light', 'dark'] as const;

async function expectNoFaults(page: Page): Promise<void> {
  for (const theme of THEMES) {
    await page.evaluate(`document.documentElement.dataset.theme = '${theme}'`);
    expect(await faults(page), theme).toEqual([]);
  }
}

test('axe-core objects to nothing in the versions and in a diff of every kind of output', async ({
  site,
  page,
}) => {
  await writeNotebook(site.root, 'kinds.ipynb', kindsNotebook('base'));
  const base = await snapshot(site.root, 'kinds.ipynb');
  await writeNotebook(site.root, 'kinds.ipynb', kindsNotebook('head'));
  const head = await snapshot(site.root, 'kinds.ipynb');
  const { login, url } = await site.serve();
  await page.setViewportSize({ width: 1280, height: 6400 });
  await page.goto(login);
  await page.getByRole('link', { name: 'kinds.ipynb' }).click();
  await expect(page.locator('.cellar-Snapshots tbody tr')).toHaveCount(2);
  await expectNoFaults(page);
  await page.goto(`${url}/#/diff/${base}/${head}?show=all`);
  await expect(page.locator('.cellar-Diff img').first()).toBeVisible();
  await expectNoFaults(page);
});

test('axe-core objects to nothing in a merge, also while a cell is written by hand', async ({
  site,
  page,
}) => {
  const trees = (count: number) => notebook(code('model', `trees = ${String(count)}`));
  await leaveConflict(site.root, 'wine.ipynb', {
    base: trees(1),
    local: trees(60),
    remote: trees(6),
  });
  const tool = startTool(site.root, 'wine.ipynb');
  await page.goto(await tool.address);
  const merge = page.getByRole('region', { name: 'Merge of wine.ipynb' });
  await expect(merge.getByRole('status')).toContainText('open');
  await expectNoFaults(page);
  await merge.press('n');
  await merge.press('e');
  await expect(merge.getByRole('textbox', { name: 'Merged source' })).toBeFocused();
  await expectNoFaults(page);
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Cancel' }).click();
  expect(await tool.code).toBe(1);
});

test('axe-core objects to nothing in registered models, their versions, and while these are changed', async ({
  site,
  page,
}) => {
  const served = await site.serve();
  await registerRuns(page.request, served);
  await loginAsOwner(page.request, served);
  await page.goto(`${served.url}/#/models`);
  await expect(page.getByRole('link', { name: 'wine', exact: true })).toBeVisible();
  await expectNoFaults(page);
  await page.goto(`${served.url}/#/models/wine`);
  await page.getByRole('button', { name: 'Ask for approval' }).click();
  await expectNoFaults(page);
  await page.getByLabel('Who may approve').fill('Anna');
  await page.getByRole('button', { name: 'Ask for approval' }).click();
  await page.goto(`${served.url}/#/models/wine/2`);
  await page.getByRole('button', { name: 'Set an alias' }).click();
  await page.getByRole('button', { name: 'Link for Anna' }).click();
  await expect(page.getByLabel('Give this to Anna')).toBeVisible();
  await expectNoFaults(page);
  await page.goto(`${served.url}/#/models/wine/1/3`);
  await expect(page.getByRole('region', { name: 'Files' })).toContainText('modified');
  await expectNoFaults(page);
});
