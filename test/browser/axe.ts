import type { Page } from '@playwright/test';
import axe from 'axe-core';

/** What axe-core objects to in what is seen, a line each; outputs in frames have their author's own markup. */
export async function faults(page: Page, within = 'html'): Promise<readonly string[]> {
  // The page's own policy lets no script in that is not its own; the protocol's evaluate is not bound by it.
  await page.evaluate(axe.source);
  return page.evaluate(`axe
    .run({ include: [[${JSON.stringify(within)}]], exclude: [['iframe']] }, { iframes: false, runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'] })
    .then(({ violations }) => violations.flatMap(({ id, nodes }) =>
      nodes.map((node) => id + ' ' + node.html.slice(0, 160) + ' ' + node.failureSummary.split('\\n')[1])))`);
}
