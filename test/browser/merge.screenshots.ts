import { join } from 'node:path';

import type { Page } from '@playwright/test';

import { leaveConflict, startTool, type Sides } from './conflicts.js';
import { expect, test as labTest, type Lab } from './lab.js';
import { code, display, notebook, type Json } from './notebooks.js';
import { test as siteTest } from './site.js';

const IMAGES = join(import.meta.dirname, '..', '..', 'docs', 'images');
const SHOWN = { x: 0, y: 0, width: 1280, height: 660 };
const FOLDER = join(import.meta.dirname, '..', '..', '.scratch', 'merge');
const THEMES = { light: 'JupyterLab Light', dark: 'JupyterLab Dark' } as const;

function curve(path: string): Json {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="280" height="120"><path d="${path}" stroke="#1f77b4" stroke-width="3" fill="none"/></svg>`;
  return display({ 'image/svg+xml': svg, 'text/plain': '<Figure>' });
}

function forest(trees: string, depth: string, path: string, extra: readonly Json[]): Json {
  return notebook(
    code(
      'load',
      'import pandas as pd\nfrom sklearn.datasets import load_wine\n\nwine = load_wine()',
    ),
    code(
      'model',
      `from sklearn.ensemble import RandomForestClassifier\n\ntrees = ${trees}\ndepth = ${depth}\nmodel = RandomForestClassifier(trees, max_depth=depth)`,
    ),
    code('plot', 'plot(model)', [curve(path)]),
    ...extra,
  );
}

const wine: Sides = {
  base: forest('1', 'None', 'M10 110 L140 90 L270 60', [
    code('old', 'compare(model)'),
    code('end', 'save(model)'),
  ]),
  local: forest('60', 'None', 'M10 110 L140 30 L270 12', [code('end', 'save(model, "wine-60")')]),
  remote: forest('6', '4', 'M10 110 L140 70 L270 40', [
    code('old', 'compare(model, dummy)'),
    code('end', 'save(model)'),
  ]),
};

/** Decides the first conflict, goes to the second, and waits until that is drawn. */
async function begin(page: Page): Promise<void> {
  const merge = page.getByRole('region', { name: 'Merge of wine.ipynb' });
  await expect(merge.getByRole('status')).toContainText('open');
  for (const key of ['n', '2', 'n']) await page.keyboard.press(key);
  await page.waitForTimeout(500);
}

labTest.use({ notebooks: { 'other.ipynb': notebook(code('one', '1 + 1')) } });

labTest('the merge in JupyterLab, in both themes', async ({ lab, page, jupyter }) => {
  await leaveConflict(jupyter.root, 'wine.ipynb', wine);
  await page.addStyleTag({ content: '.Toastify { display: none }' });
  await lab.run('application:toggle-left-area');
  await lab.run('cellar:resolve-merge', { path: 'wine.ipynb' });
  await begin(page);
  await inBothThemes(lab, page, 'lab');
});

async function inBothThemes(lab: Lab, page: Page, name: string): Promise<void> {
  for (const width of [1280, 640]) {
    await page.setViewportSize({ width, height: 900 });
    for (const [theme, title] of Object.entries(THEMES)) {
      await lab.run('apputils:change-theme', { theme: title });
      await page.waitForTimeout(1500);
      await page.screenshot({ path: join(FOLDER, `${name}-${theme}-${String(width)}.png`) });
    }
  }
}

siteTest('the merge tool, in both themes, with its help and its list', async ({ site, page }) => {
  await leaveConflict(site.root, 'wine.ipynb', wine);
  const tool = startTool(site.root, 'wine.ipynb');
  await page.goto(await tool.address);
  await begin(page);
  for (const width of [1280, 640])
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.setViewportSize({ width, height: 900 });
      await page.emulateMedia({ colorScheme });
      await page.waitForTimeout(300);
      await page.screenshot({ path: join(FOLDER, `tool-${colorScheme}-${String(width)}.png`) });
      if (width === 1280)
        await page.screenshot({ path: join(IMAGES, `merge-${colorScheme}.png`), clip: SHOWN });
    }
  await page.setViewportSize({ width: 1280, height: 900 });
  await page.getByRole('button', { name: /merged without a question/ }).click();
  await page.locator('.cellar-Merge').press('?');
  await page.screenshot({ path: join(FOLDER, 'tool-help.png') });
  await page.keyboard.press('Escape');
  await page.locator('.cellar-Merge').press('s');
  await page.getByRole('alertdialog').waitFor();
  await page.screenshot({ path: join(FOLDER, 'tool-question.png') });
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('button', { name: 'Leave without saving' }).click();
  expect(await tool.code).toBe(1);
});
