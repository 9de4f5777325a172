import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import type { LineageNode } from '../../../contract/lineage.js';
import type { LiveRun } from '../../../contract/live.js';
import { originWords, type Origin } from '../../../contract/origin.js';
import type { RunPage } from '../../../contract/run.js';
import { foldGraph } from '../../../extension/model/lineage-fold.js';
import { inOrder, layOut } from '../../../extension/model/lineage-layout.js';
import { targetOf } from '../../../extension/model/lineage-target.js';
import { nodeWords } from '../../../extension/model/lineage-words.js';
import { LineageModel } from '../../../extension/model/lineage.js';
import { clientOf, refusal } from './fixture.js';
import {
  cell,
  data,
  edge,
  file,
  graphOf,
  runNode,
  runPage,
  snapshot,
  version,
} from './lineage-fixture.js';

const NOW = Date.parse('2026-11-24T14:00:00.000Z');
const run = runNode('r1', 'train');
const chain = graphOf(
  run,
  [data, snapshot, cell, file, version],
  [
    edge(snapshot, cell, 'keeps'),
    edge(cell, run, 'ran'),
    edge(data, run, 'read'),
    edge(run, file),
    edge(file, version, 'registered'),
  ],
);
const many = Array.from({ length: 9 }, (_, at) => runNode(`s${String(at)}`));
const wide = graphOf(
  data,
  [run, ...many, file],
  [edge(data, run, 'read'), ...many.map((each) => edge(data, each, 'read')), edge(run, file)],
);
const none: ReadonlySet<string> = new Set();

describe('the sentence', () => {
  const known: Origin = {
    ...{ subject: 'wine v3', path: 'train.ipynb', time: 't', cells: [5], unsure: false },
    ...{ data: [{ name: 'wine.csv', rows: 178 }], metric: { name: 'accuracy', value: 0.9722 } },
    clean: true,
  };
  const say = (origin: Partial<Origin>): string =>
    originWords({ ...known, ...origin }, { time: () => '14:32', number: String });

  test.each<[Partial<Origin>, string]>([
    [
      {},
      'wine v3, from train.ipynb as of 14:32 (cell 5), on wine.csv (178 rows), accuracy 0.9722, clean run.',
    ],
    [
      { cells: [4, 2, 3, 3], clean: false, data: [] },
      'wine v3, from train.ipynb as of 14:32 (cells 2–4), accuracy 0.9722, not a clean run.',
    ],
    [
      { cells: [1, 3, 7], unsure: true, metric: null, clean: null, data: [] },
      'wine v3, from train.ipynb as of 14:32 (probably cells 1, 3 and 7).',
    ],
    [
      { path: null, time: null, cells: [], clean: null, metric: null },
      'wine v3, on wine.csv (178 rows).',
    ],
    [{ path: null, cells: [], data: [], metric: null }, 'wine v3 as of 14:32, clean run.'],
    [
      {
        ...{ path: null, time: null, cells: [], clean: null, metric: null },
        data: ['a', 'b', 'c', 'd', 'e'].map((name) => ({ name, rows: name === 'a' ? 1 : null })),
      },
      'wine v3, on a (1 row), b, c and 2 more.',
    ],
  ])('of %j', (origin, words) => {
    expect(say(origin)).toBe(words);
  });
});

test.each<[LineageNode, string, string]>([
  [data, 'wine.csv', '178 rows'],
  [cell, 'cell 5', expect.stringMatching(/^a\.ipynb, .*\d\d:00$/) as string],
  [snapshot, expect.stringMatching(/^as of .*\d\d:00$/) as string, 'a.ipynb · clean'],
  [run, 'train', 'accuracy 0.9722'],
  [file, 'wine.joblib', '54 kB'],
  [version, 'wine v3', '@champion'],
  [{ ...file, gone: 'purged' }, 'wine.joblib', 'purged · 54 kB'],
])('%o is called', (node, title, facts) => {
  expect(nodeWords(node, NOW)).toEqual({ title, facts });
});

describe('a fold', () => {
  test('stands for what came of the same and led to nothing, but for the first ones', () => {
    const { drawn, edges } = foldGraph(wide, none);
    const [fold] = drawn.filter((each) => 'fold' in each);
    expect(fold).toMatchObject({ kind: 'run', beside: ['run:s0', 'run:s1', 'run:s2'] });
    expect(drawn).toHaveLength(wide.nodes.length - 6 + 1);
    expect(edges.filter(({ to }) => to === fold?.id)).toHaveLength(1);
  });

  test('opens, and what leads on is never in one', () => {
    const { drawn } = foldGraph(wide, none);
    const fold = drawn.find((each) => 'fold' in each);
    const name = fold !== undefined && 'fold' in fold ? fold.fold : '';
    expect(foldGraph(wide, new Set([name])).drawn).toHaveLength(wide.nodes.length);
    expect(drawn.map(({ id }) => id)).toContain(run.id);
  });
});

describe('a drawing', () => {
  test('goes to the right while there is room, else down, each node after what it came of', () => {
    const folded = foldGraph(chain, none);
    for (const [width, way] of [
      [2000, 'right'],
      [500, 'down'],
    ] as const) {
      const laid = layOut(folded, width);
      expect(laid.way).toBe(way);
      const along = new Map(
        laid.nodes.map(({ id, left, top }) => [id, way === 'right' ? left : top]),
      );
      for (const { from, to } of chain.edges)
        expect(along.get(from) ?? 0).toBeLessThan(along.get(to) ?? 0);
      for (const { path } of laid.lines) expect(path).toMatch(/^M [\d.]+ [\d.]+ C /);
    }
  });

  test('has a fold after those like it', () => {
    const folded = foldGraph(wide, none);
    const { nodes } = layOut(folded, 2000);
    const fold = folded.drawn.find((each) => 'fold' in each);
    const top = (id: string | undefined): number => nodes.find((each) => each.id === id)?.top ?? 0;
    for (const id of ['run:s0', 'run:s1', 'run:s2']) expect(top(id)).toBeLessThan(top(fold?.id));
  });

  test('comes to an end where things came of each other', () => {
    const circle = graphOf(run, [file], [edge(run, file), edge(file, run)]);
    expect(inOrder(foldGraph(circle, none))).toEqual([run.id, file.id]);
    expect(layOut(foldGraph(circle, none), 2000).nodes).toHaveLength(2);
  });
});

test.each<[LineageNode, object]>([
  [run, { kind: 'run', run: 'r1' }],
  [cell, { kind: 'run', run: 'r1', cell: 'c' }],
  [snapshot, { kind: 'diff', base: 'r', head: 's' }],
  [
    { ...snapshot, before: null } as LineageNode,
    { kind: 'notebook', notebook: 'n', path: 'a.ipynb' },
  ],
  [
    { ...snapshot, gone: 'expired' },
    { kind: 'node', id: 'snapshot:s' },
  ],
  [version, { kind: 'version', name: 'wine', version: 3 }],
  [
    { ...version, gone: 'deleted' },
    { kind: 'node', id: 'version:m-3' },
  ],
  [file, { kind: 'node', id: 'artifact:f' }],
])('%o opens', (node, target) => {
  expect(targetOf(node, chain)).toEqual(target);
});

describe('the model', () => {
  test('keeps what it shows until the next is there, and says what went wrong', async () => {
    let refused = false;
    const { client } = clientOf(() =>
      refused ? refusal(404, 'not_found', 'Nothing here is "x".') : graphOf(data, [], []),
    );
    const model = new LineageModel(client, 'wine.csv');
    await model.load();
    expect(model.state).toMatchObject({ busy: false, graph: { focus: data.id } });
    refused = true;
    await model.show('x');
    expect(model.state).toMatchObject({
      ...{ busy: false, node: 'x', graph: { focus: data.id } },
      problem: { kind: 'error', message: 'Nothing here is "x".' },
    });
  });

  test('takes no answer that is no longer asked for', async () => {
    const { client } = clientOf((url) =>
      graphOf(url.search.includes('wine') ? data : file, [], []),
    );
    const model = new LineageModel(client, 'wine');
    await Promise.all([model.load(), model.show('file')]);
    expect(model.state.graph?.focus).toBe(file.id);
  });
});

describe('a run that goes on', () => {
  const ID = 'c'.repeat(32);
  let page: RunPage;
  let live: Partial<LiveRun>;
  let served: ReturnType<typeof clientOf>;
  let model: LineageModel;

  beforeEach(async () => {
    vi.useFakeTimers();
    page = runPage(ID, { status: 'running', metrics: { loss: at(1), accuracy: at(0.5) } });
    live = {};
    served = clientOf((url) => {
      if (url.pathname.endsWith('/lineage')) return graphOf(runNode(ID), [], []);
      if (url.pathname.endsWith('/live')) {
        const metrics = Object.entries(page.metrics).map(([name, each]) => ({ name, ...each }));
        const { id, name, status, snapshot, notebook, start, end } = page;
        const told = {
          id,
          name,
          status,
          snapshot,
          notebook,
          start,
          changed: end,
          made: [],
          metrics,
        };
        return { now: 0, runs: [{ ...told, total: metrics.length, ...live }], more: 0 };
      }
      return page;
    });
    model = new LineageModel(served.client, `run:${ID}`);
    await model.load();
    served.asked.length = 0;
  });
  afterEach(() => {
    model.dispose();
    vi.useRealTimers();
  });

  const at = (value: number): RunPage['metrics'][string] => ({ value, step: 1, time: 1 });
  const tell = async (what: 'values' | 'facts', run = ID): Promise<void> => {
    served.emit({ kind: 'runs', runs: [{ run, notebook: null, kernels: [], what }] });
    await vi.advanceTimersByTimeAsync(1_500);
  };

  test('has its values by themselves, and nothing else is another', async () => {
    const before = model.state;
    page = { ...page, metrics: { accuracy: at(0.75), loss: at(0.5) }, end: 99 };
    await tell('values');
    expect(served.asked).toEqual([`/api/v1/live?runs=${ID}&metrics=1000`]);
    expect(
      Object.entries(model.state.run?.metrics ?? {}).map(([name, { value }]) => [name, value]),
    ).toEqual([
      ['loss', 0.5],
      ['accuracy', 0.75],
    ]);
    expect(model.state.run?.cells).toBe(before.run?.cells);
    expect(model.state.graph?.nodes[0]).toMatchObject({ metrics: { accuracy: 0.75 } });
  });

  test('is asked for whole when it has another metric, ends, or more is told of it', async () => {
    page = { ...page, metrics: { ...page.metrics, f1: at(1) } };
    await tell('values');
    expect(Object.keys(model.state.run?.metrics ?? {})).toContain('f1');
    page = { ...page, status: 'finished', params: { trees: '60' } };
    await tell('facts');
    expect(model.state.run).toMatchObject({ status: 'finished', params: { trees: '60' } });
  });

  test('keeps each part that is the same', async () => {
    const before = model.state;
    page = { ...structuredClone(page), tags: { by: 'me' } };
    await tell('facts');
    expect(model.state.run).not.toBe(before.run);
    expect(model.state.run?.metrics).toBe(before.run?.metrics);
    expect(model.state.graph).toBe(before.graph);
    expect(model.state.busy).toBe(false);
  });

  test('asks for nothing about other runs, nor while nobody sees it', async () => {
    await tell('facts', 'd'.repeat(32));
    model.setShown(false);
    await tell('facts');
    expect(served.asked).toEqual([]);
    model.setShown(true);
    await vi.advanceTimersByTimeAsync(1_500);
    expect(served.asked).toEqual([`/api/v1/lineage?node=run%3A${ID}`, `/api/v1/runs/${ID}`]);
  });

  test('what was purged goes at once', () => {
    served.emit({ kind: 'purged', generation: 2 });
    expect(model.state).toMatchObject({ graph: undefined, run: undefined });
  });
});
