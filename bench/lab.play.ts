import { writeFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';

import { test, type Page } from '@playwright/test';

import { Lab } from '../test/browser/lab.js';
import { removeHome, scratchHome, startJupyter, type Jupyter } from '../test/browser/jupyter.js';
import { describe, print, quantile } from './figures.js';
import { fillStore, notebookOf } from './fill.js';

const ROWS = 10_000;
const TIMES = 7;

const PANEL = '.cellar-SidePanel';
const ROW = `${PANEL} .cellar-mod-row`;

/** Brings a notebook to the front; gives the milliseconds until the panel has its name, and until it has its first row. */
const SWITCH = `(async () => {
  const start = performance.now();
  const path = 'notebook-0.ipynb';
  window.jupyterapp.commands.execute('docmanager:open', { path, factory: 'Notebook' });
  let switched;
  for (;;) {
    const title = document.querySelector(${JSON.stringify(`${PANEL} h2`)});
    if (title?.textContent === path) switched ??= performance.now() - start;
    if (document.querySelector(${JSON.stringify(ROW)})) return [switched, performance.now() - start];
    await new Promise((resolve) => requestAnimationFrame(resolve));
  }
})()`;

/** Milliseconds in the page from an action until a selector matches. */
function untilShown(page: Page, action: string, selector: string): Promise<number> {
  return page.evaluate(
    `(async () => {
      const start = performance.now();
      ${action};
      for (;;) {
        if (document.querySelector(${JSON.stringify(selector)})) return performance.now() - start;
        await new Promise((resolve) => requestAnimationFrame(resolve));
      }
    })()`,
  );
}

async function withLab(
  fill: (workspace: string) => Promise<void>,
  work: (lab: Lab, page: Page, jupyter: Jupyter) => Promise<void>,
  page: Page,
): Promise<void> {
  const home = scratchHome('bench');
  mkdirSync(join(home, 'workspace'), { recursive: true });
  await fill(join(home, 'workspace'));
  const jupyter = await startJupyter({ home });
  try {
    const lab = new Lab(page, jupyter);
    await lab.open();
    await work(lab, page, jupyter);
  } finally {
    await jupyter.stop();
    await removeHome(home);
  }
}

test('click to diff', async ({ page }) => {
  await withLab(
    () => Promise.resolve(),
    async (lab) => {
      await lab.openNotebook('wine.ipynb');
      await page.getByRole('tab', { name: /cellar/i }).click();
      await lab.runAll();
      await page.locator(ROW).first().waitFor();
      await lab.edit(await lab.indexOf('hyperparameters'), 'trees = 60');
      await lab.runAll();
      await page.locator(ROW).nth(1).waitFor();
      const samples: number[] = [];
      for (let at = 0; at < TIMES; at += 1) {
        const click = `document.querySelector(${JSON.stringify(ROW)}).click()`;
        samples.push(await untilShown(page, click, '.cellar-Diff .cellar-Blocks [data-index]'));
        await page.evaluate(
          `for (const widget of [...window.jupyterapp.shell.widgets('main')]) if (widget.node.querySelector('.cellar-Diff')) widget.close();`,
        );
        await page.locator('.cellar-Diff').waitFor({ state: 'detached' });
      }
      const [first = NaN, ...again] = samples;
      const goal = { text: '< 500 ms', met: quantile(samples, 0.5) < 500 };
      print('click to a readable diff of the example, first time', `${first.toFixed(0)} ms`);
      print('click to a readable diff of the example', describe(again), goal);
    },
    page,
  );
});

test('history of 10,000 versions, and the capture of 1 MB', async ({ page }) => {
  await withLab(
    async (workspace) => {
      await fillStore(workspace, { snapshots: ROWS, notebooks: 1, bytes: 6_500 });
      writeFileSync(join(workspace, 'notebook-0.ipynb'), notebookOf(0, 6_500));
      writeFileSync(join(workspace, 'large.ipynb'), notebookOf(0, 1_000_000));
    },
    async (lab) => {
      await lab.openNotebook('wine.ipynb');
      await page.getByRole('tab', { name: /cellar/i }).click();
      await lab.run('docmanager:open', { path: 'notebook-0.ipynb', factory: 'Notebook' });
      await page.locator(ROW).first().waitFor();
      const whole: number[] = [];
      const panel: number[] = [];
      for (let at = 0; at < TIMES; at += 1) {
        await lab.run('docmanager:open', { path: 'wine.ipynb', factory: 'Notebook' });
        await page.getByText('No versions yet.').waitFor();
        const [switched, shown] = await page.evaluate<[number, number]>(SWITCH);
        whole.push(shown);
        panel.push(shown - switched);
      }
      print('panel told of the notebook to its first rows, of 10,000', describe(panel), {
        text: '< 300 ms',
        met: quantile(panel, 0.5) < 300,
      });
      print('with JupyterLab bringing the notebook to the front', describe(whole));
      const requests = await page.evaluate<number[]>(
        `performance.getEntriesByType('resource')
          .filter(({ name }) => /by-path|history/.test(name)).slice(-2 * ${String(TIMES)})
          .map(({ duration }) => duration)`,
      );
      print('of it, each of the two requests', describe(requests));
      const frames = await page.evaluate<number[]>(
        `(async () => {
          const list = document.querySelector(${JSON.stringify(`${PANEL} .cellar-List`)});
          const frames = [];
          let last = performance.now();
          for (let at = 0; at < 120; at += 1) {
            list.scrollTop += 60;
            await new Promise((resolve) => requestAnimationFrame(resolve));
            const now = performance.now();
            frames.push(now - last);
            last = now;
          }
          return frames;
        })()`,
      );
      print('a frame while that list is scrolled', describe(frames));

      await lab.openNotebook('large.ipynb');
      await lab.runAll();
      await page.waitForFunction(`performance.getEntriesByName('cellar:read-notebook').length > 0`);
      const slices = await page.evaluate<number[]>(
        `performance.getEntriesByName('cellar:read-notebook').map(({ duration }) => duration)`,
      );
      print(
        'main thread for the capture of 1 MB, longest slice',
        `${Math.max(...slices).toFixed(1)} ms`,
        {
          text: '< 20 ms',
          met: Math.max(...slices) < 20,
        },
      );
    },
    page,
  );
});
