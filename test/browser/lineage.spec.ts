import type { Page } from '@playwright/test';

import { faults } from './axe.js';
import { loginAsOwner } from './registered.js';
import { expect, test } from './site.js';
import { trace } from './traced.js';

const at = (url: string, fragment: string): string => new URL(fragment, url).href;

test('from a registered version to its cell is one click, and to what its notebook changed another', async ({
  site,
  page,
}) => {
  const served = await site.serve();
  const { run, snapshots } = await trace(served, site.root);
  await page.goto(served.login);
  await page.goto(at(served.url, `#/lineage/${encodeURIComponent('models:/wine@champion')}`));
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(
    /^wine v1, from train\.ipynb as of \d\d:\d\d \(cell 5\), on wine\.csv \(178 rows\), accuracy 0\.9722, clean run\.$/,
  );
  const graph = page.getByRole('group', { name: 'Lineage' });
  await expect(graph.locator('[aria-current]')).toHaveAccessibleName(
    /^registered version wine v1 @champion\s?, from model forest, this one$/,
  );
  await graph.getByRole('button', { name: /^cell 5/ }).click();
  expect(page.url()).toBe(at(served.url, `#/run/${run}?cell=fit`));
  const cell = page.getByRole('listitem', { name: 'cell 5, made this run' });
  await expect(cell).toBeInViewport();
  await expect(cell).toContainText('mlflow.start_run(run_name="forest of 60")');
  await expect(cell).toContainText('accuracy 0.97222');

  await graph.getByRole('button', { name: /^version as of \d\d:\d\d/ }).click();
  await expect(page).toHaveURL(at(served.url, `#/diff/${snapshots[0]}/${snapshots[1]}`));
  await expect(page.locator('.cellar-Diff')).toContainText(/trees = 1.*trees = 60/s);
});

test("a model is registered from its run's page, by who may", async ({ site, page }) => {
  const served = await site.serve();
  const { run } = await trace(served, site.root);
  await page.goto(served.login);
  await page.goto(at(served.url, `#/run/${run}`));
  await expect(page.getByRole('heading', { level: 1 })).toContainText('from train.ipynb');
  await expect(page.getByRole('button', { name: 'Register a model…' })).toHaveCount(0);

  await loginAsOwner(page.request, served);
  await page.reload();
  await page.getByRole('button', { name: 'Register a model…' }).click();
  await page.getByRole('combobox', { name: /^Model / }).fill('a/b');
  await page.getByRole('button', { name: 'Register', exact: true }).click();
  await expect(page.getByRole('alert')).toContainText('a/b');
  await page.getByRole('combobox', { name: /^Model / }).fill('grapes');
  await page.getByLabel(/^Alias/).fill('champion');
  await page.getByRole('button', { name: 'Register', exact: true }).click();
  await page.getByRole('status').getByRole('link', { name: 'grapes v1' }).click();
  await expect(page.getByRole('region', { name: 'State' })).toContainText('@champion');
  await page.getByRole('link', { name: 'cell 5' }).click();
  await expect(page.getByRole('listitem', { name: 'cell 5, made this run' })).toBeInViewport();
});

test("a run's page tells what it read and made, and leads on to each", async ({ site, page }) => {
  const served = await site.serve();
  const { run } = await trace(served, site.root, 7);
  await page.goto(served.login);
  await page.goto(at(served.url, `#/run/${run}`));
  const facts = page.locator('.cellar-Trace-facts');
  await expect(facts).toContainText(/accuracy\s*0\.9722/);
  await expect(facts).toContainText(/trees\s*60/);
  await expect(facts).toContainText('Python 3 (ipykernel) 3.11.7');
  const download = page.waitForEvent('download');
  await facts.getByRole('link', { name: 'Download wine.joblib' }).click();
  expect((await download).suggestedFilename()).toBe('wine.joblib');
  const cells = page.getByRole('region', { name: 'Cells that ran' }).getByRole('listitem');
  await expect(cells).toHaveCount(5);
  await expect(cells.first().frameLocator('iframe').getByText('14.23')).toBeVisible();
  await expect(cells.nth(3).locator('img')).toBeVisible();

  await facts.getByRole('button', { name: 'wine.csv' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(
    'wine.csv (178 rows). 8 runs and 2 registered versions came of it.',
  );
  const graph = page.getByRole('group', { name: 'Lineage' });
  await expect(graph.getByRole('button', { name: /^run search/ })).toHaveCount(3);
  await graph.getByRole('button', { name: '4 more runs' }).click();
  await expect(graph.getByRole('button', { name: /^run search/ })).toHaveCount(7);
});

test('the graph is gone through by keys, and is a list where there is little room', async ({
  site,
  page,
}) => {
  const served = await site.serve();
  const { run } = await trace(served, site.root);
  await page.goto(served.login);
  await page.goto(at(served.url, `#/run/${run}`));
  const graph = page.getByRole('group', { name: 'Lineage' });
  await graph.locator('[aria-current]').focus();
  await page.keyboard.press('ArrowUp');
  await expect(graph.getByRole('button', { name: /^cell 5/ })).toBeFocused();
  await page.keyboard.press('ArrowRight');
  await expect(graph.getByRole('button', { name: /^data wine\.csv/ })).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await expect(graph.locator('[aria-current]')).toBeFocused();

  await page.setViewportSize({ width: 320, height: 900 });
  await expect(graph.locator('.cellar-Lineage-list')).toBeVisible();
  await expect(graph).toContainText('and from data wine.csv');
  const wider = 'document.querySelector(".cellar-Trace").scrollWidth > innerWidth';
  expect(await page.evaluate(wider)).toBe(false);
  await graph.getByRole('button', { name: /^data wine\.csv/ }).click();
  await expect(page.getByRole('heading', { level: 1 })).toContainText('wine.csv (178 rows)');
});

test('axe-core objects to nothing on these pages, in both themes, wide and narrow', async ({
  site,
  page,
}) => {
  const served = await site.serve();
  const { run } = await trace(served, site.root, 7);
  await page.goto(served.login);
  for (const fragment of [`#/run/${run}`, '#/lineage/wine.csv'])
    for (const width of [1280, 390]) {
      await page.setViewportSize({ width, height: 2400 });
      await page.goto(at(served.url, fragment));
      await expect(page.locator('.cellar-LineageNode').first()).toBeVisible();
      await expectNoFaults(page);
    }
});

async function expectNoFaults(page: Page): Promise<void> {
  for (const theme of ['light', 'dark']) {
    await page.evaluate(`document.documentElement.dataset.theme = '${theme}'`);
    expect(await faults(page), theme).toEqual([]);
  }
}

test("a registered version's page has its lineage beside its facts", async ({ site, page }) => {
  const served = await site.serve();
  const { run } = await trace(served, site.root);
  await page.goto(served.login);
  await page.goto(at(served.url, '#/models/wine/1'));
  const graph = page.getByRole('group', { name: 'Lineage' });
  await graph.getByRole('button', { name: /^cell 5/ }).click();
  await expect(page).toHaveURL(at(served.url, `#/run/${run}?cell=fit`));
  await graph.getByRole('button', { name: /^registered version wine v1/ }).click();
  await expect(page).toHaveURL(at(served.url, '#/models/wine/1'));
});

test('what is not there says so, and how things are named', async ({ site, page }) => {
  const served = await site.serve();
  await page.goto(served.login);
  await page.goto(at(served.url, `#/run/${'f'.repeat(32)}`));
  await expect(page.getByRole('alert')).toContainText('A run is named by its id');
});
