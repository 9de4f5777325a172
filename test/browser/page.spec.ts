import { expect, snapshot, test } from './site.js';
import { code, logged, notebook, writeNotebook } from './notebooks.js';

test('a reviewer follows a link to the versions, compares two, and comes back by the permalink', async ({
  site,
  page,
  context,
  browser,
}) => {
  for (const [trees, accuracy] of [
    [1, 0.8333],
    [60, 0.9722],
    [6, 0.9444],
  ] as const) {
    const run = code('run', `trees = ${String(trees)}`, [logged({ accuracy, loss: 1 - accuracy })]);
    await writeNotebook(site.root, 'wine.ipynb', notebook(run));
    await snapshot(site.root, 'wine.ipynb', trees === 60 ? 'before the new split' : undefined);
  }
  await writeNotebook(site.root, 'other.ipynb', notebook(code('one', '1 + 1')));
  await snapshot(site.root, 'other.ipynb');
  const { url, login } = await site.serve();

  await page.goto(login);
  expect(page.url()).not.toContain('token');
  const notebooks = page.getByRole('navigation', { name: 'Notebooks' });
  await expect(notebooks.getByRole('link')).toHaveText([/other\.ipynb/, /wine\.ipynb/]);
  await notebooks.getByRole('link', { name: 'wine.ipynb' }).click();
  const rows = page.locator('.cellar-Snapshots tbody tr');
  await expect(rows).toHaveCount(3);
  await expect(rows.nth(1)).toContainText('“before the new split”');
  await expect(rows.nth(1).getByRole('img', { name: 'best accuracy' })).toBeVisible();
  await expect(rows.nth(1).getByRole('img', { name: 'best loss' })).toBeVisible();
  await expect(page.getByRole('img', { name: /^best/ })).toHaveCount(2);

  await rows.nth(0).getByRole('checkbox').check();
  await rows.nth(2).getByRole('checkbox').check();
  await page.getByRole('link', { name: 'Compare the two' }).click();
  const diff = page.locator('.cellar-Diff');
  await expect(diff).toContainText(/trees = 1.*trees = 6/s);
  await expect(diff).toContainText(/accuracy.*0\.8333.*0\.9444/s);

  const permalink = page.url();
  expect(permalink).toMatch(/#\/diff\/[0-9a-z]{26}\/[0-9a-z]{26}$/);
  const anew = await context.newPage();
  await anew.goto(permalink);
  await expect(anew.locator('.cellar-Diff')).toContainText(/trees = 1.*trees = 6/s);
  await expect(anew.getByRole('navigation', { name: 'Where you are' })).toContainText('wine.ipynb');

  // The link is used up: another browser that follows it is asked for a token, in words.
  const stranger = await (await browser.newContext()).newPage();
  await stranger.goto(login);
  await expect(stranger.getByRole('heading', { name: 'Log in' })).toBeVisible();
  await expect(stranger.getByRole('alert')).toHaveText(
    'This link was used before, or is no longer valid. Ask for a new one.',
  );
  await stranger.getByLabel('Token').fill('not the token');
  await stranger.getByRole('button', { name: 'Log in' }).click();
  await expect(stranger.getByRole('alert')).toHaveText('This token is not valid, or no longer.');
  expect((await stranger.request.get(`${url}/api/v1/notebooks`)).status()).toBe(401);
});

test('the page can be read on a telephone', async ({ site, page }) => {
  await page.setViewportSize({ width: 390, height: 800 });
  for (const trees of [1, 60]) {
    const run = code('run', `trees = ${String(trees)}`, [logged({ accuracy: trees / 100 })]);
    await writeNotebook(site.root, 'wine.ipynb', notebook(run));
    await snapshot(site.root, 'wine.ipynb');
  }
  const { login } = await site.serve();
  const wider = () => page.evaluate('document.documentElement.scrollWidth > innerWidth');
  await page.goto(login);
  await page.getByRole('link', { name: 'wine.ipynb' }).click();
  await expect(page.locator('.cellar-Snapshots tbody tr')).toHaveCount(2);
  expect(await wider()).toBe(false);
  await page.locator('.cellar-Snapshots-when a').first().click();
  const changed = page.locator('.cellar-Diff').getByText('trees = 60');
  await expect(changed).toBeInViewport();
  // One column below the other's place: two would hold ten letters each.
  const sides = await Promise.all(
    ['trees = 1', 'trees = 60'].map((text) => page.getByText(text, { exact: true }).boundingBox()),
  );
  expect(sides[1]?.x).toBe(sides[0]?.x);
  expect(await wider()).toBe(false);
});
