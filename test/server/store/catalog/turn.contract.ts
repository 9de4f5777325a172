import { describe, expect, test } from 'vitest';

import type { Catalog } from '../../../../server/store/catalog/catalog.js';
import { makePlace, type CatalogAdapter } from './catalog.contract.js';
import { notebookOf, runOf, snapshotOf } from './rows.js';

/** How changes of every catalog follow one another, and what an answer is while they come. */
export function turnContract(adapter: CatalogAdapter): void {
  const open = async (): Promise<Catalog> => (await makePlace(adapter)).open();

  describe(`the changes of the catalog ${adapter.name}`, () => {
    test('are taken in the order they were given, whoever waits for them', async () => {
      const catalog = await open();
      const named = (name: string): { runs: ReturnType<typeof runOf>[] } => ({
        runs: [runOf('r', { name })],
      });
      await Promise.all([
        catalog.apply(named('first')),
        catalog.inTurn((apply) => apply(named('second'))),
        catalog.apply(named('third')),
      ]);
      expect((await catalog.findRun('r'))?.name).toBe('third');
    });

    test('leave the position as it is where they name none', async () => {
      const catalog = await open();
      await catalog.apply({ notebooks: [notebookOf('a')] }, { main: '1' });
      await catalog.apply({ notebooks: [notebookOf('b')] });
      await catalog.inTurn((apply) => apply({ notebooks: [notebookOf('c')] }));
      expect(await catalog.position()).toEqual({ main: '1' });
      await catalog.inTurn((apply) => apply({}, { main: '2' }));
      expect(await catalog.position()).toEqual({ main: '2' });
    });

    test('that follow from what is read lose none of one another', async () => {
      const catalog = await open();
      const addOne = (): Promise<void> =>
        catalog.inTurn(async (apply) => {
          const number = (await catalog.findRun('r'))?.number ?? 0;
          await new Promise((resolve) => setTimeout(resolve, 1));
          await apply({ runs: [runOf('r', { number: number + 1 })] });
        });
      await Promise.all(Array.from({ length: 20 }, addOne));
      expect((await catalog.findRun('r'))?.number).toBe(20);
    });

    test('wait for a turn that has begun, and it sees its own', async () => {
      const catalog = await open();
      let others: Promise<unknown> = Promise.resolve();
      const seen = await catalog.inTurn(async (apply) => {
        others = Promise.all([
          catalog.apply({ runs: [runOf('r', { name: 'other' })] }),
          catalog.apply({ gone: { runs: ['own'] } }),
        ]);
        await apply({ runs: [runOf('own')] });
        return [await catalog.findRun('own'), await catalog.findRun('r')];
      });
      expect(seen).toEqual([runOf('own'), undefined]);
      await others;
      expect(await catalog.findRun('own')).toBeUndefined();
      expect((await catalog.findRun('r'))?.name).toBe('other');
    });

    test('go on after a turn that failed, which gives its reason', async () => {
      const catalog = await open();
      const failing = catalog.inTurn(() => Promise.reject(new RangeError('no row')));
      const next = catalog.apply({ runs: [runOf('r')] });
      await expect(failing).rejects.toThrow('no row');
      await next;
      expect(await catalog.findRun('r')).toEqual(runOf('r'));
    });

    test('change no answer that was given before', async () => {
      const catalog = await open();
      const one = { snapshots: [snapshotOf('a', { number: 1 })], runs: [runOf('a')] };
      await catalog.apply(one, { main: '1' });
      const ask = async (): Promise<unknown> => [
        await catalog.history('n'),
        (await catalog.findRuns({ limit: 9 })).rows,
        await catalog.runs(),
        await catalog.rows(),
        await catalog.position(),
      ];
      const before = await ask();
      const copy = structuredClone(before);
      await catalog.apply(
        { snapshots: [snapshotOf('b', { number: 2 })], runs: [runOf('b')], gone: { runs: ['a'] } },
        { main: '2' },
      );
      expect(before).toEqual(copy);
      expect(await ask()).not.toEqual(copy);
    });
  });
}
