import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';

import { cellar } from './site.js';
import { expect, test } from './lab.js';
import { code, notebook } from './notebooks.js';

interface Log {
  readonly snapshots: readonly {
    readonly runs: readonly { readonly metrics: Readonly<Record<string, number>> }[];
    readonly artifacts: readonly { readonly name: string; readonly sha256: string }[];
  }[];
}

/** A cell that trains two models, each in a run of its own, and writes both to the same name. */
const twoRuns = (first: number): string => `import cellar
for depth in (${String(first)}, ${String(first + 1)}):
    with cellar.run(f"depth {depth}"):
        cellar.param(depth=depth)
        cellar.log(accuracy=depth / 10)
        with open("model.pkl", "w") as file:
            file.write(f"model {depth}")
        cellar.artifact("model.pkl")`;

test.use({
  notebooks: { 'runs.ipynb': notebook(code('low', twoRuns(1)), code('high', twoRuns(3))) },
});

test('keeps four runs with a file of one name apart, and shows what was logged as tables', async ({
  lab,
  page,
  jupyter,
}) => {
  await lab.openNotebook('runs.ipynb');
  await lab.openPanel();
  await lab.runAll();
  await expect(lab.rows).toHaveCount(1);
  await expect(lab.rows.first()).toContainText('0.4');

  const tables = lab.notebook.locator('.jp-OutputArea').getByRole('table');
  await expect(tables).toHaveCount(4);
  await expect(tables.first()).toContainText('accuracy');
  await expect(tables.first()).toContainText('0.1');
  await expect(lab.notebook.getByText('"metrics"')).toHaveCount(0);

  const hashes = [1, 2, 3, 4].map((depth) =>
    createHash('sha256')
      .update(`model ${String(depth)}`)
      .digest('hex'),
  );
  const { snapshots } = await cellar<Log>(jupyter.root, 'log', 'runs.ipynb');
  const [kept] = snapshots;
  expect(kept?.runs.map(({ metrics }) => metrics['accuracy']).sort()).toEqual([0.1, 0.2, 0.3, 0.4]);
  expect(kept?.artifacts.map(({ name }) => name)).toEqual(Array(4).fill('model.pkl'));
  expect(kept?.artifacts.map(({ sha256 }) => sha256).sort()).toEqual(hashes.toSorted());

  await lab.rows.first().getByRole('button', { name: '1 more file' }).click();
  const links = lab.rows.first().getByRole('link', { name: /model\.pkl/ });
  await expect(links).toHaveCount(4);
  const [download] = await Promise.all([page.waitForEvent('download'), links.last().click()]);
  expect(await readFile(await download.path(), 'utf8')).toMatch(/^model [1-4]$/);
});
