import type { Progress } from '../../contract/progress.js';
import { CellarError, isErrno, isSystemError } from '../errors.js';
import type { Commit } from '../store/git/commit.js';
import { MAIN } from '../store/create.js';
import type { Repository } from '../store/git/repository.js';
import { createCatalog, type Catalog } from '../store/catalog/catalog.js';
import type {
  CatalogChange,
  CatalogPosition,
  CatalogRows,
  Collection,
} from '../store/catalog/rows.js';
import type { Store } from '../store/store.js';
import type { History } from './history.js';
import { findNew, listReadable } from './new-commits.js';
import { Pauses } from './pauses.js';
import { listPassedOver, passOver, withoutRefs } from './passed-over.js';
import { replay, replayBy } from './replay.js';
import { toNotebookRow, toSnapshotRow } from './rows.js';
import {
  keptPaths,
  notebookStatePath,
  notebookStateSchema,
  TRAILERS,
  type NotebookState,
} from './state.js';

export const AUTO_PREFIX = 'refs/cellar/auto/';

/** The ref of a day's automatic snapshots; `time` is UTC, RFC 3339. */
export function dayRef(time: string): string {
  return `${AUTO_PREFIX}${time.slice(0, 10)}`;
}

type Indexed = Pick<History, 'store' | 'indexers' | 'recorders'>;

/** What one commit says, as rows. Each subject that keeps facts in git has one of these. */
export type Indexer = (
  repository: Repository,
  commit: Commit,
  line: 'main' | 'auto',
) => Promise<CatalogChange>;

/** Rows of the snapshot or the notebook that a commit's trailers name. */
export const indexSnapshots: Indexer = async (repository, commit, line) => {
  const notebook = commit.trailers.get(TRAILERS.notebook);
  if (notebook === undefined) return {};
  const snapshot = commit.trailers.get(TRAILERS.snapshot);
  const beside =
    snapshot === undefined
      ? undefined
      : await readBeside(repository, commit.tree, { notebook, id: snapshot });
  const state = beside?.state ?? (await readState(repository, commit.tree, notebook));
  if (state === undefined) return {};
  // What a version beside the newest one says of the notebook must not win over what is known of it.
  const notebooks = [beside ? { ...toNotebookRow(state), number: 0 } : toNotebookRow(state)];
  if (snapshot === undefined) return { notebooks };
  const blob = beside ? beside.blob : await repository.findEntry(commit.tree, state.path);
  if (blob === undefined)
    throw new CellarError(
      'store_damaged',
      `Commit ${commit.oid} names a snapshot of ${state.path}, which its tree does not hold.`,
      { path: state.path },
    );
  const row = toSnapshotRow(state, { commit: commit.oid, blob, line });
  return { notebooks, snapshots: row === undefined ? [] : [row] };
};

/** A notebook's state in a tree; undefined when it has none. */
export async function readState(
  repository: Repository,
  tree: string,
  notebook: string,
): Promise<NotebookState | undefined> {
  const oid = await repository.findEntry(tree, notebookStatePath(notebook));
  if (oid === undefined) return undefined;
  const text = (await repository.readBlob(oid)).toString('utf8');
  return notebookStateSchema.parse(JSON.parse(text));
}

/** A version that is kept beside the newest one, as a tree has it; undefined where it has none such. */
export async function readBeside(
  repository: Repository,
  tree: string,
  snapshot: { readonly notebook: string; readonly id: string },
): Promise<{ readonly state: NotebookState; readonly blob: string | undefined } | undefined> {
  const paths = keptPaths(snapshot.notebook, snapshot.id);
  const oid = await repository.findEntry(tree, paths.state);
  if (oid === undefined) return undefined;
  const text = (await repository.readBlob(oid)).toString('utf8');
  const state = notebookStateSchema.parse(JSON.parse(text));
  return { state, blob: await repository.findEntry(tree, paths.bytes) };
}

/**
 * Brings the catalog to where git and the journal are: indexes the commits that it does not reflect; of a day that was rewritten or is
 * gone all that day has; everything anew when `fresh`, or when main was rewritten. Returns how many commits were read. What is damaged
 * is reported and passed over, and noted; throws what the system refuses to read for now. That the catalog cannot be written is only
 * reported.
 */
export async function catchUp(
  history: Indexed,
  options: { readonly fresh?: boolean; readonly report?: (progress: Progress) => void } = {},
): Promise<number> {
  const { store, indexers } = history;
  const { repository } = store;
  // Built beside the one in use, which answers until the new one is whole.
  let catalog = options.fresh === true ? createCatalog() : store.catalog;
  const refs = await listReadable(repository, AUTO_PREFIX, store.report);
  let position = await catalog.position();
  let found = await findNew(repository, refs, position, store.report);
  // Another process has purged something, or somebody has rewritten main by hand.
  const isRewritten = found === undefined;
  if (found === undefined) {
    catalog = createCatalog();
    position = {};
    found = await findNew(repository, refs, position, store.report);
  }
  const { lines = [], lost = [] } = found ?? {};
  if (lost.length > 0) position = await forgetDays(catalog, lost, position);
  const pending = lines.flatMap(({ ref, commits }) => commits.map((oid) => ({ ref, oid })));
  const pauses = new Pauses();
  try {
    for (const [done, { ref, oid }] of pending.entries()) {
      await pauses.take();
      const commit = await repository.readCommit(oid);
      const line = ref === MAIN ? 'main' : 'auto';
      const { changes, isWhole } = await indexCommit(store, indexers, commit, line);
      position = { ...position, [ref]: oid };
      if (!isWhole) position = passOver(position, { commit: oid, ref });
      await catalog.apply(await withoutExpired(catalog, merge(changes)), position);
      options.report?.({ what: 'commits', done: done + 1, total: pending.length });
    }
  } catch (error) {
    // What was indexed so far is in the way of what the journal says.
    if (catalog === store.catalog) await replay(history);
    throw error;
  }
  await putInPlace(history, catalog);
  if (isRewritten) store.memory.forget();
  store.passNumber(await store.catalog.lastNumber());
  // It is made anew from git where it cannot be written.
  if (pending.length + lost.length > 0) await store.catalog.flush().catch(store.report);
  return pending.length;
}

/**
 * Puts the rows of the records that are not in git yet over those of git's, and a catalog that was built beside in the place of the one
 * in use; in one turn, so that nobody sees it without them, and what is recorded meanwhile comes after.
 */
function putInPlace(history: Indexed, catalog: Catalog): Promise<void> {
  const { store } = history;
  return store.catalog.inTurn(async (apply, replace) => {
    if (catalog === store.catalog) return replayBy(history, apply);
    await replayBy({ ...history, store: { ...store, catalog } }, catalog.apply);
    return replace(await catalog.rows());
  });
}

/**
 * Whether one that was passed over can be read again. Then everything is to be indexed anew, since its rows would now come after those
 * of later commits.
 */
export async function isMended(store: Store, indexers: readonly Indexer[]): Promise<boolean> {
  for (const { commit: oid, ref } of listPassedOver(await store.catalog.position())) {
    const line = ref === MAIN ? 'main' : 'auto';
    try {
      const commit = await store.repository.readCommit(oid);
      if ((await indexCommit(store, indexers, commit, line)).isWhole) return true;
    } catch (error) {
      if (!(error instanceof CellarError)) throw error;
    }
  }
  return false;
}

/** Takes out the rows of automatic snapshots of these days, and their positions; gives the position that is left. */
async function forgetDays(
  catalog: Catalog,
  refs: readonly string[],
  position: CatalogPosition,
): Promise<CatalogPosition> {
  const days = new Set(refs);
  const snapshots: string[] = [];
  for (const { id: notebook } of await catalog.notebooks())
    for (const { id, line, time } of await catalog.history(notebook))
      if (line === 'auto' && days.has(dayRef(time))) snapshots.push(id);
  const left = withoutRefs(position, days);
  await catalog.apply({ gone: { snapshots } }, left);
  return left;
}

/** A snapshot that has expired may stand in its day still, when the process was killed before it left. */
async function withoutExpired(catalog: Catalog, change: CatalogChange): Promise<CatalogChange> {
  const { snapshots = [] } = change;
  if (snapshots.length === 0) return change;
  const expired = await catalog.expiredById(snapshots.map(({ id }) => id));
  return { ...change, snapshots: snapshots.filter(({ id }) => !expired.has(id)) };
}

/** A commit whose files cannot be read, as somebody may write by hand, costs its own rows and no others: it is reported. */
async function indexCommit(
  store: Store,
  indexers: readonly Indexer[],
  commit: Commit,
  line: 'main' | 'auto',
): Promise<{ readonly changes: readonly CatalogChange[]; readonly isWhole: boolean }> {
  const changes: CatalogChange[] = [];
  for (const index of indexers) {
    try {
      changes.push(await index(store.repository, commit, line));
    } catch (error) {
      // Of one file the disk may have lost its bytes; anything else would befall every other file too.
      if (isSystemError(error) && !isErrno(error, 'EIO', 'EACCES', 'EPERM')) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      store.report(
        new CellarError(
          'store_damaged',
          `Commit ${commit.oid} in ${store.repository.gitdir} was passed over: ${reason}`,
          { path: store.repository.gitdir },
          { cause: error },
        ),
      );
    }
  }
  return { changes, isWhole: changes.length === indexers.length };
}

function merge(changes: readonly CatalogChange[]): CatalogChange {
  const all = <Name extends Collection>(name: Name): CatalogRows[Name][] =>
    changes.flatMap((change) => (change[name] ?? []) as readonly CatalogRows[Name][]);
  const gone = (name: Collection): string[] => changes.flatMap(({ gone }) => gone?.[name] ?? []);
  return {
    notebooks: all('notebooks'),
    snapshots: all('snapshots'),
    runs: all('runs'),
    pins: all('pins'),
    expired: all('expired'),
    entries: all('entries'),
    gone: { snapshots: gone('snapshots'), pins: gone('pins') },
  };
}
