import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect, test, type Lab } from './lab.js';
import { code, notebook } from './notebooks.js';

const FOLDER = join(import.meta.dirname, '..', '..', '.scratch', 'live');
const THEMES = { light: 'JupyterLab Light', dark: 'JupyterLab Dark' } as const;

const LOOP = (names: readonly string[], stop: string): string => `import math, os, time
import mlflow
client = mlflow.MlflowClient()
runs = {name: client.create_run("0", run_name=name).info.run_id for name in ${JSON.stringify(names)}}
step = 0
while not os.path.exists("${stop}"):
    for at, run in enumerate(runs.values()):
        noise = math.sin(step * (3 + at)) / 30
        client.log_metric(run, "val_accuracy", 0.6 + 0.37 * (1 - math.exp(-step / 20)) + noise, step=step * 10)
        client.log_metric(run, "loss", float("nan") if step in (9, 10) else float("inf") if step == 24 else 2.3 * math.exp(-step / 15) + noise, step=step * 10)
        client.log_metric(run, "learning_rate", 0.1 * 0.97 ** step, step=step * 10)
    step += 1
    time.sleep(0.03)
for run in runs.values():
    client.log_metric(run, "test_accuracy", 0.9722)
    client.set_terminated(run)`;

test.use({
  notebooks: {
    'train.ipynb': notebook(
      code('before', 'import cellar\ncellar.log(val_accuracy=0.91)'),
      code('one', LOOP(['brave-forest-12'], 'one')),
      code('more', LOOP(['depth 2', 'depth 4', 'depth 8', 'depth 16, all features'], 'more')),
      code('wait', LOOP([], 'wait')),
    ),
  },
});

test('what goes on, in both themes and at two widths', async ({ lab, jupyter, page }) => {
  test.setTimeout(400_000);
  const stop = (name: string): Promise<void> => writeFile(join(jupyter.root, name), '');
  await page.addStyleTag({ content: '.Toastify { display: none }' });
  await lab.openNotebook('train.ipynb');
  await lab.openPanel();
  await lab.runCell(0);
  await expect(lab.rows).toHaveCount(1);
  await begin(lab, 3);
  await expect(lab.live).toContainText('running');
  await shoot(lab, 'cells');
  await stop('wait');
  await expect(lab.live).toHaveCount(0);
  await begin(lab, 1);
  await expect(lab.live.locator('.cellar-Sparkline')).toBeVisible();
  await page.waitForTimeout(4000);
  await shoot(lab, 'one');
  await lab.live.getByRole('button', { name: 'brave-forest-12' }).click();
  const run = page.locator('.cellar-Trace');
  await run.getByRole('button', { name: 'Course of loss' }).click();
  await run.getByRole('slider').waitFor();
  await shootPage(lab, 'run');
  await stop('one');
  await run.getByText('finished').waitFor();
  await run.getByText('Cells that ran').waitFor();
  await shootPage(lab, 'run-ended');
  await lab.run('docmanager:open', { path: 'train.ipynb' });
  await shoot(lab, 'ended');
  await begin(lab, 2);
  await expect(lab.live.locator('.cellar-Sparkline')).toHaveCount(3);
  await page.waitForTimeout(2000);
  await shoot(lab, 'more');
  await stop('more');
});

async function begin(lab: Lab, index: number): Promise<void> {
  await lab.cell(index).locator('.jp-InputPrompt, .jp-InputCollapser').first().click();
  await lab.page.evaluate(
    `void window.jupyterapp.commands.execute('notebook:run-cell').catch(() => undefined)`,
  );
}

async function turn(lab: Lab, theme: string): Promise<void> {
  const { page } = lab;
  await lab.run('apputils:change-theme', { theme });
  await page.locator(`body[data-jp-theme-name="${theme}"]`).waitFor({ state: 'attached' });
  await page.waitForTimeout(900);
}

async function shoot(lab: Lab, name: string): Promise<void> {
  for (const [word, theme] of Object.entries(THEMES)) {
    await turn(lab, theme);
    for (const wider of [0, 150]) {
      await drag(lab, -wider);
      await lab.page.waitForTimeout(500);
      await lab.panel.screenshot({ path: join(FOLDER, `${name}-${word}-${String(wider)}.png`) });
      await drag(lab, wider);
    }
  }
}

/** The tab of the run, as wide as it is, and as narrow as it gets. */
async function shootPage(lab: Lab, name: string): Promise<void> {
  const run = lab.page.locator('.cellar-Trace');
  for (const [word, theme] of Object.entries(THEMES)) {
    await turn(lab, theme);
    for (const width of [1400, 760]) {
      await lab.page.setViewportSize({ width, height: 1000 });
      await lab.page.waitForTimeout(600);
      await run.screenshot({ path: join(FOLDER, `${name}-${word}-${String(width)}.png`) });
    }
    await lab.page.setViewportSize({ width: 1400, height: 900 });
  }
}

/** Moves the panel's left edge. */
async function drag({ page }: Lab, by: number): Promise<void> {
  const edge = page.locator('#jp-main-split-panel > .lm-SplitPanel-handle:not(.lm-mod-hidden)');
  const box = await edge.last().boundingBox();
  if (box === null || by === 0) return;
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x + by, y, { steps: 4 });
  await page.mouse.up();
}
