import { beforeEach, expect, test } from 'vitest';

import type { CompareSides, Comparison } from '../../../contract/compare.js';
import type { NotebookDiff } from '../../../contract/diff.js';
import { isShown, toDiffItems, type DiffItem } from '../../../extension/model/compare-items.js';
import { CompareModel } from '../../../extension/model/compare.js';
import { createMemory } from '../../../extension/model/memory.js';
import { change, clientOf, comparisonOf, diffOf, refusal } from './fixture.js';

const outputs = { aspects: ['outputs' as const] };
const metadata = { aspects: ['metadata' as const] };
const DIFF: NotebookDiff = diffOf(
  [
    change('same', 0),
    change('same', 1),
    change('modified', 2),
    change('modified', 3, outputs),
    change('same', 4),
    change('modified', 5, metadata),
    change('added', 6),
  ],
  { notebook_metadata: [{ path: '/a', base: '1' }] },
);

function show(items: readonly DiffItem[]): string {
  return items
    .map((item) => {
      if (item.kind === 'fold')
        return `${item.open ? 'open' : 'fold'}(${String(item.cells.length)})`;
      return item.kind === 'metadata' ? 'meta' : `${item.change.kind}@${item.key}`;
    })
    .join(' ');
}

test.each([
  [true, false, 'fold(2) modified@2>2 modified@3>3 fold(2) added@>6'],
  [false, false, 'fold(2) modified@2>2 fold(3) added@>6'],
  [true, true, 'meta fold(2) modified@2>2 modified@3>3 fold(1) modified@5>5 added@>6'],
])('with outputs %s and metadata %s shows %s', (withOutputs, withMetadata, shown) => {
  const switches = { outputs: withOutputs, metadata: withMetadata };
  expect(show(toDiffItems(DIFF, switches, { open: () => false }))).toBe(shown);
});

test('always shows a cell that moved, was split, or changed its type', () => {
  const none = { outputs: false, metadata: false };
  expect(isShown(change('moved', 1), none)).toBe(true);
  expect(isShown(change('split', 1), none)).toBe(true);
  expect(isShown(change('modified', 1, { aspects: ['type'] }), none)).toBe(true);
  expect(isShown(change('modified', 1, { aspects: ['metadata', 'outputs'] }), none)).toBe(false);
});

const TEXT = JSON.stringify({ cells: [{ cell_type: 'code', source: ['a\n', 'b'] }] });
let answer: () => unknown;
let server: ReturnType<typeof clientOf>;
let sent: string[];

beforeEach(() => {
  sent = [];
  answer = () => comparisonOf(DIFF);
  server = clientOf((url, init) => {
    if (typeof init.body === 'string') sent.push(init.body);
    return url.pathname.endsWith('/notebook') ? TEXT : answer();
  });
});

const pair: CompareSides = {
  base: { kind: 'snapshot', id: 'one' },
  head: { kind: 'snapshot', id: 'two' },
};
function modelOf(asked: CompareSides = pair, memory = createMemory()): CompareModel {
  return new CompareModel({ client: server.client, asked, memory });
}

test('loads a comparison and then the base notebook, for what did not change', async () => {
  const model = modelOf();
  expect(model.state.phase).toBe('loading');
  await model.load();
  await model.loadCells();
  expect(model.state).toMatchObject({ phase: 'ready', changes: 3, busy: false });
  expect(model.state.baseCells).toEqual([{ type: 'code', source: 'a\nb' }]);
  expect(server.asked).toEqual([
    '/api/v1/diff?base=one&head=two',
    '/api/v1/snapshots/one/notebook',
  ]);
});

test('waits with a large file as well', async () => {
  const base = { kind: 'file', path: 'a.ipynb', size: 50_000_000 } as const;
  answer = () => ({ ...comparisonOf(DIFF), base });
  await modelOf().load();
  expect(server.asked).toHaveLength(1);
});

test('waits with a large base notebook until a fold is opened', async () => {
  const large: Comparison = comparisonOf(DIFF);
  if (large.base.kind === 'snapshot') large.base.snapshot.size = 50_000_000;
  answer = () => large;
  const model = modelOf();
  await model.load();
  expect(server.asked).toHaveLength(1);
  model.toggleFold('fold:0>0');
  await model.loadCells();
  expect(server.asked).toHaveLength(2);
  expect(show(model.state.items)).toContain('open(2)');
});

const now: CompareSides = {
  base: { kind: 'file', path: 'a.ipynb' },
  head: { kind: 'now', path: 'a.ipynb' },
};

test('compares the file with what the editor holds, asked anew each time', async () => {
  let text = 'first';
  const { client } = server;
  const editorText = (path: string) => (path === 'a.ipynb' ? text : undefined);
  const model = new CompareModel({ client, asked: now, memory: createMemory(), editorText });
  await model.load();
  text = 'second';
  await model.load();
  expect(sent.map((body) => JSON.parse(body) as unknown)).toEqual([
    { ...now, head: { ...now.head, content: 'first' } },
    { ...now, head: { ...now.head, content: 'second' } },
  ]);
  // What was typed is no part of what is asked: a restored tab would show it long after.
  expect(model.state.asked).toEqual(now);
});

test('compares again, once, when the server has forgotten what values belong to', async () => {
  let key = 'old';
  answer = () => ({ ...comparisonOf(DIFF), key });
  server = clientOf((url) => {
    if (url.pathname.endsWith('/compare')) return answer();
    if (url.pathname.includes('/old/')) return refusal(404, 'not_found', 'Compare again.');
    return url.pathname.endsWith('/base') ? TEXT : `value of ${url.pathname.split('/').at(-1)}`;
  });
  const model = modelOf(now);
  await model.load();
  key = 'new';
  const values = await Promise.all([model.value('a'), model.value('b')]);
  expect(values).toEqual(['value of a', 'value of b']);
  expect(server.asked.filter((url) => url.endsWith('/compare'))).toHaveLength(2);
});

test('walks through changes, over folds only when every block is meant, and stops at the ends', async () => {
  const model = modelOf();
  await model.load();
  const walk = (step: 1 | -1, every = false): string => {
    model.move(step, every);
    return `${model.state.current ?? ''} ${String(model.place)}`;
  };
  expect(walk(1)).toBe('2>2 1');
  expect(walk(1)).toBe('3>3 2');
  expect(walk(1, true)).toBe('fold:4>4 2');
  expect(walk(1)).toBe('>6 3');
  expect(walk(1)).toBe('>6 3');
  expect(walk(-1)).toBe('3>3 2');
});

test('starts from the end when the first step is back', async () => {
  const model = modelOf();
  await model.load();
  model.move(-1);
  expect(model.state.current).toBe('>6');
});

test('forgets a place that a switch hides, and keeps one that it does not', async () => {
  const model = modelOf();
  await model.load();
  model.goTo('3>3');
  model.choose({ outputs: false });
  expect(model.state.current).toBeUndefined();
  model.goTo('2>2');
  model.choose({ outputs: true });
  expect(model.state.current).toBe('2>2');
});

test('opens all folds, then closes one of them', async () => {
  const model = modelOf();
  await model.load();
  model.toggleAll();
  expect(show(model.state.items)).toBe('open(2) modified@2>2 modified@3>3 open(2) added@>6');
  model.toggleFold('fold:0>0');
  expect(show(model.state.items)).toBe('fold(2) modified@2>2 modified@3>3 open(2) added@>6');
});

test('swaps the sides and loads the other base', async () => {
  const model = modelOf();
  await model.load();
  await model.loadCells();
  await model.swap();
  await model.loadCells();
  expect(model.state.asked).toEqual({ base: pair.head, head: pair.base });
  expect(server.asked.slice(2)).toEqual([
    '/api/v1/diff?base=two&head=one',
    '/api/v1/snapshots/two/notebook',
  ]);
});

test('remembers how diffs are read, and trusts nothing else it finds', () => {
  const memory = createMemory();
  modelOf(pair, memory).choose({ layout: 'unified', outputs: false });
  const choices = { layout: 'unified', outputs: false, metadata: false, pictures: 'sides' };
  expect(modelOf(pair, memory).state.choices).toEqual(choices);
  memory.set('diff', { layout: 7, outputs: 'yes', metadata: null, pictures: 'upside down' });
  expect(modelOf(pair, memory).state.choices).toEqual({
    layout: 'split',
    outputs: true,
    metadata: false,
    pictures: 'sides',
  });
});

test('shows noise when asked and asks for the same without it, to tell the two apart', async () => {
  const quiet = diffOf([change('same', 0, { noise: { address: 2 } })], { noise: { address: 2 } });
  const loud = diffOf([change('modified', 0, { aspects: ['outputs'] })], { shown: ['all'] });
  server = clientOf((url) => {
    if (url.pathname.endsWith('/notebook')) return TEXT;
    return comparisonOf(url.searchParams.get('show') === 'all' ? loud : quiet);
  });
  const model = modelOf();
  await model.load();
  expect(model.state.noise).toEqual([{ kind: 'address', count: 2, shown: false }]);
  await model.toggleNoise();
  expect(model.state.noise).toEqual([{ kind: 'address', count: 2, shown: true }]);
  expect(model.state.changes).toBe(1);
  expect(model.state.noisy.get('0>0')).toEqual({ kinds: { address: 2 }, quiet: undefined });
  await model.showNoise('address', false);
  expect(model.state.changes).toBe(0);
  expect(server.asked.filter((url) => url.includes('/diff'))).toEqual([
    '/api/v1/diff?base=one&head=two',
    '/api/v1/diff?base=one&head=two&show=all',
    '/api/v1/diff?base=one&head=two&show=',
    '/api/v1/diff?base=one&head=two&show=',
  ]);
});

test('keeps the diff that is shown when a second load fails', async () => {
  const model = modelOf();
  await model.load();
  answer = () => refusal(404, 'not_found', 'No snapshot two.');
  await model.load();
  expect(model.state).toMatchObject({
    phase: 'ready',
    problem: { kind: 'error', message: 'No snapshot two.' },
    changes: 3,
  });
});

test('has failed when there is nothing to show', async () => {
  answer = () => refusal(500, 'internal', 'Broken.');
  const model = modelOf();
  await model.load();
  expect(model.state.phase).toBe('failed');
});

test('lets go of all that it shows at once when something is purged, and compares anew', async () => {
  const model = modelOf();
  await model.load();
  await model.loadCells();
  expect(model.state.baseCells).not.toBeUndefined();
  const clean = { ...DIFF, changes: DIFF.changes.slice(0, 3) };
  answer = () => comparisonOf(clean);
  server.emit({ kind: 'purged', generation: 1 });
  expect(model.state).toMatchObject({ phase: 'loading', items: [], changes: 0 });
  expect([model.state.comparison, model.state.baseCells]).toEqual([undefined, undefined]);
  await expect.poll(() => model.state.comparison?.diff.changes.length).toBe(3);
  model.dispose();
  const before = sent.length;
  server.emit({ kind: 'purged', generation: 2 });
  expect(model.state.phase).toBe('ready');
  expect(sent).toHaveLength(before);
});
