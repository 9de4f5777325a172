import type { Progress } from '../../contract/progress.js';
import { CellarError } from '../errors.js';
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
import { findNew, listReadable } from './new-commits.js';
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

export interface CatchUpOptions {
  readonly fresh?: boolean;
  readonly report?: (progress: Progress) => void;
  /** Told of each commit that costs rows since something of it cannot be read. */
  readonly skipped?: (commit: string) => void;
}

/**
 * Brings the catalog to where git is: indexes the commits that it does not reflect; of a day that was rewritten or is gone all that
 * day has; everything anew when `fresh`, or when main was rewritten. What cannot be read is reported, and costs its own rows and no
 * others. Returns how many commits were read.
 */
export async function catchUp(
  store: Store,
  indexers: readonly Indexer[],
  options: CatchUpOptions = {},
): Promise<number> {
  const { repository } = store;
  // Built beside the one in use, which answers until the new one is whole.
  let catalog = options.fresh === true ? createCatalog() : store.catalog;
  const refs = await listReadable(repository, AUTO_PREFIX, store.report);
  let position = await catalog.position();
  let found = await findNew(repository, refs, position, store.report);
  if (found === undefined) {
    catalog = createCatalog();
    position = {};
    found = await findNew(repository, refs, position, store.report);
  }
  const { lines = [], lost = [] } = found ?? {};
  if (lost.length > 0) position = await forgetDays(catalog, lost, position);
  const pending = lines.flatMap(({ ref, commits }) => commits.map((oid) => ({ ref, oid })));
  for (const [done, { ref, oid }] of pending.entries()) {
    const commit = await repository.readCommit(oid);
    const line = ref === MAIN ? 'main' : 'auto';
    const { changes, isWhole } = await indexCommit(store, indexers, commit, line);
    if (!isWhole) options.skipped?.(oid);
    const change = merge(changes);
    position = { ...position, [ref]: oid };
    await catalog.apply(await withoutExpired(catalog, change), position);
    options.report?.({ what: 'commits', done: done + 1, total: pending.length });
  }
  if (catalog !== store.catalog) await store.catalog.replace(await catalog.rows());
  store.passNumber(await store.catalog.lastNumber());
  if (pending.length + lost.length > 0) await store.catalog.flush();
  return pending.length;
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
  const kept = Object.entries(position).filter(([ref]) => !days.has(ref));
  const left = Object.fromEntries(kept);
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
  let isWhole = true;
  for (const index of indexers) {
    try {
      changes.push(await index(store.repository, commit, line));
    } catch (error) {
      isWhole = false;
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
  return { changes, isWhole };
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
    gone: { snapshots: gone('snapshots'), pins: gone('pins') },
  };
}
