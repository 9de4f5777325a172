import { join } from 'node:path';

import { expect, test } from './site.js';
import { trace } from './traced.js';

const FOLDER = join(import.meta.dirname, '..', '..', '.scratch', 'lineage');

test('the page of a run and the lineage of data, in both themes at two widths', async ({
  site,
  page,
}) => {
  const served = await site.serve();
  const { run } = await trace(served, site.root, 9);
  await page.goto(served.login);
  const places = { run: `#/run/${run}`, data: '#/lineage/wine.csv', cell: `#/run/${run}?cell=fit` };
  for (const [name, place] of Object.entries(places))
    for (const width of [1400, 390]) {
      await page.setViewportSize({ width, height: 900 });
      await page.goto(new URL(place, served.url).href);
      await expect(page.locator('.cellar-LineageNode').first()).toBeVisible();
      for (const scheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme: scheme });
        await page.waitForTimeout(400);
        await page.screenshot({ path: join(FOLDER, `${name}-${scheme}-${String(width)}.png`) });
      }
    }
});
