import * as z from 'zod';

import { idSchema } from '../../contract/snapshot.js';
import type { ExpiredRow, SnapshotRow } from '../store/catalog/rows.js';
import type { Store } from '../store/store.js';
import { dayRef, type Indexer } from './catch-up.js';
import { findChangedFiles, findTreeBefore } from './changed-files.js';
import { rewriteDay } from './days.js';
import type { History } from './history.js';
import type { Mender } from './mender.js';
import { record } from './record.js';
import type { Recorder } from './recorder.js';
import { formatStored } from './state.js';

const leftSchema = z.object({
  id: idSchema,
  notebook: idSchema,
  path: z.string(),
  time: z.string(),
});

/** A journal record of kind "expire": snapshots of one day that thinned out, and when. */
const expireSchema = z.object({ expired: z.string(), snapshots: z.array(leftSchema) });

/** `.cellar/expired/<yyyy-mm-dd>.json`: what thinned out of one day. */
const expiredFileSchema = z.object({
  format: z.literal(1),
  snapshots: z.array(leftSchema.extend({ number: z.number().int(), expired: z.string() })),
});

const EXPIRED_FOLDER = '.cellar/expired';

function expiredPath(time: string): string {
  return `${EXPIRED_FOLDER}/${time.slice(0, 10)}.json`;
}

/**
 * Lets automatic snapshots of one day expire: first it is kept that they did, then their commits leave the day's line. A kill in
 * between is made good by `finishDays`.
 */
export function expireDay(history: History, rows: readonly SnapshotRow[]): Promise<void> {
  const { store } = history;
  return store.exclusively(async () => {
    // One of them may have been pinned, or have come to main, since they were chosen.
    const ids = rows.map(({ id }) => id);
    const now = await store.catalog.snapshotsById(ids);
    const pins = await store.catalog.pinsById(ids);
    const going = rows.filter(({ id }) => now.get(id)?.line === 'auto' && !pins.has(id));
    const [first] = going;
    if (first === undefined) return;
    await record(history, 'expire', {
      expired: new Date(store.now()).toISOString(),
      snapshots: going.map(({ id, notebook, path, time }) => ({ id, notebook, path, time })),
    });
    await dropExpired(history, dayRef(first.time));
  });
}

const finished = new WeakMap<Store, Map<string, string>>();

/** Takes what has expired out of the days that hold it still. A day that was looked through is not looked at again until it changes. */
export async function finishDays(history: History, signal: AbortSignal): Promise<void> {
  const { store } = history;
  const done = finished.get(store) ?? new Map<string, string>();
  finished.set(store, done);
  for (const ref of new Set((await store.catalog.expired()).map(({ time }) => dayRef(time)))) {
    if (signal.aborted) return;
    const head = (await store.catalog.position())[ref];
    if (head === undefined || done.get(ref) === head) continue;
    await store.exclusively(() => dropExpired(history, ref));
    done.set(ref, (await store.catalog.position())[ref] ?? '');
  }
}

function dropExpired(history: History, ref: string): Promise<boolean> {
  const { catalog } = history.store;
  return rewriteDay(history, ref, (snapshots) => catalog.expiredById(snapshots));
}

/** What thinned out, in the journal and in a file for each day. */
export const expireRecorder: Recorder = {
  kind: 'expire',
  toRows: (_store, { number, data }) => {
    const { expired, snapshots } = expireSchema.parse(data);
    return toChange(snapshots.map((each) => ({ ...each, number, expired })));
  },
  seal: async (_store, records, read) => {
    const days = new Map<string, Map<string, ExpiredRow>>();
    for (const { number, data } of records) {
      const { expired, snapshots } = expireSchema.parse(data);
      for (const each of snapshots) {
        const path = expiredPath(each.time);
        const day = days.get(path) ?? parseExpired(await read(path));
        days.set(path, day);
        day.set(each.id, { ...each, number, expired });
      }
    }
    return [...days].map(([path, day]) => toFile(path, day.values()));
  },
};

/** Each day's file of what thinned out, as the catalog has it. */
export const mendExpired: Mender = {
  guess: async function* (store, path) {
    if (!path.startsWith(`${EXPIRED_FOLDER}/`)) return;
    const day = (await store.catalog.expired()).filter(({ time }) => expiredPath(time) === path);
    yield toFile(path, day).content;
  },
  restate: async (store, { expired = [] }) => {
    const paths = new Set(expired.map(({ time }) => expiredPath(time)));
    const all = [...(await store.catalog.expired()), ...expired];
    return [...paths].map((path) => {
      const day = new Map(
        all.flatMap((row) => (expiredPath(row.time) === path ? [[row.id, row]] : [])),
      );
      return toFile(path, day.values());
    });
  },
};

function toFile(
  path: string,
  rows: Iterable<ExpiredRow>,
): { readonly path: string; readonly content: Buffer } {
  const snapshots = [...rows]
    .sort((a, b) => (a.id < b.id ? -1 : 1))
    .map(({ id, notebook, path: kept, time, number, expired }) => ({
      ...{ id, notebook, path: kept, time },
      ...{ number, expired },
    }));
  return { path, content: formatStored({ format: 1, snapshots }) };
}

/** What thinned out, as a commit of main says it. */
export const indexExpired: Indexer = async (repository, commit, line) => {
  if (line !== 'main') return {};
  const before = await findTreeBefore(repository, commit);
  const files = await findChangedFiles(repository, before, commit.tree, EXPIRED_FOLDER);
  const rows: ExpiredRow[] = [];
  for (const oid of files.values())
    rows.push(...parseExpired(await repository.readBlob(oid)).values());
  return rows.length === 0 ? {} : toChange(rows);
};

function toChange(rows: readonly ExpiredRow[]): {
  readonly expired: readonly ExpiredRow[];
  readonly gone: { readonly snapshots: readonly string[] };
} {
  return { expired: rows, gone: { snapshots: rows.map(({ id }) => id) } };
}

function parseExpired(content: Buffer | undefined): Map<string, ExpiredRow> {
  if (content === undefined) return new Map();
  const { snapshots } = expiredFileSchema.parse(JSON.parse(content.toString('utf8')));
  return new Map(snapshots.map((row) => [row.id, row]));
}
