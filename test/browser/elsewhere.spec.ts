import { join } from 'node:path';

import type { Page } from '@playwright/test';

import { faults } from './axe.js';
import { startMlflow } from './mlflow.js';
import { loginAsOwner } from './registered.js';
import { cellar, expect, test } from './site.js';
import { trace } from './traced.js';

const at = (url: string, fragment: string): string => new URL(fragment, url).href;

test('without a registry a page is linked, the link taken away and brought back, by keys alone', async ({
  site,
  page,
}) => {
  const served = await site.serve();
  const { run } = await trace(served, site.root);
  await loginAsOwner(page.request, served);
  await page.goto(at(served.url, `#/run/${run}`));
  const elsewhere = page.getByRole('region', { name: 'Elsewhere' });
  await expect(elsewhere).toContainText('Not linked to any registry or page elsewhere.');
  await expect(elsewhere).toContainText('cellar registry add NAME URL');
  await elsewhere.getByRole('button', { name: 'Link a page…' }).focus();
  await page.keyboard.press('Enter');
  await elsewhere.getByRole('combobox', { name: 'What' }).selectOption('wine.joblib');
  await elsewhere.getByLabel('Address').fill('https://example.org/card');
  await elsewhere.getByLabel('What it is called').fill('Model card');
  await expectNoFaults(page);
  await page.keyboard.press('Enter');
  await expect(elsewhere.getByRole('status')).toHaveText('Linked to Model card.');
  const link = elsewhere.getByRole('link', { name: 'Model card (opens a new tab)' });
  await expect(link).toHaveAttribute('href', 'https://example.org/card');
  await expect(link).toHaveAttribute('rel', /noopener/);
  await expect(elsewhere.getByRole('listitem')).toContainText('example.org · wine.joblib');

  await elsewhere.getByRole('button', { name: 'Take the link to Model card away' }).focus();
  await page.keyboard.press('Enter');
  const undo = elsewhere.getByRole('button', { name: 'Undo' });
  await expect(undo).toBeFocused();
  await expect(link).toHaveCount(0);
  await page.keyboard.press('Enter');
  await expect(link).toBeVisible();
  await expect(undo).toHaveCount(0);

  // Whoever may only look has no buttons.
  const reader = await page.context().browser()?.newPage();
  await reader?.goto(served.login);
  await reader?.goto(at(served.url, `#/run/${run}`));
  const seen = reader?.getByRole('region', { name: 'Elsewhere' });
  await expect(seen!.getByRole('link', { name: /^Model card/ })).toBeVisible();
  await expect(seen!.getByRole('button')).toHaveCount(0);
  await reader?.close();
});

test('a model is registered in an MLflow server from its page, followed there, and waits while that is away', async ({
  site,
  page,
}) => {
  test.setTimeout(240_000);
  const served = await site.serve();
  const { run } = await trace(served, site.root);
  const mlflow = await startMlflow(join(site.root, '.mlflow'));
  try {
    await cellar(site.root, 'registry', 'add', 'prod', mlflow.url);
    await loginAsOwner(page.request, served);
    await page.goto(at(served.url, `#/run/${run}`));
    const elsewhere = page.getByRole('region', { name: 'Elsewhere' });
    await elsewhere.getByRole('button', { name: 'Register elsewhere…' }).click();
    await elsewhere.getByRole('combobox', { name: 'What' }).selectOption('wine.joblib');
    await elsewhere.getByLabel('Name there').fill('team-wine');
    await expect(elsewhere).toContainText('A new entry, of which this is the first version.');
    await elsewhere.getByLabel(/^Description/).fill('deeper trees');
    await elsewhere.getByRole('button', { name: 'Register', exact: true }).click();
    await expect(elsewhere.getByRole('status')).toHaveText('Registered as prod: team-wine v1.');
    const link = elsewhere.getByRole('link', { name: /^team-wine v1 in prod/ });
    await expect(link).toHaveAttribute('href', `${mlflow.url}/#/models/team-wine/versions/1`);
    const graph = page.getByRole('group', { name: 'Lineage' });
    await expect(
      graph.getByRole('button', { name: /^entry elsewhere team-wine v1/ }),
    ).toBeVisible();
    expect(await thereVersion(mlflow.url)).toMatchObject({
      description: expect.stringContaining('deeper trees'),
      tags: expect.arrayContaining([{ key: 'cellar.run', value: run }]),
    });

    // What becomes of it there is seen here, also beside the versions of the notebook.
    await setAlias(mlflow.url, 'champion');
    await cellar(site.root, 'registry', 'follow', 'prod');
    await expect(elsewhere.getByRole('listitem')).toContainText('@champion');
    await graph.getByRole('button', { name: /^notebook train\.ipynb/ }).click();
    const line = page.getByRole('link', { name: 'prod: team-wine v1 @champion' });
    await expect(line).toHaveAttribute('title', 'Elsewhere: prod: team-wine v1 @champion');

    // A registered version is linked to what is there, found by a part of its name.
    await page.goto(at(served.url, '#/models/wine/1'));
    await elsewhere.getByRole('button', { name: 'Link…' }).click();
    await elsewhere.getByRole('combobox', { name: 'Entry' }).fill('wine');
    await expect(elsewhere).toContainText('1 name has this in it.');
    await elsewhere.getByRole('combobox', { name: 'Entry' }).fill('team-wine');
    await expect(elsewhere.getByRole('combobox', { name: 'Version' })).toContainText(
      'v1 @champion',
    );
    await expectNoFaults(page);
    await elsewhere.getByRole('button', { name: 'Link', exact: true }).click();
    await expect(link).toBeVisible();
    await graph.getByRole('button', { name: /^entry elsewhere team-wine v1/ }).click();
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(
      /^team-wine v1 in prod, from train\.ipynb as of .* on wine\.csv \(178 rows\)/,
    );
    await expect(page.getByRole('link', { name: 'Open it there' })).toBeVisible();

    // Away: what is known stays, and what is asked for waits.
    mlflow.pause();
    await page.goto(at(served.url, `#/run/${run}`));
    await elsewhere.getByRole('button', { name: 'Register elsewhere…' }).click();
    await elsewhere.getByRole('combobox', { name: 'What' }).selectOption('wine.joblib');
    await expect(elsewhere).toContainText(
      'prod does not answer: it will be registered once it does.',
    );
    await elsewhere.getByLabel('Name there').fill('later');
    await elsewhere.getByRole('button', { name: 'Register', exact: true }).click();
    await expect(elsewhere.getByRole('status')).toHaveText(
      'Kept. It is registered once prod answers.',
    );
    const items = elsewhere.getByRole('listitem');
    await expect(items.filter({ hasText: 'team-wine' }).first()).toContainText(
      /as of \d\d:\d\d.*prod does not answer since \d\d:\d\d/,
    );
    await expect(items.filter({ hasText: 'later' })).toContainText(
      'Waits: prod does not answer since',
    );
    await expectNoFaults(page);

    mlflow.goOn();
    await items.filter({ hasText: 'later' }).getByRole('button', { name: 'Try again' }).click();
    await expect(elsewhere.getByRole('link', { name: /^later v1 in prod/ })).toBeVisible();
  } finally {
    await mlflow.stop();
  }
});

async function thereVersion(url: string): Promise<unknown> {
  const path = 'api/2.0/mlflow/model-versions/get?name=team-wine&version=1';
  const answer = await fetch(`${url}/${path}`);
  return ((await answer.json()) as { readonly model_version: unknown }).model_version;
}

async function setAlias(url: string, alias: string): Promise<void> {
  const answer = await fetch(`${url}/api/2.0/mlflow/registered-models/alias`, {
    ...{ method: 'POST', headers: { 'content-type': 'application/json' } },
    body: JSON.stringify({ name: 'team-wine', alias, version: '1' }),
  });
  expect(answer.status).toBe(200);
}

async function expectNoFaults(page: Page): Promise<void> {
  for (const theme of ['light', 'dark']) {
    await page.evaluate(`document.documentElement.dataset.theme = '${theme}'`);
    expect(await faults(page), theme).toEqual([]);
  }
}
