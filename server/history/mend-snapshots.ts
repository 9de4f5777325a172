import { CellarError } from '../errors.js';
import { parseNotebook } from '../notebook/read.js';
import { unpackExecutions } from '../store/catalog/executions.js';
import type { NotebookRow, SnapshotRow } from '../store/catalog/rows.js';
import type { Store } from '../store/store.js';
import { toKeptCells } from './history.js';
import type { Mender } from './mender.js';
import { formatStored, type KeptCell, type NotebookState } from './state.js';

const STATE = /^\.cellar\/notebooks\/([0-9a-z]{26})\/(state|kept\/([0-9a-z]{26}))\.json$/;
/** Versions whose states are guessed: each is parsed for it. */
const MOST_VERSIONS = 300;
const MOST_NAMES = 20;

/** States of notebooks, each by the versions that the catalog knows. Rows of versions are restated by whoever commits each by itself. */
export const mendSnapshots: Mender = {
  guess: async function* (store, path) {
    const [, notebook = '', , kept] = STATE.exec(path) ?? [];
    const row = await store.catalog.findNotebook(notebook);
    if (row === undefined) return;
    const all = [...(await store.catalog.history(notebook))].reverse();
    // Main says what the newest of its own versions is.
    const versions = [
      ...all.filter(({ line }) => line === 'main'),
      ...all.filter(({ line }) => line === 'auto'),
    ];
    for (const version of versions.slice(0, MOST_VERSIONS)) {
      if (kept !== undefined && version.id !== kept) continue;
      const cells = await readCells(store, version);
      if (cells === undefined) continue;
      yield* eachState(row, version, cells);
    }
    // A copy has none of its own yet.
    yield formatStored(stateOf(row, row.formerPaths, undefined));
  },
  restate: () => Promise.resolve([]),
};

/** What is known of a version, as its state says it; what the catalog does not have of it is empty. */
export function toState(
  row: NotebookRow,
  version: SnapshotRow,
  cells: readonly KeptCell[],
): NotebookState {
  const at = row.formerPaths.indexOf(version.path);
  const former = at < 0 ? row.formerPaths : row.formerPaths.slice(0, at);
  const { number, path } = version;
  return stateOf({ ...row, number, path }, former, toSnapshot(version, cells));
}

/** The cells of a version as a state keeps them; undefined where it cannot be read, none where it is no notebook. */
export async function readCells(
  store: Store,
  version: SnapshotRow,
): Promise<readonly KeptCell[] | undefined> {
  try {
    return toKeptCells(parseNotebook(await store.repository.readBlob(version.blob)));
  } catch (error) {
    if (!(error instanceof CellarError)) throw error;
    return error.code === 'store_damaged' ? undefined : [];
  }
}

/** As it was after the version, under each list of names that the notebook may have had by then; and after a rename since. */
function* eachState(
  row: NotebookRow,
  version: SnapshotRow,
  cells: readonly KeptCell[],
): Generator<Buffer> {
  const snapshot = toSnapshot(version, cells);
  const { number, path } = version;
  // Where it was renamed since, that is the newest that is known.
  if (path !== row.path) yield formatStored(stateOf(row, row.formerPaths, snapshot));
  for (let count = Math.min(row.formerPaths.length, MOST_NAMES); count >= 0; count -= 1) {
    const former = row.formerPaths.slice(0, count);
    yield formatStored(stateOf({ ...row, number, path }, former, snapshot));
  }
  if (path === row.path) yield formatStored(stateOf(row, row.formerPaths, snapshot));
}

function stateOf(
  { id, number, path, origin }: NotebookRow,
  formerPaths: readonly string[],
  snapshot: NotebookState['snapshot'],
): NotebookState {
  return {
    format: 1,
    notebook: id,
    number,
    path,
    formerPaths: [...formerPaths],
    origin,
    ...(snapshot === undefined ? {} : { snapshot }),
  };
}

/** In the order of fields in which a version is kept: one that is another would have another hash. */
function toSnapshot(
  version: SnapshotRow,
  cells: readonly KeptCell[],
): NonNullable<NotebookState['snapshot']> {
  return {
    id: version.id,
    number: version.number,
    time: version.time,
    message: version.message,
    trigger: version.trigger,
    clean: version.clean,
    parent: version.parent,
    restored: version.restored,
    author: version.author,
    kernel: version.kernel,
    changed: version.changed,
    executions: unpackExecutions(version.executions),
    ...(version.stale.length === 0 ? {} : { stale: [...version.stale] }),
    runs: [...version.runs],
    key: version.key,
    size: version.size,
    cells: [...cells],
    redactions: [],
  };
}
