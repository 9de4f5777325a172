import { setImmediate } from 'node:timers/promises';

import { describe, expect, onTestFinished, test } from 'vitest';

import type { Catalog } from '../../../../server/store/catalog/catalog.js';
import { catalogOf, entryOf, expiredOf, notebookOf, pinOf, runOf, snapshotOf } from './rows.js';

/** An adapter of the catalog: `open` opens the same place again, as a start after a kill does. */
export interface CatalogAdapter {
  readonly name: string;
  make(): Promise<Place>;
}

interface Place {
  open(): Promise<Catalog>;
}

const idsOf = (rows: readonly { readonly id: string }[]): string[] => rows.map(({ id }) => id);

/** Opens catalogs over one adapter, each of which has written what it has when the test ends. */
export async function makePlace(adapter: CatalogAdapter): Promise<Place> {
  const place = await adapter.make();
  return {
    open: async () => {
      const catalog = await place.open();
      onTestFinished(() => catalog.flush());
      return catalog;
    },
  };
}

/** What every catalog does. */
export function catalogContract(adapter: CatalogAdapter): void {
  describe(`the catalog ${adapter.name}`, () => {
    test('is empty at first, and still when an empty one is opened again', async () => {
      const place = await makePlace(adapter);
      const first = await place.open();
      await first.flush();
      for (const catalog of [first, await place.open()]) {
        expect(await catalog.rows()).toEqual(catalogOf({}));
        expect([
          await catalog.lastNumber(),
          await catalog.notebookCount(),
          await catalog.runCount(),
        ]).toEqual([0, 0, 0]);
      }
    });

    test('gives back every row and the position after it was written', async () => {
      const place = await makePlace(adapter);
      const first = await place.open();
      const all = catalogOf({
        notebooks: [notebookOf('a', { formerPaths: ['old.ipynb'], number: 3 }), notebookOf('b')],
        snapshots: [
          snapshotOf('s1', { notebook: 'a', message: 'é\n\u2028"' }),
          snapshotOf('s2', { notebook: 'a', number: 2, key: 'k' }),
        ],
        runs: [runOf('r1', { metrics: { loss: { value: 'NaN', step: 1, time: 5 } }, number: 9 })],
        pins: [pinOf('s1')],
        expired: [expiredOf('s0')],
        position: { 'refs/heads/main': 'f'.repeat(40), 'refs/cellar/auto/2026-11-24': '1' },
      });
      await first.apply(all, all.position);
      await first.flush();
      const again = await place.open();
      expect(await again.rows()).toEqual(all);
      expect([await again.position(), await again.lastNumber()]).toEqual([all.position, 9]);
    });

    test('is of one moment: what was not written is missing from the rows as from the position', async () => {
      const place = await makePlace(adapter);
      const first = await place.open();
      await first.apply({ notebooks: [notebookOf('a')] }, { main: '1' });
      await first.flush();
      await first.apply({ notebooks: [notebookOf('b')] }, { main: '2' });
      expect(idsOf(await first.notebooks())).toEqual(['a', 'b']);
      const killed = await place.open();
      // An adapter may write at once, or in groups.
      expect([
        [['a'], { main: '1' }],
        [['a', 'b'], { main: '2' }],
      ]).toContainEqual([idsOf(await killed.notebooks()), await killed.position()]);
      await first.flush();
      const later = await place.open();
      expect([idsOf(await later.notebooks()), await later.position()]).toEqual([
        ['a', 'b'],
        { main: '2' },
      ]);
    });

    test('writes a position that moved without a row', async () => {
      const place = await makePlace(adapter);
      const first = await place.open();
      await first.apply({ pins: [pinOf('s1')] }, { main: '1' });
      await first.flush();
      await first.apply({}, { main: '2' });
      await first.flush();
      const again = await place.open();
      expect([await again.position(), idsOf(await again.pins())]).toEqual([{ main: '2' }, ['s1']]);
    });

    test('takes rows out, and puts rows in the place of those with their ids', async () => {
      const place = await makePlace(adapter);
      const first = await place.open();
      const kinds = ['notebooks', 'snapshots', 'runs', 'pins', 'expired', 'entries'] as const;
      const makeAll = (id: string): Parameters<Catalog['apply']>[0] => ({
        notebooks: [notebookOf(id)],
        snapshots: [snapshotOf(id)],
        runs: [runOf(id)],
        pins: [pinOf(id)],
        expired: [expiredOf(id)],
        entries: [entryOf(id)],
      });
      for (const id of ['a', 'b']) await first.apply(makeAll(id), { main: id });
      await first.flush();
      const gone = Object.fromEntries(kinds.map((kind) => [kind, ['a', 'never there']]));
      await first.apply({ gone, runs: [runOf('b', { name: 'new' })] }, { main: 'c' });
      await first.flush();
      for (const catalog of [first, await place.open()]) {
        const rows = await catalog.rows();
        expect(kinds.map((kind) => idsOf(rows[kind]))).toEqual(kinds.map(() => ['b']));
        expect((await catalog.findRun('b'))?.name).toBe('new');
        expect(idsOf(await catalog.history('n'))).toEqual(['b']);
        expect([await catalog.findPin('a'), await catalog.findExpired('a')]).toEqual([
          undefined,
          undefined,
        ]);
      }
    });

    test('takes another catalog in the place of its own, and nothing of its own comes back', async () => {
      const place = await makePlace(adapter);
      const first = await place.open();
      await first.apply(
        { runs: [runOf('a'), runOf('b')], pins: [pinOf('s')] },
        { main: '1', day: '1' },
      );
      await first.flush();
      const before = await first.revision();
      const all = catalogOf({ runs: [runOf('b', { name: 'new' })], position: { main: '2' } });
      await first.replace(all);
      expect(await first.revision()).toBeGreaterThan(before);
      await first.flush();
      for (const catalog of [first, await place.open()]) {
        expect(await catalog.rows()).toEqual(all);
        expect([(await catalog.findRuns({ limit: 9 })).total, await catalog.findRun('a')]).toEqual([
          1,
          undefined,
        ]);
      }
    });

    test('takes rows that come after a replacement', async () => {
      const place = await makePlace(adapter);
      const first = await place.open();
      await first.apply({ runs: [runOf('a')] }, { main: '1' });
      await first.replace(catalogOf({ runs: [runOf('b')], position: { main: '2' } }));
      await first.apply({ runs: [runOf('c')] }, { main: '3' });
      await first.flush();
      const again = await place.open();
      expect([idsOf(await again.runs()), await again.position()]).toEqual([
        ['b', 'c'],
        { main: '3' },
      ]);
    });

    test('passes over an older row of a notebook, and never takes a version of main for an automatic one', async () => {
      const place = await makePlace(adapter);
      const first = await place.open();
      await first.apply(
        {
          notebooks: [notebookOf('a', { number: 5, path: 'new.ipynb' })],
          snapshots: [snapshotOf('s', { line: 'main' })],
        },
        {},
      );
      await first.apply(
        {
          notebooks: [notebookOf('a', { number: 4, path: 'old.ipynb' })],
          snapshots: [snapshotOf('s', { line: 'auto' })],
        },
        { main: '1' },
      );
      await first.flush();
      for (const catalog of [first, await place.open()]) {
        expect((await catalog.findNotebook('a'))?.path).toBe('new.ipynb');
        expect(await catalog.findNotebookAt('old.ipynb')).toBeUndefined();
        expect((await catalog.findSnapshot('s'))?.line).toBe('main');
      }
    });

    test('keeps names that objects have of their own', async () => {
      const place = await makePlace(adapter);
      const first = await place.open();
      // An object literal would set the prototype instead.
      const odd = (value: unknown): never =>
        Object.fromEntries([
          ['__proto__', value],
          ['constructor', value],
        ]) as never;
      await first.apply(
        {
          notebooks: [notebookOf('__proto__', { path: 'constructor' })],
          snapshots: [snapshotOf('constructor', { notebook: '__proto__', key: 'toString' })],
          runs: [
            runOf('__proto__', {
              notebook: '__proto__',
              experiment: 'constructor',
              tags: odd('hasOwnProperty'),
              params: odd('1'),
              metrics: odd({ value: 2, step: 0, time: 0 }),
            }),
            runOf('plain'),
          ],
          pins: [pinOf('__proto__')],
        },
        { main: '1' },
      );
      await first.flush();
      for (const catalog of [first, await place.open()]) {
        const asked = [
          { notebook: '__proto__' },
          { experiment: 'constructor' },
          { tags: odd('hasOwnProperty') as Record<string, string> },
          { metric: { name: '__proto__', min: 2, max: 2 } },
        ];
        for (const query of asked)
          expect(idsOf((await catalog.findRuns({ ...query, limit: 9 })).rows)).toEqual([
            '__proto__',
          ]);
        for (const name of ['toString', 'valueOf'])
          expect((await catalog.findRuns({ metric: { name }, limit: 9 })).total).toBe(0);
        const row = await catalog.findRun('__proto__');
        expect(Object.keys(row?.params ?? {})).toEqual(['__proto__', 'constructor']);
        expect((await catalog.findNotebookAt('constructor'))?.id).toBe('__proto__');
        expect((await catalog.findSnapshotByKey('toString'))?.id).toBe('constructor');
        expect(await catalog.findSnapshotByKey('constructor')).toBeUndefined();
        expect(idsOf(await catalog.history('__proto__'))).toEqual(['constructor']);
        expect(await catalog.findPin('constructor')).toBeUndefined();
      }
    });

    test('is whole for whoever opens it next, also when rows came while it was written', async () => {
      const place = await makePlace(adapter);
      const first = await place.open();
      const put = (at: number): Promise<void> =>
        first.apply({ pins: [pinOf(`p${at}`)] }, { main: String(at) });
      await put(0);
      const written = new AbortController();
      const writing = first.flush().finally(() => {
        written.abort();
      });
      for (let at = 1; !written.signal.aborted; at += 1) {
        await put(at);
        await setImmediate();
      }
      await writing;
      const again = await place.open();
      const reached = Number((await again.position())['main']);
      expect(reached).toBeGreaterThanOrEqual(0);
      const upTo = Array.from({ length: reached + 1 }, (_, at) => `p${at}`);
      expect(idsOf(await again.pins())).toEqual(expect.arrayContaining(upTo));
    });

    test('holds more than one document can', async () => {
      const place = await makePlace(adapter);
      const first = await place.open();
      const count = 1_500;
      // In no order of theirs, and so large that they are parted more than once.
      const ids = Array.from({ length: count }, (_, at) => `r${(at * 7919) % count}`);
      const params = { text: 'x'.repeat(600) };
      for (let at = 0; at < count; at += 500) {
        const runs = ids.slice(at, at + 500).map((id) => runOf(id, { params }));
        await first.apply({ runs }, { main: String(at) });
        await first.flush();
      }
      await first.apply({ gone: { runs: ids.slice(0, 700) } }, { main: 'end' });
      await first.flush();
      const again = await place.open();
      expect(idsOf((await again.rows()).runs)).toEqual([...ids.slice(700)].sort());
      expect(await again.rows()).toEqual(await first.rows());
      expect(await again.position()).toEqual({ main: 'end' });
    });
  });
}
