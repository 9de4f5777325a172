import { expect, test } from 'vitest';

import type { CatalogChange } from '../../../server/store/catalog/rows.js';
import { ask, fill } from './filled.js';

const RUNS = 10_000;

test('answers at once among 10,000 runs with files and models, of which one was just logged to', async () => {
  const { lineage, history, run, model, data } = await fill();
  const { catalog } = history.store;
  const row = await catalog.findRun(run);
  const entry = await catalog.findEntry(`models/${model}`);
  if (row === undefined || entry === undefined) throw new RangeError('nothing to copy');
  const copies = Array.from({ length: RUNS }, (_, at) => {
    const id = at.toString(16).padStart(32, '0');
    const sha256 = at.toString(16).padStart(64, '0');
    const artifacts = [0, 1, 2].map((each) => ({
      ...{ name: `file ${each}`, sha256: `${each}${sha256.slice(1)}`, size: at },
      ...({ source: 'logged', certainty: 'sure' } as const),
    }));
    const logged = { ...entry, id: `models/m-${id}`, data: { ...(entry.data as object), run: id } };
    const ran = { ...row, id, artifacts, outputs: [{ model: `m-${id}`, step: 0 }] };
    return { ran: { ...ran, tags: {}, number: 1000 + at }, logged };
  });
  const change: CatalogChange = {
    runs: copies.map(({ ran }) => ran),
    entries: copies.map(({ logged }) => logged),
  };
  await catalog.apply(change);
  // What is worked out from the rows is kept from the first question on.
  await ask(lineage, { node: run });
  const times: Record<string, number> = {};
  for (const node of ['models:/wine@champion', `dataset:${data}`, 'train.ipynb', run, 'wine/1'])
    for (let time = 0; time < 5; time += 1) {
      await catalog.apply({ runs: [{ ...row, end: row.end + time }] });
      const start = performance.now();
      const { totals, nodes } = await ask(lineage, { node });
      times[node] = Math.min(times[node] ?? Infinity, performance.now() - start);
      expect(nodes.length).toBeLessThanOrEqual(200);
      if (node.startsWith('dataset')) expect(totals).toMatchObject({ run: RUNS + 2, version: 2 });
    }
  // Whatever does not go through all of the runs takes a fraction of what does, on any machine.
  const { 'train.ipynb': notebook = 0, [`dataset:${data}`]: dataset = 0, ...others } = times;
  expect(Math.max(...Object.values(others)), JSON.stringify(times)).toBeLessThan(
    Math.max(notebook, dataset),
  );
});
