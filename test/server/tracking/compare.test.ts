import { expect, onTestFinished, test } from 'vitest';

import { createComparer, type Comparer } from '../../../server/tracking/compare.js';
import { createPool, type Pool } from '../../../server/work/pool.js';
import type { History } from '../../../server/history/history.js';
import { keep } from '../history/kept.js';
import { openTestHistory } from '../scratch.js';
import { buildWorkers } from '../work/built.js';

interface Opened {
  readonly history: History;
  readonly comparer: Comparer;
  /** The names of the tasks that threads were given. */
  readonly tasks: readonly string[];
}

/** A comparer over a store and threads, of which it is seen what they are asked for. */
async function open(memory?: number): Promise<Opened> {
  const history = await openTestHistory();
  const pool = createPool({ folder: await buildWorkers(), size: 1 });
  onTestFinished(() => pool.close());
  const tasks: string[] = [];
  const seen: Pool = {
    ...pool,
    run: (task, errand) => {
      tasks.push(task.name);
      return pool.run(task, errand);
    },
  };
  return { history, tasks, comparer: createComparer({ store: history.store, pool: seen }, memory) };
}

/** Sources that are large enough for a thread. */
function large(...sources: readonly string[]): string[] {
  return [...sources, `# ${'x'.repeat(70_000)}`];
}

const TERMS = { show: [], patterns: [] };

async function keepAs(history: History, path: string, source: string): Promise<string> {
  return (await keep(history, path, large(source))).row.id;
}

test('compares the same bytes once, also where other snapshots have them', async () => {
  const { history, comparer, tasks } = await open();
  const [one, two] = [
    await keepAs(history, 'a.ipynb', 'x = 1'),
    await keepAs(history, 'a.ipynb', 'x = 2'),
  ];
  const [other, another] = [
    await keepAs(history, 'b.ipynb', 'x = 1'),
    await keepAs(history, 'b.ipynb', 'x = 2'),
  ];
  const side = (id: string) => ({ kind: 'snapshot', id }) as const;
  const first = await comparer.compare(side(one), side(two), TERMS);
  const again = await comparer.compare(side(one), side(two), TERMS);
  const elsewhere = await comparer.compare(side(other), side(another), TERMS);
  expect(tasks).toEqual(['compare']);
  expect(again.key).toBe(first.key);
  expect(elsewhere.key).not.toBe(first.key);
  expect(elsewhere.diff).toEqual(first.diff);
  await comparer.compare(side(one), side(two), { ...TERMS, show: ['all'] });
  await comparer.compare(side(two), side(one), TERMS);
  expect(tasks).toHaveLength(3);
});

test('shares one run among those who ask at the same time', async () => {
  const { history, comparer, tasks } = await open();
  const base = { kind: 'snapshot', id: await keepAs(history, 'a.ipynb', 'x = 1') } as const;
  const head = { kind: 'snapshot', id: await keepAs(history, 'a.ipynb', 'x = 2') } as const;
  const answers = await Promise.all([1, 2, 3].map(() => comparer.compare(base, head, TERMS)));
  expect(new Set(answers.map(({ key }) => key)).size).toBe(1);
  expect(tasks).toEqual(['compare']);
});

test('forgets the comparison that was asked about longest ago when its memory is full', async () => {
  const { history, comparer, tasks } = await open(14_000);
  const ids: string[] = [];
  for (const source of ['x = 1', 'x = 2', 'x = 3', 'x = 4'])
    ids.push(await keepAs(history, 'a.ipynb', source));
  const compare = (from: number, to: number) =>
    comparer.compare(
      { kind: 'snapshot', id: ids[from] ?? '' },
      { kind: 'snapshot', id: ids[to] ?? '' },
      TERMS,
    );
  const { key } = await compare(0, 1);
  expect(comparer.find(key)?.key).toBe(key);
  const later = await compare(1, 2);
  await compare(2, 3);
  expect(comparer.find(key)).toBeUndefined();
  expect(comparer.find(later.key)?.key).toBe(later.key);
  expect(tasks).toHaveLength(3);
  await compare(0, 1);
  expect(tasks).toHaveLength(4);
});

test('remembers nothing that was begun before all was to be forgotten', async () => {
  const { history, comparer, tasks } = await open();
  const base = { kind: 'snapshot', id: await keepAs(history, 'a.ipynb', 'x = 1') } as const;
  const head = { kind: 'snapshot', id: await keepAs(history, 'a.ipynb', 'x = 2') } as const;
  const { memory } = history.store;
  const { key } = await comparer.compare(base, head, TERMS);
  memory.forget();
  expect(comparer.find(key)).toBeUndefined();
  const asked = comparer.compare(base, head, TERMS);
  while (tasks.length < 2) await new Promise((resolve) => setImmediate(resolve));
  memory.forget();
  await asked;
  expect(comparer.find(key)).toBeUndefined();
  await comparer.compare(base, head, TERMS);
  expect(comparer.find(key)?.key).toBe(key);
  expect(tasks).toHaveLength(3);
});
