import { rm } from 'node:fs/promises';
import { join } from 'node:path';

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { identifyNew } from '../../../server/history/identify-new.js';
import { identify, type Candidate, type Identity } from '../../../server/history/identity.js';
import {
  newestOf,
  openHistory,
  readSnapshotState,
  toKeptCells,
  type History,
} from '../../../server/history/history.js';
import { renamePath } from '../../../server/history/move.js';
import type { KeptCell } from '../../../server/history/state.js';
import { INDEXERS, RECORDERS } from '../../../server/main/subjects.js';
import { parseNotebook } from '../../../server/notebook/read.js';
import type { Store } from '../../../server/store/store.js';
import { makeFolder, notebookText, openTestHistory, openTestStore } from '../scratch.js';
import { keep } from './kept.js';

/** Few enough that notebooks often share some: ids of people's and of programs, sources with and without content. */
const IDS = ['a1b2c3d4', 'costarring', 'liquid', 'fe-ed-00', 'c0', 'cell-1', '7f3e'];
const SOURCES = ['x = 1', 'y = 2', 'fit(x)', 'plot(y)', ''];

interface Cells {
  readonly ids: readonly string[];
  readonly sources: readonly string[];
}

const cellsOf: fc.Arbitrary<Cells> = fc
  .array(fc.tuple(fc.constantFrom(...IDS), fc.constantFrom(...SOURCES)), {
    minLength: 1,
    maxLength: 5,
  })
  .map((cells) => ({ ids: cells.map(([id]) => id), sources: cells.map(([, source]) => source) }));

type Step =
  | {
      readonly kind: 'keep';
      readonly at: number;
      readonly cells: Cells;
      readonly trigger: 'save' | 'manual';
    }
  | { readonly kind: 'remove'; readonly at: number }
  | { readonly kind: 'rename'; readonly at: number; readonly to: number };

const place = fc.nat({ max: 7 });
const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constant('keep' as const),
        at: place,
        cells: cellsOf,
        trigger: fc.constantFrom('save' as const, 'manual' as const),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant('remove' as const), at: place }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant('rename' as const), at: place, to: place }),
    },
  ),
  { minLength: 4, maxLength: 12 },
);

function toCells({ ids, sources }: Cells): readonly KeptCell[] {
  return toKeptCells(parseNotebook(Buffer.from(notebookText(sources, ids))));
}

/** The plain way: every notebook's state is read and compared. */
async function identifyPlainly(store: Store, cells: readonly KeptCell[]): Promise<Identity> {
  const rows = [...(await store.catalog.notebooks())].sort((a, b) => b.number - a.number);
  const candidates: Candidate[] = [];
  for (const row of rows) {
    const newest = await newestOf(store, row.id);
    if (newest === undefined) continue;
    const { snapshot } = await readSnapshotState(store, newest);
    const present = await store.files.exists(row.path);
    candidates.push({ row, cells: snapshot?.cells ?? [], present });
  }
  return identify(cells, candidates);
}

async function doStep(history: History, step: Step): Promise<void> {
  const path = `${step.at}.ipynb`;
  if (step.kind === 'remove') await rm(join(history.store.places.root, path), { force: true });
  else if (step.kind === 'rename') await renamePath(history, path, `${step.to}.ipynb`);
  else
    await keep(history, path, step.cells.sources, { ids: step.cells.ids, trigger: step.trigger });
}

describe('who a new notebook is', () => {
  test('is the same as when every state is read, before and after a restart', async () => {
    const seen = new Set<string>();
    const property = fc.asyncProperty(
      steps,
      fc.array(cellsOf, { minLength: 2, maxLength: 4 }),
      async (done, asked) => {
        const root = await makeFolder();
        const history = await openTestHistory(root);
        const compare = async (store: Store): Promise<void> => {
          for (const cells of asked.map(toCells)) {
            const identity = await identifyNew(store, cells);
            expect(identity).toEqual(await identifyPlainly(store, cells));
            seen.add(identity.kind);
          }
        };
        for (const step of done) {
          await doStep(history, step);
          await compare(history.store);
        }
        await history.store.close();
        const again = await openHistory(await openTestStore(root), INDEXERS, RECORDERS);
        await compare(again.store);
        await again.store.close();
      },
    );
    const own = { ids: ['a1b2c3d4', '7f3e'], sources: ['fit(x)', 'plot(y)'] };
    const other = { ids: ['c0', 'cell-1'], sources: ['x = 1', 'y = 2'] };
    // Of three with the same cells the one that is gone has moved.
    const three = [5, 1, 3].map((at) => ({
      kind: 'keep' as const,
      at,
      cells: own,
      trigger: at === 1 ? ('save' as const) : ('manual' as const),
    }));
    const examples: [readonly Step[], Cells[]][] = [
      [
        [...three, { kind: 'remove', at: 1 }],
        [own, other],
      ],
    ];
    await fc.assert(property, { numRuns: 8, examples });
    expect([...seen].sort()).toEqual(['copied', 'moved', 'new']);
  }, 60_000);

  test('takes ids that only look the same in memory for different ones', async () => {
    const history = await openTestHistory();
    // Pairs with one FNV-1a hash.
    await keep(history, 'a.ipynb', ['a = 1', 'b = 2'], { ids: ['costarring', 'declinate'] });
    await keep(history, 'b.ipynb', ['c = 1', 'd = 2'], { ids: ['c0', 'c1'] });
    const cells = toCells({ ids: ['liquid', 'macallums'], sources: ['e = 1', 'f = 2'] });
    expect(await identifyNew(history.store, cells)).toEqual({ kind: 'new' });
    const same = toCells({ ids: ['costarring', 'macallums'], sources: ['e = 1', 'f = 2'] });
    expect((await identifyNew(history.store, same)).kind).toBe('copied');
  });

  test('is answered from memory but for the few that come into question', async () => {
    const history = await openTestHistory();
    for (let at = 0; at < 30; at += 1) {
      const ids = [`own-id-of-${at}-a`, `own-id-of-${at}-b`];
      await keep(history, `${at}.ipynb`, [`a = ${at}`, `b = ${at}`], { ids, trigger: 'save' });
    }
    let blobs = 0;
    const { repository } = history.store;
    const store: Store = {
      ...history.store,
      repository: {
        ...repository,
        readBlob: (oid) => {
          blobs += 1;
          return repository.readBlob(oid);
        },
      },
    };
    expect((await identifyNew(store, toCells({ ids: ['q'], sources: ['q()'] }))).kind).toBe('new');
    expect(blobs).toBe(0);
    const copy = toCells({ ids: ['own-id-of-7-a', 'z'], sources: ['a = 0', 'z()'] });
    expect((await identifyNew(store, copy)).kind).toBe('copied');
    // That of 0, which shares a source, and that of 7, which shares an id.
    expect(blobs).toBeLessThanOrEqual(2);
  });
});
