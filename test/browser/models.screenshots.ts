import { join } from 'node:path';

import { test } from './site.js';
import { loginAsOwner, registerRuns } from './registered.js';

const FOLDER = join(import.meta.dirname, '..', '..', '.scratch', 'models');
const PLACES = {
  models: '#/models',
  model: '#/models/wine',
  version: '#/models/wine/2',
  versions: '#/models/wine/1/3',
} as const;

test('models, in both themes and at two widths', async ({ site, page }) => {
  const served = await site.serve();
  await registerRuns(page.request, served);
  await loginAsOwner(page.request, served);
  const headers = { authorization: `Bearer ${served.token}` };
  const rule = {
    aliases: ['champion'],
    persons: ['Anna', 'ben@example.org'],
    needed: 1,
    own: false,
  };
  await page.request.patch(`${served.url}/api/v1/models/wine`, {
    headers,
    data: { rule, description: 'Tells the cultivar of a wine by its chemistry.' },
  });
  for (const colorScheme of ['light', 'dark'] as const)
    for (const width of [1400, 390]) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 900 });
      for (const [name, place] of Object.entries(PLACES)) {
        await page.goto(`${served.url}/${place}`);
        await page.waitForTimeout(1500);
        await page.screenshot({
          path: join(FOLDER, `${name}-${colorScheme}-${String(width)}.png`),
        });
      }
    }
});
