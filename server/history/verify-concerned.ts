import type { Progress } from '../../contract/progress.js';
import type { Concerned } from '../../contract/upkeep.js';
import { CellarError } from '../errors.js';
import type { SnapshotRow } from '../store/catalog/rows.js';
import type { Store } from '../store/store.js';
import { FOLDER_MODE } from '../store/git/tree.js';
import { runFolder } from './finding.js';
import { keptPaths, notebookStatePath } from './state.js';

/** Which versions each object that cannot be read concerns, by its name. */
export type ConcernedBy = ReadonlyMap<string, readonly Concerned[]>;

/**
 * Finds what needs objects that cannot be read: a version its bytes, its commit, and the folders and the state that lead to what is
 * known of it. Reads the folders of every version, so call it only where something is damaged.
 */
export async function findConcerned(
  store: Store,
  rows: readonly SnapshotRow[],
  bad: ReadonlySet<string>,
  report: (progress: Progress) => void,
): Promise<ConcernedBy> {
  const found = new Map<string, Concerned[]>();
  for (const [index, row] of rows.entries()) {
    const reads = !bad.has(row.blob);
    const causes = reads ? await findCauses(store, row, bad) : [row.blob];
    for (const oid of causes) {
      const list = found.get(oid) ?? [];
      found.set(oid, list);
      list.push(toConcerned(row, reads));
    }
    report({ what: 'versions', done: index + 1, total: rows.length });
  }
  return found;
}

/** Which runs each of the bad objects on the way to their folders concerns, by its name; `main` is the commit that main is at. */
export async function findRunsConcerned(
  store: Store,
  runs: Iterable<string>,
  { main, bad }: { readonly main: string | undefined; readonly bad: ReadonlySet<string> },
): Promise<ReadonlyMap<string, readonly string[]>> {
  const found = new Map<string, string[]>();
  if (main === undefined || bad.size === 0) return found;
  const tree = bad.has(main) ? undefined : (await findOr(store.repository.readCommit(main)))?.tree;
  for (const run of runs) {
    const cause = tree === undefined ? main : await findCause(store, tree, runFolder(run), bad);
    if (cause !== undefined) found.set(cause, [...(found.get(cause) ?? []), run]);
  }
  return found;
}

export function toConcerned({ id, notebook, path, time }: SnapshotRow, reads: boolean): Concerned {
  return { id, notebook, path, time, reads };
}

/** The bad objects on the way to what is known of a version; its bytes are read by name. */
async function findCauses(
  store: Store,
  row: SnapshotRow,
  bad: ReadonlySet<string>,
): Promise<readonly string[]> {
  if (bad.has(row.commit)) return [row.commit];
  const read = await findOr(store.repository.readCommit(row.commit));
  if (read === undefined) return [];
  const kept = keptPaths(row.notebook, row.id);
  const causes = new Set<string>();
  for (const path of [row.path, kept.state, notebookStatePath(row.notebook)]) {
    const cause = await findCause(store, read.tree, path, bad);
    if (cause !== undefined) causes.add(cause);
  }
  return [...causes];
}

async function findCause(
  { repository }: Store,
  tree: string,
  path: string,
  bad: ReadonlySet<string>,
): Promise<string | undefined> {
  let at = { mode: FOLDER_MODE, oid: tree };
  for (const name of path.split('/')) {
    if (bad.has(at.oid)) return at.oid;
    const next =
      at.mode === FOLDER_MODE ? (await findOr(repository.readTree(at.oid)))?.get(name) : undefined;
    if (next === undefined) return undefined;
    at = next;
  }
  return bad.has(at.oid) ? at.oid : undefined;
}

async function findOr<Value>(read: Promise<Value>): Promise<Value | undefined> {
  try {
    return await read;
  } catch (error) {
    if (error instanceof CellarError && error.code === 'store_damaged') return undefined;
    throw error;
  }
}
