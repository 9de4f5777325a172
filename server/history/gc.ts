import type { Collected, Retention } from '../../contract/retention.js';
import type { Progress } from '../../contract/progress.js';
import type { SnapshotRow } from '../store/catalog/rows.js';
import type { ListedFile } from '../store/artifacts/artifacts.js';
import type { CollectRequest, Freed } from '../store/git/collecting.js';
import type { Store } from '../store/store.js';
import { ENTRY_KINDS } from './entries.js';
import { CellarError } from '../errors.js';
import { isBelieved } from './ages.js';
import { dayRef } from './catch-up.js';
import { planDay } from './days.js';
import { expireDay, finishDays } from './expire.js';
import type { History } from './history.js';
import { listPassedOver } from './passed-over.js';
import { promotePinned } from './promote.js';
import { findThinnedIn } from './retention.js';
import { sealPending } from './seal.js';

const DAY_MS = 24 * 60 * 60 * 1000;
/**
 * A file that was taken in just now is about to be named by a run, whatever grace is given; and an object of git, by a commit. What no
 * version needs in git stays no longer: unlike a file it is nothing that anybody could still ask for.
 */
const LEAST_GRACE_MS = 60 * 60 * 1000;
/** Of the rows of one answer: a first collection may thin out a hundred thousand. */
const MOST_LISTED = 10_000;
/** So that no snapshot waits long behind them. */
const REMOVED_AT_ONCE = 100;

export interface CollectOptions {
  readonly retention: Retention;
  /** How long a file that nothing refers to stays, in days. */
  readonly grace: number;
  /** Only says what would go. */
  readonly dryRun: boolean;
  readonly report?: ((progress: Progress) => void) | undefined;
  readonly signal: AbortSignal;
}

/**
 * Frees what nothing needs any more: automatic snapshots that have thinned out, files that no run refers to, and what then is of no
 * use in git. Each step is whole by itself: ended anywhere, by the signal or by a kill, the next one goes on.
 */
export async function collect(history: History, options: CollectOptions): Promise<Collected> {
  const { store } = history;
  const now = store.now();
  const heldBack = await holdBack(store, now);
  const days = toDays(await findThinnedIn(store.catalog, options.retention, now));
  const files = heldBack === null ? await findUnreferenced(store, now, options) : [];
  if (!options.dryRun) {
    await promotePinned(history);
    await finishDays(history, options.signal);
    await thin(history, days, options);
    await removeFiles(store, files, now, options);
  }
  const objects = heldBack === null ? await freeObjects(history, days, now, options) : NOTHING;
  const bytes = files.reduce((sum, { size }) => sum + size, 0);
  return {
    status: 'ok',
    dryRun: options.dryRun,
    snapshots: {
      count: days.reduce((sum, { rows }) => sum + rows.length, 0),
      days: days.flatMap(({ rows }) => describeDay(rows)).slice(0, MOST_LISTED),
    },
    artifacts: {
      count: files.length,
      bytes,
      files: files.slice(0, MOST_LISTED).map(({ sha256, size }) => ({ sha256, size })),
    },
    objects: { count: objects.count, bytes: objects.bytes },
    bytes: bytes + objects.bytes,
    heldBack: heldBack ?? objects.heldBack ?? null,
  };
}

const NOTHING: Freed = { count: 0, bytes: 0, heldBack: undefined };

/** Takes away, or counts, what no version needs in git; in a dry run as if the days had thinned out. */
async function freeObjects(
  history: History,
  days: readonly Day[],
  now: number,
  { dryRun, report, signal }: CollectOptions,
): Promise<Freed> {
  const { store } = history;
  const exclusively: CollectRequest['exclusively'] = (work) => store.exclusively(work);
  const request = { before: now - LEAST_GRACE_MS, exclusively, report, signal };
  try {
    if (!dryRun) return await store.repository.collect(request);
    const plan = await planDays(history, days, signal);
    return await store.repository.collect({ ...request, plan });
  } catch (error) {
    // What has thinned out has done so; the rest waits until the damage is mended.
    if (error instanceof CellarError && error.code === 'store_damaged')
      return { ...NOTHING, heldBack: error.message };
    throw error;
  }
}

/** What the refs of these days would lead to. */
async function planDays(
  history: History,
  days: readonly Day[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const plan = new Map<string, readonly string[]>();
  for (const { rows } of days) {
    signal.throwIfAborted();
    const [first] = rows;
    if (first === undefined) continue;
    const going = new Set(rows.map(({ id }) => id));
    const ref = dayRef(first.time);
    const left = await planDay(history, ref, going);
    if (left !== undefined) plan.set(ref, left);
  }
  return plan;
}

/** Why no file may go now; null when nothing speaks against it. */
async function holdBack(store: Store, now: number): Promise<string | null> {
  const [passed, ...others] = listPassedOver(await store.catalog.position());
  if (passed !== undefined)
    return `Commit ${passed.commit}${others.length === 0 ? '' : ` and ${others.length} more`} in ${store.repository.gitdir} cannot be read, so nobody knows which files are needed, and none was freed. Run "cellar verify" to see why.`;
  return isBelieved(await findLastMoment(store), now)
    ? null
    : "The clock is more than a year away from the newest version's time, so no file was judged by its age. Set the clock, or keep a version.";
}

/** When something was kept last, in milliseconds since 1970; undefined for an empty store. */
async function findLastMoment({ catalog }: Store): Promise<number | undefined> {
  let newest: SnapshotRow | undefined;
  for (const { id } of await catalog.notebooks()) {
    const row = await catalog.findNewest(id);
    // What was brought in has the time of its commit.
    if (row !== undefined && row.trigger !== 'import' && row.number > (newest?.number ?? 0))
      newest = row;
  }
  return newest === undefined ? undefined : Date.parse(newest.time);
}

interface Day {
  readonly rows: readonly SnapshotRow[];
}

/** Oldest first. */
function toDays(rows: readonly SnapshotRow[]): readonly Day[] {
  const days = new Map<string, SnapshotRow[]>();
  for (const row of rows) {
    const day = row.time.slice(0, 10);
    const list = days.get(day) ?? [];
    list.push(row);
    days.set(day, list);
  }
  return [...days].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, list]) => ({ rows: list }));
}

/** A day's rows by notebook. */
function describeDay(rows: readonly SnapshotRow[]): Collected['snapshots']['days'] {
  const notebooks = new Map<string, SnapshotRow[]>();
  for (const row of rows)
    notebooks.set(row.notebook, [...(notebooks.get(row.notebook) ?? []), row]);
  return [...notebooks].map(([notebook, list]) => ({
    notebook,
    path: list.at(-1)?.path ?? '',
    day: list[0]?.time.slice(0, 10) ?? '',
    snapshots: list.map(({ id }) => id),
  }));
}

async function thin(
  history: History,
  days: readonly Day[],
  { report, signal }: CollectOptions,
): Promise<void> {
  for (const [index, { rows }] of days.entries()) {
    signal.throwIfAborted();
    await expireDay(history, rows);
    report?.({ what: 'days', done: index + 1, total: days.length });
  }
  if (days.length > 0) await sealPending(history);
}

/** The files that something needs, by hash: each subject's rows say what they keep alive. */
async function findReferenced({ catalog }: Store): Promise<ReadonlySet<string>> {
  const referenced = new Set<string>();
  for (const { artifacts } of await catalog.runs())
    for (const { sha256 } of artifacts) referenced.add(sha256);
  for (const kind of ENTRY_KINDS)
    for (const { artifacts } of await catalog.entries(kind))
      for (const { sha256 } of artifacts) referenced.add(sha256);
  return referenced;
}

/**
 * Files that nothing refers to and nobody touched within the grace. One that is referred to is touched, at most once a day, so
 * that its grace begins when the last reference goes.
 */
async function findUnreferenced(
  store: Store,
  now: number,
  { grace, dryRun, report, signal }: CollectOptions,
): Promise<readonly ListedFile[]> {
  const referenced = await findReferenced(store);
  const before = toLimit(now, grace);
  const unreferenced: ListedFile[] = [];
  let done = 0;
  for await (const file of store.artifacts.list()) {
    signal.throwIfAborted();
    if (!referenced.has(file.sha256)) {
      if (file.touched < before) unreferenced.push(file);
    } else if (!dryRun && now - file.touched > DAY_MS) await store.artifacts.touch(file.sha256);
    done += 1;
    report?.({ what: 'files', done, total: null });
  }
  return unreferenced;
}

function toLimit(now: number, grace: number): number {
  return now - Math.max(grace * DAY_MS, LEAST_GRACE_MS);
}

async function removeFiles(
  store: Store,
  files: readonly ListedFile[],
  now: number,
  { grace, signal }: CollectOptions,
): Promise<void> {
  for (let at = 0; at < files.length; at += REMOVED_AT_ONCE) {
    signal.throwIfAborted();
    // Not beside a snapshot that is about to name one of them: asked again when their turn comes.
    await store.exclusively(async () => {
      if (listPassedOver(await store.catalog.position()).length > 0) return;
      const referenced = await findReferenced(store);
      for (const { sha256 } of files.slice(at, at + REMOVED_AT_ONCE))
        if (!referenced.has(sha256)) await store.artifacts.remove(sha256, toLimit(now, grace));
    });
  }
}
