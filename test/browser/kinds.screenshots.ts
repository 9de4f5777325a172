import { join } from 'node:path';

import { kindsNotebook } from './kinds.js';
import { writeNotebook } from './notebooks.js';
import { expect, snapshot, test } from './site.js';

const FOLDER = join(import.meta.dirname, '..', '..', '.scratch', 'kinds');
const WIDTHS = [1280, 640];
/** High enough that the whole diff is drawn at once. */
const HEIGHT = 6400;

test('the diff of each kind of output, in both themes and at two widths', async ({
  site,
  page,
}) => {
  await writeNotebook(site.root, 'kinds.ipynb', kindsNotebook('base'));
  const base = await snapshot(site.root, 'kinds.ipynb');
  await writeNotebook(site.root, 'kinds.ipynb', kindsNotebook('head'));
  const head = await snapshot(site.root, 'kinds.ipynb');
  const { login, url } = await site.serve();
  await page.goto(login);
  const diff = page.locator('.cellar-Diff');
  for (const show of ['', '?show=all'])
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: HEIGHT });
      await page.goto(`${url}/#/diff/${base}/${head}${show}`);
      await expect(diff.locator('img').first()).toBeVisible();
      for (const theme of ['light', 'dark']) {
        await page.evaluate(`document.documentElement.dataset.theme = '${theme}'`);
        await page.waitForTimeout(600);
        const name = `${show === '' ? 'kinds' : 'noise'}-${theme}-${String(width)}.png`;
        await page.screenshot({ path: join(FOLDER, name) });
      }
    }
  await page.goto(`${url}/#/diff/${base}/${head}`);
  const picture = diff.getByRole('article', { name: 'code cell 9, modified' });
  for (const mode of ['swipe', 'onion', 'difference']) {
    await picture.getByRole('button', { name: mode }).click();
    for (const theme of ['light', 'dark']) {
      await page.evaluate(`document.documentElement.dataset.theme = '${theme}'`);
      await page.waitForTimeout(300);
      await picture.screenshot({ path: join(FOLDER, `picture-${mode}-${theme}.png`) });
    }
  }
});
