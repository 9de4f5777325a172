import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import type { Catalog } from '../../../../server/store/catalog/catalog.js';
import type { RunQuery } from '../../../../server/store/catalog/find-runs.js';
import type { RunRow } from '../../../../server/store/catalog/rows.js';
import { makePlace, type CatalogAdapter } from './catalog.contract.js';
import { entryOf, expiredOf, notebookOf, pinOf, runOf, snapshotOf } from './rows.js';

const idsOf = (rows: readonly { readonly id: string }[]): string[] => rows.map(({ id }) => id);
const mapOf = <Row extends { readonly id: string }>(
  rows: readonly Row[],
): ReadonlyMap<string, Row> => new Map(rows.map((row) => [row.id, row]));
const metricOf = (value: number | 'NaN' | 'Infinity' | '-Infinity'): RunRow['metrics'] => ({
  loss: { value, step: 0, time: 0 },
});

/** What every catalog answers, also when it was written and opened again. */
export function queryContract(adapter: CatalogAdapter): void {
  /** The catalog with these rows as it is, and as it is after a start. */
  const both = async (change: Parameters<Catalog['apply']>[0]): Promise<Catalog[]> => {
    const place = await makePlace(adapter);
    const first = await place.open();
    await first.apply(change, { main: '1' });
    await first.flush();
    return [first, await place.open()];
  };

  describe(`the queries of the catalog ${adapter.name}`, () => {
    test('find a notebook by its path, and by one that it had last', async () => {
      const notebooks = [
        notebookOf('a', { path: 'now.ipynb', formerPaths: ['was.ipynb', 'both.ipynb'], number: 2 }),
        notebookOf('b', { path: 'b.ipynb', formerPaths: ['both.ipynb', 'now.ipynb'], number: 7 }),
      ];
      for (const order of [notebooks, [...notebooks].reverse()])
        for (const catalog of await both({ notebooks: order })) {
          expect((await catalog.findNotebookAt('now.ipynb'))?.id).toBe('a');
          expect(await catalog.findNotebookAt('was.ipynb')).toBeUndefined();
          expect((await catalog.findNotebookByPath('was.ipynb'))?.id).toBe('a');
          expect((await catalog.findNotebookByPath('both.ipynb'))?.id).toBe('b');
          expect((await catalog.findNotebookByPath('now.ipynb'))?.id).toBe('a');
          expect(await catalog.findNotebookByPath('')).toBeUndefined();
        }
    });

    test('find a snapshot by its id, its key, and the start of its id', async () => {
      const snapshots = ['01aa', '01ab', '01b', '02'].map((id, at) =>
        snapshotOf(id, { number: at, key: id === '02' ? 'asked' : null }),
      );
      for (const catalog of await both({ snapshots: [...snapshots].reverse() })) {
        expect(await catalog.findSnapshot('01b')).toEqual(snapshots[2]);
        expect(await catalog.findSnapshot('01')).toBeUndefined();
        expect(idsOf(await catalog.findSnapshotsByPrefix('01'))).toEqual(['01aa', '01ab']);
        expect(idsOf(await catalog.findSnapshotsByPrefix('01ab'))).toEqual(['01ab']);
        expect(await catalog.findSnapshotsByPrefix('03')).toEqual([]);
        expect((await catalog.findSnapshotByKey('asked'))?.id).toBe('02');
        expect(await catalog.findSnapshotByKey('never asked')).toBeUndefined();
        expect(await catalog.snapshotCount()).toBe(4);
      }
    });

    test('tell a history oldest first, what was brought in from git before the rest', async () => {
      const snapshots = [
        snapshotOf('c', { number: 30 }),
        snapshotOf('x', { number: 40, trigger: 'import' }),
        snapshotOf('a', { number: 10, line: 'auto' }),
        snapshotOf('other', { number: 20, notebook: 'm' }),
        snapshotOf('w', { number: 39, trigger: 'import' }),
        snapshotOf('b', { number: 10 }),
      ];
      for (const catalog of await both({ snapshots })) {
        expect(idsOf(await catalog.history('n'))).toEqual(['w', 'x', 'a', 'b', 'c']);
        expect(idsOf(await catalog.history('m'))).toEqual(['other']);
        expect(await catalog.history('nobody')).toEqual([]);
        expect((await catalog.findNewest('n'))?.id).toBe('c');
        expect(await catalog.findNewest('nobody')).toBeUndefined();
      }
    });

    test('find pins and expired versions', async () => {
      const change = {
        pins: [pinOf('p2', { number: 4 }), pinOf('p1')],
        expired: [expiredOf('e1'), expiredOf('e2'), expiredOf('f', { number: 12 })],
      };
      for (const catalog of await both(change)) {
        expect((await catalog.findPin('p2'))?.number).toBe(4);
        expect(await catalog.findPin('p')).toBeUndefined();
        expect(idsOf(await catalog.pins()).sort()).toEqual(['p1', 'p2']);
        expect((await catalog.findExpired('f'))?.path).toBe('n.ipynb');
        expect(idsOf(await catalog.findExpiredByPrefix('e'))).toEqual(['e1', 'e2']);
        expect(idsOf(await catalog.expired()).sort()).toEqual(['e1', 'e2', 'f']);
        expect(await catalog.lastNumber()).toBe(12);
      }
    });

    test('find entries by kind and by name, and never an older state of one', async () => {
      const change = {
        entries: [
          entryOf('experiments/2', { name: 'wine', number: 5 }),
          entryOf('experiments/1', { name: 'cars', number: 3 }),
          entryOf('datasets/1', { kind: 'datasets', name: 'wine', number: 4 }),
          entryOf('datasets/2', { kind: 'datasets', name: null, number: 2 }),
        ],
      };
      for (const catalog of await both(change)) {
        expect(idsOf(await catalog.entries('experiments'))).toEqual([
          ...['experiments/1', 'experiments/2'],
        ]);
        expect((await catalog.findEntry('datasets/2'))?.name).toBeNull();
        expect((await catalog.findEntryNamed('datasets', 'wine'))?.id).toBe('datasets/1');
        await catalog.apply({ entries: [entryOf('experiments/2', { name: 'old', number: 4 })] });
        expect((await catalog.findEntryNamed('experiments', 'wine'))?.id).toBe('experiments/2');
        expect(await catalog.findEntryNamed('experiments', 'old')).toBeUndefined();
        await catalog.apply({ entries: [entryOf('experiments/2', { name: 'port', number: 6 })] });
        expect(await catalog.findEntryNamed('experiments', 'wine')).toBeUndefined();
        expect((await catalog.findEntryNamed('experiments', 'port'))?.number).toBe(6);
        expect(await catalog.entries('models')).toEqual([]);
        expect(await catalog.lastNumber()).toBe(6);
      }
    });

    test('find many rows at once, without those that there are not', async () => {
      const ids = ['b', 'nobody', 'a', 'b', 'toString'];
      const change = {
        snapshots: ['a', 'b', 'c'].map((id) => snapshotOf(id)),
        runs: ['a', 'b', 'c'].map((id) => runOf(id)),
        pins: ['a', 'b', 'c'].map((id) => pinOf(id)),
        expired: ['a', 'b', 'c'].map((id) => expiredOf(id)),
      };
      for (const catalog of await both(change)) {
        expect(await catalog.snapshotsById(ids)).toEqual(mapOf(change.snapshots.slice(0, 2)));
        expect(await catalog.runsById(ids)).toEqual(mapOf(change.runs.slice(0, 2)));
        expect(await catalog.pinsById(ids)).toEqual(mapOf(change.pins.slice(0, 2)));
        expect(await catalog.expiredById(ids)).toEqual(mapOf(change.expired.slice(0, 2)));
        expect(await catalog.runsById([])).toEqual(new Map());
      }
    });

    const RUNS: readonly RunRow[] = [
      runOf('a', { number: 4, start: 10, notebook: 'n', tags: { kind: 'x', by: 'ada' } }),
      runOf('b', { number: 3, start: 20, notebook: 'n', metrics: metricOf(0.5) }),
      runOf('c', { number: 2, start: 30, experiment: '7', metrics: metricOf(0.1) }),
      runOf('d', { number: 1, start: 40, experiment: '7', metrics: metricOf('NaN') }),
      runOf('e', { number: 1, start: 10, tags: { kind: 'x' }, metrics: metricOf(-3) }),
      runOf('f', { number: 5, start: 50, tags: { kind: 'y' }, metrics: metricOf('Infinity') }),
    ];
    const asked: readonly (readonly [string, Partial<RunQuery>, string])[] = [
      ['all by number, equal ones by id', {}, 'decbaf'],
      ['by notebook', { notebook: 'n' }, 'ba'],
      ['by a notebook without runs', { notebook: 'm' }, ''],
      ['by experiment', { experiment: '7' }, 'dc'],
      ['by notebook and experiment', { notebook: 'n', experiment: '7' }, ''],
      ['by tag', { tags: { kind: 'x' } }, 'ea'],
      ['by two tags', { tags: { kind: 'x', by: 'ada' } }, 'a'],
      ['by a metric that is finite', { metric: { name: 'loss' } }, 'ecb'],
      [
        'by a metric with bounds, both included',
        { metric: { name: 'loss', min: 0.1, max: 0.5 } },
        'cb',
      ],
      [
        'by a metric with bounds the wrong way round',
        { metric: { name: 'loss', min: 1, max: 0 } },
        '',
      ],
      ['by an unknown metric', { metric: { name: 'lose' } }, ''],
      ['by time, both ends included', { since: 20, until: 40 }, 'dcb'],
      ['since', { since: 41 }, 'f'],
      ['until', { until: 10 }, 'ea'],
      ['in the order of time, equal ones by number', { order: 'time' }, 'eabcdf'],
      ['in the order of a metric', { order: 'metric', metric: { name: 'loss' } }, 'ecb'],
      ['the other way round', { order: 'time', descending: true }, 'fdcbae'],
      ['the first page', { order: 'time', limit: 2 }, 'ea'],
      ['the second page', { order: 'time', limit: 2, offset: 2 }, 'bc'],
      ['a page over the end', { order: 'time', limit: 4, offset: 4 }, 'df'],
      ['a page beyond the end', { order: 'time', limit: 4, offset: 6 }, ''],
      [
        'the second page from the end',
        { order: 'time', descending: true, limit: 4, offset: 4 },
        'ae',
      ],
      ['a page beyond the end from the end', { descending: true, limit: 4, offset: 9 }, ''],
      ['no rows, only how many', { notebook: 'n', limit: 0 }, ''],
    ];
    test('find runs by notebook, experiment, tag, metric and time, in pages', async () => {
      for (const catalog of await both({ runs: RUNS }))
        for (const [what, query, wanted] of asked) {
          const found = await catalog.findRuns({ limit: 100, ...query });
          expect([what, idsOf(found.rows).join('')]).toEqual([what, wanted]);
          const { limit: _, offset: __, ...unpaged } = query;
          expect(found.total).toBe(
            (await catalog.findRuns({ ...unpaged, limit: 100 })).rows.length,
          );
        }
    });

    test('refuse an order by a metric that is not named', async () => {
      for (const catalog of await both({ runs: RUNS }))
        await expect(catalog.findRuns({ order: 'metric', limit: 1 })).rejects.toThrow(RangeError);
    });

    test('follow a run that changes', async () => {
      for (const which of [0, 1]) {
        const catalog = (await both({ runs: RUNS }))[which];
        if (catalog === undefined) throw new Error('there are two');
        const find = async (query: Partial<RunQuery>): Promise<string> =>
          idsOf((await catalog.findRuns({ limit: 9, ...query })).rows).join('');
        // The metric's order is made when it is first asked for; it must follow from then on.
        expect(await find({ metric: { name: 'loss', max: 0.2 } })).toBe('ec');
        await catalog.apply(
          { runs: [runOf('c', { number: 2, start: 99, notebook: 'n', metrics: metricOf(0.9) })] },
          { main: '2' },
        );
        expect(await find({ metric: { name: 'loss', max: 0.2 } })).toBe('e');
        expect(await find({ metric: { name: 'loss', min: 0.6 } })).toBe('c');
        expect(await find({ experiment: '7' })).toBe('d');
        expect(await find({ notebook: 'n' })).toBe('cba');
        expect(await find({ since: 60 })).toBe('c');
        await catalog.apply({ gone: { runs: ['c'] } }, { main: '3' });
        expect(await find({ notebook: 'n' })).toBe('ba');
        expect(await find({ metric: { name: 'loss', min: 0.6 } })).toBe('');
      }
    });

    test('give what going through all runs gives, whatever is asked', async () => {
      const few = fc.constantFrom('a', 'b', 'c');
      const maybe = <Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<Value | undefined> =>
        fc.option(value, { nil: undefined });
      const number = fc.integer({ min: -3, max: 3 });
      const run = fc.record({
        number: fc.nat(5),
        start: number,
        experiment: few,
        notebook: fc.option(few),
        tags: fc.dictionary(few, few),
        metrics: fc.oneof(
          fc.constant({}),
          fc.oneof(number, fc.constant('NaN' as const)).map(metricOf),
        ),
      });
      const changes = fc.array(fc.tuple(fc.nat(12).map(String), fc.option(run)), { maxLength: 40 });
      const query = fc.record({
        notebook: maybe(few),
        experiment: maybe(few),
        tags: fc.dictionary(few, few, { maxKeys: 1 }),
        min: maybe(number),
        max: maybe(number),
        byMetric: fc.boolean(),
        since: maybe(number),
        until: maybe(number),
        order: fc.constantFrom('number' as const, 'time' as const, 'metric' as const),
        descending: fc.boolean(),
        limit: fc.nat(6),
        offset: fc.nat(6),
      });
      await fc.assert(
        fc.asyncProperty(changes, fc.array(query, { maxLength: 6 }), async (all, queries) => {
          const place = await makePlace(adapter);
          const catalog = await place.open();
          const model = new Map<string, RunRow>();
          for (const [id, rest] of all) {
            if (rest === null) model.delete(id);
            else model.set(id, runOf(id, rest));
            const row = model.get(id);
            await catalog.apply(row === undefined ? { gone: { runs: [id] } } : { runs: [row] }, {});
          }
          await catalog.flush();
          const again = await place.open();
          for (const each of queries) {
            const asked = toQuery(each);
            const wanted = goThrough([...model.values()], asked);
            expect(await catalog.findRuns(asked)).toEqual(wanted);
            expect(await again.findRuns(asked)).toEqual(wanted);
          }
        }),
        { numRuns: 60 },
      );
    });
  });
}

interface Asked {
  readonly [name: string]: unknown;
  readonly byMetric: boolean;
  readonly order: NonNullable<RunQuery['order']>;
  readonly min: number | undefined;
  readonly max: number | undefined;
}

/** A query without what is undefined in it. */
function toQuery({ byMetric, min, max, order, ...rest }: Asked): RunQuery {
  const bounds = Object.entries({ min, max }).filter(([, value]) => value !== undefined);
  const metric = byMetric ? { metric: { name: 'loss', ...Object.fromEntries(bounds) } } : {};
  const plain = Object.entries(rest).filter(([, value]) => value !== undefined);
  return {
    ...Object.fromEntries(plain),
    ...metric,
    order: byMetric || order !== 'metric' ? order : 'number',
  } as unknown as RunQuery;
}

/** The same answer without any index. */
function goThrough(
  rows: readonly RunRow[],
  query: RunQuery,
): { readonly rows: readonly RunRow[]; readonly total: number } {
  const valueOf = (row: RunRow): unknown => row.metrics['loss']?.value;
  const isIn = (value: unknown, min = -Infinity, max = Infinity): boolean =>
    typeof value === 'number' && value >= min && value <= max;
  const found = rows.filter(
    (row) =>
      (query.notebook === undefined || row.notebook === query.notebook) &&
      (query.experiment === undefined || row.experiment === query.experiment) &&
      Object.entries(query.tags ?? {}).every(([name, value]) => row.tags[name] === value) &&
      isIn(row.start, query.since, query.until) &&
      (query.metric === undefined || isIn(valueOf(row), query.metric.min, query.metric.max)),
  );
  const keyOf = (row: RunRow): number =>
    query.order === 'time' ? row.start : query.order === 'metric' ? Number(valueOf(row)) : 0;
  found.sort((a, b) => keyOf(a) - keyOf(b) || a.number - b.number || (a.id < b.id ? -1 : 1));
  if (query.descending === true) found.reverse();
  const from = query.offset ?? 0;
  return { rows: found.slice(from, from + query.limit), total: found.length };
}
