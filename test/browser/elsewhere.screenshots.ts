import { join } from 'node:path';

import type { Page } from '@playwright/test';

import { startMlflow } from './mlflow.js';
import { loginAsOwner } from './registered.js';
import { cellar, expect, test } from './site.js';
import { trace } from './traced.js';

const FOLDER = join(import.meta.dirname, '..', '..', '.scratch', 'elsewhere');

test('what runs and versions are linked to elsewhere, in both themes at two widths', async ({
  site,
  page,
}) => {
  const served = await site.serve();
  const { run } = await trace(served, site.root);
  await loginAsOwner(page.request, served);
  const show = async (place: string): Promise<void> => {
    await page.goto(new URL(place, served.url).href);
    await expect(page.getByRole('region', { name: 'Elsewhere' })).toBeVisible();
    await expect(page.locator('.cellar-LineageNode').first()).toBeVisible();
  };
  const elsewhere = page.getByRole('region', { name: 'Elsewhere' });
  await show(`#/run/${run}`);
  await shoot(page, 'empty');

  const mlflow = await startMlflow(join(site.root, '.mlflow'));
  try {
    await cellar(site.root, 'registry', 'add', 'prod', mlflow.url);
    const register = ['registry', 'register', `runs:/${run}/wine.joblib`, 'prod', 'team-wine'];
    await cellar(site.root, ...register, '-m', 'Deeper trees.');
    await fetch(`${mlflow.url}/api/2.0/mlflow/registered-models/alias`, {
      ...{ method: 'POST', headers: { 'content-type': 'application/json' } },
      body: JSON.stringify({ name: 'team-wine', alias: 'champion', version: '1' }),
    });
    await cellar(site.root, 'registry', 'register', 'models:/wine/2', 'prod', 'team-wine');
    await cellar(site.root, 'registry', 'follow', 'prod');
    const card = ['--url', 'https://example.org/cards/wine', '--title', 'Model card'];
    await cellar(site.root, 'registry', 'link', `runs:/${run}`, ...card);
    await show(`#/run/${run}`);
    await expect(elsewhere).toContainText('@champion');
    await shoot(page, 'run');
    await elsewhere.getByRole('button', { name: 'Link…' }).click();
    await elsewhere.getByRole('combobox', { name: 'Entry' }).fill('team-wine');
    await expect(elsewhere.getByRole('combobox', { name: 'Version' })).toBeVisible();
    await shoot(page, 'link');
    await page.keyboard.press('Escape');
    await elsewhere.getByRole('button', { name: 'Register elsewhere…' }).click();
    await shoot(page, 'register');
    await page.keyboard.press('Escape');
    await elsewhere.getByRole('button', { name: /^Take the link to Model card/ }).click();
    await expect(elsewhere.getByRole('button', { name: 'Undo' })).toBeVisible();
    await shoot(page, 'undo');
    await elsewhere.getByRole('button', { name: 'Undo' }).click();
    await show('#/models/wine/2');
    await shoot(page, 'version');
    await page.goto(new URL('#/', served.url).href);
    await page.getByRole('link', { name: 'train.ipynb' }).click();
    await expect(page.getByText('prod: team-wine').first()).toBeVisible();
    await shoot(page, 'notebook');
  } finally {
    await mlflow.stop();
  }
  await show(`#/run/${run}`);
  await elsewhere.getByRole('button', { name: 'Register elsewhere…' }).click();
  await elsewhere.getByLabel('Name there').fill('later');
  await elsewhere.getByRole('button', { name: 'Register', exact: true }).click();
  await expect(elsewhere).toContainText('Kept. It is registered');
  await shoot(page, 'away');
});

async function shoot(page: Page, name: string): Promise<void> {
  for (const width of [1400, 390]) {
    await page.setViewportSize({ width, height: 900 });
    for (const scheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme: scheme });
      await page.getByRole('region', { name: /^(Elsewhere|Versions of)/ }).scrollIntoViewIfNeeded();
      await page.waitForTimeout(300);
      await page.screenshot({ path: join(FOLDER, `${name}-${scheme}-${String(width)}.png`) });
    }
  }
}
