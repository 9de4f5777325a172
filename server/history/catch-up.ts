import { CellarError } from '../errors.js';
import type { Commit } from '../store/commit.js';
import { MAIN } from '../store/create.js';
import type { Repository } from '../store/repository.js';
import type { CatalogChange } from '../store/rows.js';
import type { Store } from '../store/store.js';
import { toNotebookRow, toSnapshotRow } from './rows.js';
import { notebookStatePath, notebookStateSchema, TRAILERS, type NotebookState } from './state.js';

export const AUTO_PREFIX = 'refs/cellar/auto/';

/** What one commit says, as rows. Each subject that keeps facts in git has one of these. */
export type Indexer = (
  repository: Repository,
  commit: Commit,
  line: 'main' | 'auto',
) => Promise<CatalogChange>;

export interface Progress {
  readonly done: number;
  readonly total: number;
}

/** Rows of the snapshot or the notebook that a commit's trailers name. */
export const indexSnapshots: Indexer = async (repository, commit, line) => {
  const notebook = commit.trailers.get(TRAILERS.notebook);
  if (notebook === undefined) return {};
  const state = await readState(repository, commit.tree, notebook);
  if (state === undefined) return {};
  const notebooks = [toNotebookRow(state)];
  if (commit.trailers.get(TRAILERS.snapshot) === undefined) return { notebooks };
  const blob = await repository.findEntry(commit.tree, state.path);
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

/**
 * Brings the catalog to where git is: indexes the commits that it does not reflect, or everything anew when `fresh`, or when a ref
 * was rewritten. Returns how many commits were read.
 */
export async function catchUp(
  store: Store,
  indexers: readonly Indexer[],
  options: { readonly fresh?: boolean; readonly report?: (progress: Progress) => void } = {},
): Promise<number> {
  const { repository, catalog } = store;
  if (options.fresh === true) await catalog.clear();
  const refs = new Map(await repository.listRefs(AUTO_PREFIX));
  const main = await repository.findRef(MAIN);
  if (main !== undefined) refs.set(MAIN, main);

  let lines = await findNew(repository, refs, catalog.position());
  if (lines === undefined) {
    await catalog.clear();
    lines = await findNew(repository, refs, {});
  }
  const pending = (lines ?? []).flatMap(({ ref, commits }) => commits.map((oid) => ({ ref, oid })));
  for (const [done, { ref, oid }] of pending.entries()) {
    const commit = await repository.readCommit(oid);
    const line = ref === MAIN ? 'main' : 'auto';
    const change = merge(await indexCommit(store, indexers, commit, line));
    catalog.apply(change, { ...catalog.position(), [ref]: oid });
    options.report?.({ done: done + 1, total: pending.length });
  }
  if (pending.length > 0) await catalog.flush();
  return pending.length;
}

/** A commit whose files cannot be read, as somebody may write by hand, costs its own rows and no others: it is reported. */
async function indexCommit(
  store: Store,
  indexers: readonly Indexer[],
  commit: Commit,
  line: 'main' | 'auto',
): Promise<readonly CatalogChange[]> {
  const changes: CatalogChange[] = [];
  for (const index of indexers) {
    try {
      changes.push(await index(store.repository, commit, line));
    } catch (error) {
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
  return changes;
}

interface NewCommits {
  readonly ref: string;
  /** Oldest first. */
  readonly commits: readonly string[];
}

/** The commits of each ref after the position; undefined when some position is no ancestor of its ref any more. */
async function findNew(
  repository: Repository,
  refs: ReadonlyMap<string, string>,
  position: Readonly<Record<string, string>>,
): Promise<readonly NewCommits[] | undefined> {
  const found: NewCommits[] = [];
  for (const [ref, head] of refs) {
    const known = position[ref];
    const commits: string[] = [];
    let at: string | undefined = head;
    while (at !== undefined && at !== known) {
      commits.push(at);
      at = (await repository.readCommit(at)).parents[0];
    }
    if (known !== undefined && at === undefined) return undefined;
    found.push({ ref, commits: commits.reverse() });
  }
  // A ref that is gone (an expired day) takes its rows along.
  const gone = Object.keys(position).some((ref) => !refs.has(ref));
  return gone ? undefined : found;
}

function merge(changes: readonly CatalogChange[]): CatalogChange {
  return {
    notebooks: changes.flatMap((change) => change.notebooks ?? []),
    snapshots: changes.flatMap((change) => change.snapshots ?? []),
    runs: changes.flatMap((change) => change.runs ?? []),
  };
}
