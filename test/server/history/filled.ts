import { burstSchema } from '../../../contract/capture.js';
import { keepBurst } from '../../../server/capture/keep.js';
import { renamePath } from '../../../server/history/move.js';
import { readNotebook, type History } from '../../../server/history/history.js';
import { setPin } from '../../../server/history/pin.js';
import { openOperatingState } from '../../../server/store/operating.js';
import type { SnapshotRow } from '../../../server/store/catalog/rows.js';
import { logPoints } from '../../../server/tracking/record-runs.js';
import { notebookText } from '../scratch.js';
import { keep, LONG } from './kept.js';

/** The run that points are logged to. */
export const RUN = 'd'.repeat(32);
/** The day of the tests' clock. */
export const DAY = 'refs/cellar/auto/2026-11-23';

export interface Filled {
  /** Kept for ever, and pinned. */
  readonly kept: SnapshotRow;
  /** Automatic ones, oldest first. */
  readonly autos: readonly SnapshotRow[];
  /** One whose run made a file. */
  readonly ran: SnapshotRow;
  /** The newest on main. */
  readonly last: SnapshotRow;
}

/** Keeps what a store can hold: versions of both lines in folders, a rename, a run with a file, points, a pin. */
export async function fill(history: History): Promise<Filled> {
  const { store } = history;
  const { row: kept } = await keep(history, 'a.ipynb', LONG, { message: 'good' });
  const autos: SnapshotRow[] = [];
  for (const source of ['b = 1', 'b = 2', 'b = 3'])
    autos.push((await keep(history, 'deep/b.ipynb', [source], { trigger: 'save' })).row);
  await store.files.write('model.pkl', Buffer.from('model'.repeat(100)));
  const burst = burstSchema.parse({
    key: 'burst-0001',
    content: notebookText([...LONG, 'fit()']),
    path: 'a.ipynb',
    trigger: 'run-all',
    bundles: [
      {
        cell: 'c0',
        bundle: {
          metrics: { loss: 0.5 },
          params: { depth: 3 },
          artifacts: [{ name: 'model.pkl', path: await store.files.locate('model.pkl') }],
        },
      },
    ],
  });
  const { row: ran } = await keepBurst(
    { history, operating: openOperatingState(store.places) },
    burst,
  );
  await keep(history, 'c.ipynb', ['c = 1'], { message: 'other' });
  await renamePath(history, 'c.ipynb', 'moved/c.ipynb');
  await setPin(history, kept.id, true);
  const { row: last } = await keep(history, 'a.ipynb', [...LONG, 'last()'], { message: 'last' });
  await logPoints(history, RUN, { points: [{ name: 'loss', value: 1, step: 1, time: 1 }] });
  return { kept, autos, ran, last };
}

/** The text of each version, by id; undefined where it cannot be read. */
export async function readAll({
  store,
}: History): Promise<ReadonlyMap<string, string | undefined>> {
  const texts = new Map<string, string | undefined>();
  for (const { id: notebook } of await store.catalog.notebooks())
    for (const row of await store.catalog.history(notebook))
      texts.set(
        row.id,
        await readNotebook(store, row).then(
          (bytes) => bytes.toString(),
          () => undefined,
        ),
      );
  return texts;
}
