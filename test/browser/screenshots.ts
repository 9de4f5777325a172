import { join } from 'node:path';

import { expect, test, type Lab } from './lab.js';

const IMAGES = join(import.meta.dirname, '..', '..', 'docs', 'images');
const THEMES = { light: 'JupyterLab Light', dark: 'JupyterLab Dark' } as const;

test('the panel and the diff of the example, in both themes', async ({ lab, page }) => {
  await page.setViewportSize({ width: 1280, height: 760 });
  await lab.openNotebook('wine.ipynb');
  await lab.openPanel();
  // What JupyterLab and Cellar announce once would cover the corner.
  await page.addStyleTag({ content: '.Toastify { display: none }' });
  await lab.runAll();
  await lab.rows.first().waitFor();
  let kept = 1;
  for (const trees of [2, 60]) {
    await put(lab, 'hyperparameters', `trees = ${String(trees)}`);
    await runCell(lab, 'hyperparameters');
    kept += 1;
    await expect(lab.rows).toHaveCount(kept);
  }
  await lab.runAll();
  await lab.rows.filter({ hasText: '0.9722' }).first().waitFor();
  await show(lab, 'confusion');
  await lab.panel.getByText('kept').waitFor();
  for (const [name, theme] of Object.entries(THEMES)) {
    await turn(lab, theme);
    await page.screenshot({ path: join(IMAGES, `panel-${name}.png`) });
  }

  await turn(lab, THEMES.light);
  await lab.run('application:toggle-left-area');
  await page.setViewportSize({ width: 1280, height: 1060 });
  await lab.rows.filter({ hasText: '0.9722' }).first().click();
  const diff = page.locator('.cellar-Diff');
  await diff.getByText('trees = 60').waitFor();
  await diff.locator('img').first().waitFor();
  await diff.locator('.cellar-Blocks').evaluate((blocks) => {
    (blocks as unknown as { scrollTop: number }).scrollTop = 30;
  });
  for (const [name, theme] of Object.entries(THEMES)) {
    await turn(lab, theme);
    await page.screenshot({ path: join(IMAGES, `diff-${name}.png`) });
  }
});

/** The place in the page of a cell's index, of which far cells have no element. */
const AT = (id: string): string =>
  `const notebook = window.jupyterapp.shell.currentWidget.content;
   const index = notebook.widgets.findIndex((cell) => cell.model.id === ${JSON.stringify(id)});`;

async function put({ page }: Lab, id: string, source: string): Promise<void> {
  await page.evaluate(
    `(() => { ${AT(id)} notebook.widgets[index].model.sharedModel.setSource(${JSON.stringify(source)}); })()`,
  );
}

async function runCell(lab: Lab, id: string): Promise<void> {
  await lab.page.evaluate(`(() => { ${AT(id)} notebook.activeCellIndex = index; })()`);
  await lab.run('notebook:run-cell');
  await lab.untilIdle();
}

/** Scrolls the notebook to a cell. */
async function show({ page }: Lab, id: string): Promise<void> {
  await page.evaluate(
    `(() => { ${AT(id)} notebook.activeCellIndex = index; return notebook.scrollToItem(index, 'start').catch(() => undefined); })()`,
  );
}

async function turn(lab: Lab, theme: string): Promise<void> {
  await lab.run('apputils:change-theme', { theme });
  // The style sheet of a theme is loaded, then outputs are drawn in its colours.
  await lab.page.waitForTimeout(1500);
}
