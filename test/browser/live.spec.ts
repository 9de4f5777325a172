import { readFile, symlink, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { Locator } from '@playwright/test';

import { faults } from './axe.js';
import { expect, test, type Lab } from './lab.js';
import { code, notebook } from './notebooks.js';
import type { Jupyter } from './jupyter.js';

/** Logs in a loop until it is told to end, so that no test depends on how fast anything is. Nothing of Cellar stands in it. */
const LOOP = `import os, time
import mlflow
with mlflow.start_run(run_name="slow-forest"):
    step = 0
    while not os.path.exists("stop"):
        mlflow.log_metric("accuracy", step / (step + 10), step=step)
        mlflow.log_metric("loss", 1 / (step + 1), step=step)
        step += 1
        time.sleep(0.05)
    mlflow.log_param("steps", step)`;

/** The same in a thread: its run outlives the cell and the version of it. */
const THREAD = `import threading
def loop():
    ${LOOP.split('\n').join('\n    ')}
threading.Thread(target=loop).start()`;

const WAIT = `import os, time
while not os.path.exists("stop"):
    time.sleep(0.05)`;

test.use({
  notebooks: {
    'train.ipynb': notebook(code('before', '1 + 1'), code('train', LOOP)),
    'thread.ipynb': notebook(code('before', '1 + 1'), code('train', THREAD)),
    'plain.ipynb': notebook(code('before', '1 + 1'), code('wait', WAIT)),
  },
});

const stopFile = ({ root }: Jupyter): string => join(root, 'stop');

/** Begins the cell at an index, and does not wait for it. */
async function begin(lab: Lab, index: number): Promise<void> {
  await lab.cell(index).locator('.jp-InputPrompt, .jp-InputCollapser').first().click();
  await lab.page.evaluate(
    `void window.jupyterapp.commands.execute('notebook:run-cell').catch(() => undefined)`,
  );
}

const numberIn = async (place: Locator): Promise<number> =>
  Number((await place.locator('.cellar-number').first().textContent()) ?? NaN);

/** Where the first item below the day's heading stands, and the one under it. */
async function places(lab: Lab): Promise<readonly (readonly number[])[]> {
  const items = lab.panel.locator('.cellar-List-item:not(.cellar-mod-day)');
  const boxes = await Promise.all([items.nth(0), items.nth(1)].map((item) => item.boundingBox()));
  return boxes.map((box) => [box?.y ?? NaN, box?.height ?? NaN]);
}

test('a run that goes on is the top row with its values, and becomes its version where it stands', async ({
  lab,
  jupyter,
}) => {
  test.slow();
  await lab.openNotebook('train.ipynb');
  await lab.openPanel();
  await lab.runCell(0);
  await expect(lab.rows).toHaveCount(1);

  await begin(lab, 1);
  await expect(lab.live).toContainText('slow-forest');
  await expect(lab.live).toContainText('running');
  await expect(lab.live).toContainText('accuracy');
  await expect(lab.live).toContainText('loss');
  await expect(lab.live.locator('.cellar-Sparkline')).toBeVisible();
  const first = await numberIn(lab.live);
  await expect.poll(() => numberIn(lab.live)).toBeGreaterThan(first);
  // The run's page is one click away, and goes along.
  await lab.live.getByRole('button', { name: 'slow-forest' }).click();
  const run = lab.page.locator('.cellar-Trace');
  await expect(run.getByRole('region', { name: 'State' })).toContainText('running');
  await lab.run('docmanager:open', { path: 'train.ipynb' });
  await expect(lab.live).toContainText('running');

  const before = await places(lab);
  const seen = await watchRows(lab);
  await writeFile(stopFile(jupyter), '');
  await expect(lab.rows).toHaveCount(2, { timeout: 30_000 });
  await expect(lab.live).toHaveCount(0);
  await expect(lab.rows.first()).toContainText('accuracy');
  expect(await places(lab)).toEqual(before);
  // It was never gone in between, nor there beside its version.
  expect(await seen()).toEqual([2]);
});

/** Notes how many rows the panel has, whenever that changes, until it is asked for what it saw. */
async function watchRows({ page }: Lab): Promise<() => Promise<readonly number[]>> {
  await page.evaluate(`(() => {
    const list = document.querySelector('.cellar-SidePanel .cellar-List');
    const count = () => list.querySelectorAll('.cellar-Row').length;
    window.cellarSeen = [count()];
    new MutationObserver(() => {
      if (count() !== window.cellarSeen.at(-1)) window.cellarSeen.push(count());
    }).observe(list, { childList: true, subtree: true });
  })()`);
  return () => page.evaluate<readonly number[]>('window.cellarSeen');
}

test('a run that outlives its cell goes on in the row of the version that has it', async ({
  lab,
  jupyter,
}) => {
  test.slow();
  await lab.openNotebook('thread.ipynb');
  await lab.openPanel();
  await lab.runCell(0);
  await expect(lab.rows).toHaveCount(1);
  await lab.runCell(1);
  await expect(lab.rows).toHaveCount(2, { timeout: 30_000 });
  const row = lab.rows.first();
  await expect(row).toContainText('slow-forest');
  await expect(lab.live).toHaveCount(0);
  const first = await numberIn(row);
  await expect.poll(() => numberIn(row)).toBeGreaterThan(first);
  const before = await places(lab);
  await writeFile(stopFile(jupyter), '');
  await expect(row).not.toContainText('slow-forest', { timeout: 30_000 });
  await expect(lab.rows).toHaveCount(2);
  expect(await places(lab)).toEqual(before);
});

test('cells that run without a run are the top row, with how many there are', async ({
  lab,
  jupyter,
}) => {
  await lab.openNotebook('plain.ipynb');
  await lab.openPanel();
  await lab.page.evaluate(
    `void window.jupyterapp.commands.execute('notebook:run-all-cells').catch(() => undefined)`,
  );
  await expect(lab.live).toContainText('running, 2 cells so far');
  await expect(lab.rows).toHaveCount(0);
  await writeFile(stopFile(jupyter), '');
  await expect(lab.rows).toHaveCount(1, { timeout: 30_000 });
  await expect(lab.live).toHaveCount(0);
});

test('the page of a run follows it, keeps what one has opened, and says when the server is away', async ({
  lab,
  jupyter,
  page,
}) => {
  test.slow();
  await lab.openNotebook('train.ipynb');
  await lab.openPanel();
  await begin(lab, 1);
  await lab.live.getByRole('button', { name: 'slow-forest' }).click();
  const run = page.locator('.cellar-Trace');
  const metrics = run.getByRole('region', { name: 'Metrics' });
  const accuracy = metrics.locator('.cellar-Metrics-row').filter({ hasText: 'accuracy' });
  await accuracy.getByRole('button', { name: 'Course of accuracy' }).click();
  const chart = accuracy.getByRole('slider', { name: /^accuracy by step/ });
  await expect(chart).toBeVisible();
  await accuracy.getByText('as a table').click();
  await expect(accuracy.getByRole('table')).toBeVisible();
  expect(await faults(page, '.cellar-Trace')).toEqual([]);
  expect(await faults(page, '.cellar-SidePanel')).toEqual([]);

  const first = await numberIn(accuracy);
  await expect.poll(() => numberIn(accuracy)).toBeGreaterThan(first);
  // By keys one value is chosen, and stays so while others come.
  await chart.focus();
  await page.keyboard.press('Home');
  await expect(chart).toHaveAttribute('aria-valuetext', 'step 0: 0');
  const second = await numberIn(accuracy);
  await expect.poll(() => numberIn(accuracy)).toBeGreaterThan(second);
  await expect(chart).toHaveAttribute('aria-valuetext', 'step 0: 0');
  await expect(chart).toBeFocused();
  await expect(accuracy.getByRole('table')).toBeVisible();

  const server = JSON.parse(
    await readFile(join(jupyter.root, '.cellar', 'server.json'), 'utf8'),
  ) as { readonly pid: number };
  // Without it Jupyter cannot start the server anew.
  await unlink(jupyter.node);
  process.kill(server.pid, 'SIGKILL');
  const away = run.getByRole('status').filter({ hasText: 'goes on when it is back' });
  await expect(away).toBeVisible({ timeout: 30_000 });
  await expect(accuracy.getByRole('table')).toBeVisible();
  await symlink(process.execPath, jupyter.node);
  await expect(away).toHaveCount(0, { timeout: 60_000 });
  await expect(accuracy.getByRole('table')).toBeVisible();
});

test('the page of a run that ends shows what came of it', async ({ lab, jupyter, page }) => {
  test.slow();
  await lab.openNotebook('train.ipynb');
  await lab.openPanel();
  await begin(lab, 1);
  await lab.live.getByRole('button', { name: 'slow-forest' }).click();
  const run = page.locator('.cellar-Trace');
  const state = run.getByRole('region', { name: 'State' });
  await expect(state).toContainText('running');
  await expect(run.getByRole('region', { name: 'Params' })).toHaveCount(0);
  await writeFile(stopFile(jupyter), '');
  await expect(state).toContainText('finished', { timeout: 30_000 });
  await expect(run.getByRole('region', { name: 'Params' })).toContainText('steps');
  // The version that claims it, and the cells of it.
  await expect(state).toContainText('train.ipynb', { timeout: 30_000 });
  await expect(run.getByRole('region', { name: 'Cells that ran' })).toContainText('mlflow');
});
