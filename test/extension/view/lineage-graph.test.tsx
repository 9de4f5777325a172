// @vitest-environment jsdom
import { expect, test } from 'vitest';

import { LineageGraph } from '../../../extension/view/lineage-graph.js';
import { cell, data, edge, file, graphOf, runNode } from '../model/lineage-fixture.js';
import { during, mount } from './mount.js';

const run = runNode('r1', 'train');

test('every node opens, the one that it is about is marked, and what is unsure says so', async () => {
  const opened: string[] = [];
  const unsure = { ...edge(run, file), certainty: 'unsure' as const };
  const graph = graphOf(run, [data, file], [edge(data, run, 'read'), unsure], { left: 3 });
  const view = await mount(
    <LineageGraph graph={graph} focus={run.id} onOpen={({ id }) => opened.push(id)} />,
  );
  const nodes = [...view.querySelectorAll<HTMLElement>('.cellar-LineageNode')];
  expect(nodes.map(({ textContent }) => textContent)).toEqual([
    'data wine.csv178 rows',
    'run trainaccuracy 0.9722, from data wine.csv, this one',
    'file wine.joblibunsure · 54 kB, from run train',
  ]);
  expect(nodes.map((node) => node.getAttribute('aria-current'))).toEqual([null, 'true', null]);
  expect(view.querySelectorAll('path.cellar-mod-unsure')).toHaveLength(1);
  expect(view.textContent).toContain('3 more are not shown');
  for (const node of nodes)
    await during(() => {
      node.click();
    });
  expect(opened).toEqual([data.id, run.id, file.id]);
});

test('many of a kind are folded until they are asked for', async () => {
  const runs = Array.from({ length: 8 }, (_, at) => runNode(`s${String(at)}`));
  const edges = runs.map((each) => edge(cell, each, 'ran'));
  const view = await mount(
    <LineageGraph graph={graphOf(cell, runs, edges)} focus={cell.id} onOpen={() => undefined} />,
  );
  const fold = view.querySelector<HTMLElement>('.cellar-mod-fold');
  expect(fold?.textContent).toBe('5 more runs');
  await during(() => fold?.click());
  expect(view.querySelectorAll('.cellar-LineageNode')).toHaveLength(9);
});
