import { utimesSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';

import { describe, expect, test } from 'vitest';

import { DEFAULT_RETENTION, type Collected } from '../../../contract/retention.js';
import { attachRuns } from '../../../server/capture/attach.js';
import { draftRuns } from '../../../server/capture/runs.js';
import { collect } from '../../../server/history/gc.js';
import { getSnapshot, openHistory, type History } from '../../../server/history/history.js';
import { listPassedOver } from '../../../server/history/passed-over.js';
import { reindex } from '../../../server/history/reindex.js';
import { notebookStatePath } from '../../../server/history/state.js';
import { takeSnapshot } from '../../../server/history/take.js';
import { INDEXERS, RECORDERS } from '../../../server/main/subjects.js';
import { parseNotebook } from '../../../server/notebook/read.js';
import type { Disk } from '../../../server/store/disk/disk.js';
import { diskThatFailsReads } from '../disk.js';
import { makeFolder, notebookText, openTestStore } from '../scratch.js';
import { DAY, NOON, openOn, rowsOf, saveOften, type SetClock } from './days.js';
import { gitOf, keep, LONG } from './kept.js';

/** A disk that cannot read one object of git while `fault.code` is set. */
function failing(oid: string, fault: { code: string | undefined }): Disk {
  return diskThatFailsReads(
    (path) => path.endsWith(`${oid.slice(0, 2)}/${oid.slice(2)}`),
    () => fault.code,
  );
}

async function dropCatalog(history: History): Promise<void> {
  await history.store.close();
  await rm(join(history.store.places.cellar, 'catalog'), { recursive: true });
}

/** Keeps a snapshot with a run that made a file of five bytes; the file's SHA-256, and the name of the run's record in git. */
async function keepRun(history: History): Promise<{ sha256: string; record: string }> {
  const { store } = history;
  const bytes = Buffer.from(notebookText(LONG));
  const file = await store.artifacts.add(Readable.from([Buffer.from('model')]));
  const artifact = { name: 'm.pkl', ...file, source: 'logged', certainty: 'sure' } as const;
  const bundles = [{ cell: 'c0', bundle: { metrics: { acc: 1 } } }];
  const [draft] = draftRuns(bundles, { id: 'b'.repeat(32), time: 1 });
  if (draft === undefined) throw new Error('no run was drafted');
  const ready = [{ draft, artifacts: [artifact], inputs: [] }];
  await takeSnapshot(history, {
    path: 'a.ipynb',
    bytes,
    notebook: parseNotebook(bytes),
    trigger: 'burst',
    attaches: true,
    attach: (claim) => attachRuns(store, claim, ready, { executions: [], started: 0, finished: 1 }),
  });
  const path = `main:.cellar/runs/bb/${draft.id}/run.json`;
  return { sha256: file.sha256, record: gitOf(history)('rev-parse', path).trim() };
}

function free(history: History): Promise<Collected> {
  return collect(history, {
    retention: DEFAULT_RETENTION,
    grace: 14,
    dryRun: false,
    signal: new AbortController().signal,
  });
}

describe('a commit that cannot be read when it is indexed', () => {
  test('for want of file handles ends the opening, and the next has it', async () => {
    const root = await makeFolder();
    const clock = { now: NOON };
    const first = await openOn(clock, root);
    const { row } = await keep(first, 'a.ipynb', LONG);
    const live = await rowsOf(first);
    const path = `main:${notebookStatePath(row.notebook)}`;
    const oid = gitOf(first)('rev-parse', path).trim();
    await dropCatalog(first);
    const fault: { code: string | undefined } = { code: 'EMFILE' };
    const store = await openTestStore(root, { disk: failing(oid, fault) });
    await expect(openHistory(store, INDEXERS, RECORDERS)).rejects.toThrow('EMFILE');
    await store.close();
    expect(await rowsOf(await openOn(clock, root))).toEqual(live);
  });

  test('by its bytes is looked for at each start, frees no file, and comes back in its place', async () => {
    const root = await makeFolder();
    const clock: SetClock = { now: Date.now() - 100 * DAY };
    const first = await openOn(clock, root);
    const { sha256, record } = await keepRun(first);
    await keep(first, 'a.ipynb', ['x', ...LONG]);
    const live = await rowsOf(first);
    await dropCatalog(first);

    const fault: { code: string | undefined } = { code: 'EIO' };
    const reported: string[] = [];
    const options = {
      disk: failing(record, fault),
      report: (error: unknown) => void reported.push(String(error)),
    };
    for (let start = 1; start <= 2; start += 1) {
      const history = await openOn(clock, root, options);
      expect(reported).toHaveLength(start);
      expect(reported.at(-1)).toContain('was passed over');
      expect(await history.store.catalog.runs()).toEqual([]);
      expect(await history.store.catalog.snapshotCount()).toBe(2);
      clock.now += 20 * DAY;
      const long = new Date(clock.now - 30 * DAY);
      const { artifacts } = history.store.places;
      utimesSync(
        join(artifacts, 'sha256', sha256.slice(0, 2), sha256.slice(2, 4), sha256),
        long,
        long,
      );
      const done = await free(history);
      expect(done).toMatchObject({ artifacts: { count: 0 } });
      expect(done.heldBack).toContain('cannot be read');
      await history.store.close();
    }
    fault.code = undefined;
    const again = await openOn(clock, root, options);
    expect(reported).toHaveLength(2);
    expect(await rowsOf(again)).toEqual(live);
    expect((await free(again)).heldBack).toBeNull();
    expect(await again.store.artifacts.findSize(sha256)).toBe(5);
  });

  test('stays noted when its day thins out around it', async () => {
    const root = await makeFolder();
    const clock: SetClock = { now: NOON };
    const first = await openOn(clock, root);
    const ids = await saveOften(first, clock, { path: 'a.ipynb', minutes: [0, 1, 1, 1] });
    const lost = await getSnapshot(first.store, ids[2] ?? '');
    clock.now = NOON + 40 * DAY;
    await saveOften(first, clock, { path: 'a.ipynb', minutes: [0] });
    const state = `${lost.commit}:${notebookStatePath(lost.notebook)}`;
    const oid = gitOf(first)('rev-parse', state).trim();
    await dropCatalog(first);
    const fault: { code: string | undefined } = { code: 'EIO' };
    const disk = failing(oid, fault);
    const history = await openOn(clock, root, { disk, report: () => undefined });
    expect((await free(history)).snapshots.count).toBe(2);
    const ref = `refs/cellar/auto/${lost.time.slice(0, 10)}`;
    const [one, ...others] = listPassedOver(await history.store.catalog.position());
    expect(others).toEqual([]);
    expect(one).toEqual({ commit: gitOf(history)('rev-parse', `${ref}~1`).trim(), ref });
    await history.store.close();
    fault.code = undefined;
    const again = await openOn(clock, root, { disk });
    expect(await again.store.catalog.findSnapshot(lost.id)).toMatchObject({ id: lost.id });
    const live = await rowsOf(again);
    await reindex(again);
    expect(await rowsOf(again)).toEqual(live);
  });
});
