import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import type { HistoryRow } from '../../../contract/history.js';
import { HistoryModel } from '../../../extension/model/history.js';
import { createMemory, type Memory } from '../../../extension/model/memory.js';
import { clientOf, id, NOON, notebook, pageOf, row } from './fixture.js';

let all: HistoryRow[];
let away: boolean;
let memory: Memory;
let server: ReturnType<typeof clientOf>;
let model: HistoryModel;

beforeEach(() => {
  vi.useFakeTimers();
  all = [row(3, 0), row(2, 10), row(1, 20)];
  away = false;
  memory = createMemory();
  server = clientOf((url) => {
    if (away) throw new TypeError('fetch failed');
    if (url.pathname.endsWith('/by-path'))
      return { notebook: url.searchParams.get('path') === 'train.ipynb' ? notebook : null };
    const text = url.searchParams.get('text');
    const rows = text === null ? all : all.filter(({ message }) => message?.includes(text));
    const page = pageOf(
      rows,
      Number(url.searchParams.get('offset') ?? 0),
      Number(url.searchParams.get('limit')),
    );
    const metric = url.searchParams.get('metric');
    const direction = url.searchParams.get('direction');
    return {
      ...page,
      metric: {
        ...page.metric,
        ...(metric === null ? {} : { name: metric }),
        ...(direction === null ? {} : { direction }),
      },
    };
  });
  model = new HistoryModel({ client: server.client, memory, now: () => NOON });
});
afterEach(() => {
  model.dispose();
  vi.useRealTimers();
});

const settle = (): Promise<unknown> => vi.advanceTimersByTimeAsync(300);
const shown = (): number[] => model.state.rows.map(({ number }) => number);

test('is idle without a notebook, loads one, and says when nothing was kept', async () => {
  expect(model.state.phase).toBe('idle');
  model.show('new.ipynb');
  expect(model.state.phase).toBe('loading');
  await settle();
  expect(model.state.phase).toBe('empty');
  model.show('train.ipynb');
  await settle();
  expect(model.state).toMatchObject({ phase: 'ready', total: 3, problem: undefined, busy: false });
  expect(shown()).toEqual([3, 2, 1]);
});

test('finds the history of the path that a notebook is renamed to', async () => {
  model.show('new.ipynb');
  await settle();
  model.renamed('train.ipynb');
  await settle();
  expect(model.state.phase).toBe('ready');
});

test('puts a new version on top and keeps the rest, the selection and open folds', async () => {
  all = [row(5, 0), row(4, 1, { line: 'auto' }), row(3, 2, { line: 'auto' }), row(2, 3)];
  model.show('train.ipynb');
  await settle();
  model.select(id(2));
  model.toggleFold(`fold:${id(3)}`);
  all = [row(6, 0), ...all];
  server.emit({ kind: 'snapshot', notebook: notebook.id, snapshot: id(6) });
  await settle();
  expect(shown()).toEqual([6, 5, 4, 3, 2]);
  expect(model.state.selection).toEqual({ id: id(2) });
  expect(model.state.items.some((item) => item.kind === 'fold' && item.open)).toBe(true);
});

test("does not ask for another notebook's events", async () => {
  model.show('train.ipynb');
  await settle();
  const before = server.asked.length;
  server.emit({ kind: 'snapshot', notebook: id(5), snapshot: id(6) });
  await settle();
  expect(server.asked).toHaveLength(before);
});

test('loads older rows by offset, pinned to the newest that was seen', async () => {
  all = Array.from({ length: 700 }, (_, at) => row(700 - at, at));
  model.show('train.ipynb');
  await settle();
  expect(model.state.items.at(-1)).toMatchObject({ kind: 'rest', count: 600 });
  await model.loadMore();
  await model.loadMore();
  expect(shown()).toEqual(all.map(({ number }) => number));
  expect(model.state.items.some(({ kind }) => kind === 'rest')).toBe(false);
  const asked = server.asked.length;
  await model.loadMore();
  expect(server.asked).toHaveLength(asked);
  expect(server.asked.filter((url) => url.includes('through=700'))).toHaveLength(2);
});

test('stops at the end even when rows went missing meanwhile', async () => {
  all = Array.from({ length: 150 }, (_, at) => row(150 - at, at));
  model.show('train.ipynb');
  await settle();
  all = all.slice(0, 100);
  await model.loadMore();
  expect(model.state.items.some(({ kind }) => kind === 'rest')).toBe(false);
});

test('keeps what it has while the server is away, and is well again after', async () => {
  model.show('train.ipynb');
  await settle();
  away = true;
  await model.retry();
  expect(model.state).toMatchObject({ phase: 'ready', problem: { kind: 'away' } });
  expect(shown()).toEqual([3, 2, 1]);
  away = false;
  server.emit({ kind: 'workspace' });
  await settle();
  expect(model.state.problem).toBeUndefined();
});

test('has failed when the first load does, and recovers', async () => {
  away = true;
  model.show('train.ipynb');
  await settle();
  expect(model.state).toMatchObject({ phase: 'failed', problem: { kind: 'away' } });
  away = false;
  await model.retry();
  expect(model.state.phase).toBe('ready');
});

test('searches a moment after the last key, and says when nothing matches', async () => {
  all = [row(3, 0, { message: 'baseline' }), row(2, 1)];
  model.show('train.ipynb');
  await settle();
  const before = server.asked.length;
  for (const text of ['b', 'ba', 'base']) model.search(text);
  await settle();
  expect(server.asked).toHaveLength(before + 1);
  expect(shown()).toEqual([3]);
  model.search('nothing of this');
  await settle();
  expect(model.state.phase).toBe('empty');
  model.search('');
  await settle();
  expect(shown()).toEqual([3, 2]);
});

test('remembers the metric and its direction for the notebook', async () => {
  model.show('train.ipynb');
  await settle();
  model.chooseMetric('loss');
  await settle();
  expect(model.state.metric).toMatchObject({ name: 'loss', direction: 'higher' });
  model.turnDirection();
  await settle();
  expect(model.state.metric?.direction).toBe('lower');
  const again = new HistoryModel({ client: server.client, memory, now: () => NOON });
  again.show('train.ipynb');
  await settle();
  expect(again.state.metric).toMatchObject({ name: 'loss', direction: 'lower' });
  again.dispose();
});

test('lets go of a second choice first, and starts anew without Ctrl', () => {
  model.select('a');
  model.select('b', true);
  expect(model.state.selection).toEqual({ id: 'a', other: 'b' });
  model.select('b', true);
  expect(model.state.selection).toEqual({ id: 'a' });
  model.select('b', true);
  model.select('a', true);
  expect(model.state.selection).toEqual({ id: 'b' });
  model.select('c');
  expect(model.state.selection).toEqual({ id: 'c' });
});

test('forgets the answer for a notebook that is no longer shown', async () => {
  model.show('train.ipynb');
  model.show(undefined);
  await settle();
  expect(model.state).toMatchObject({ phase: 'idle', rows: [] });
});

test('lets go of every row when something is purged, also of those that were loaded by scrolling', async () => {
  all = Array.from({ length: 150 }, (_, at) => row(150 - at, at, { message: `secret ${at}` }));
  model.show('train.ipynb');
  await settle();
  await model.loadMore();
  expect(model.state.rows).toHaveLength(150);
  all = all.map((each) => ({ ...each, message: '[redacted: purged]' }));
  server.emit({ kind: 'purged', generation: 1 });
  expect(model.state).toMatchObject({ phase: 'loading', rows: [], items: [] });
  await settle();
  expect(model.state.rows).toHaveLength(100);
  await model.loadMore();
  expect(new Set(model.state.rows.map(({ message }) => message))).toEqual(
    new Set(['[redacted: purged]']),
  );
});
