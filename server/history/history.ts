import { sourceHashes } from '../notebook/summary.js';
import type { Notebook } from '../notebook/notebook.js';
import { CellarError } from '../errors.js';
import { MAIN } from '../store/create.js';
import type { NotebookRow, SnapshotRow } from '../store/catalog/rows.js';
import type { Store } from '../store/store.js';
import { catchUp, readBeside, readState, type Indexer } from './catch-up.js';
import { toExpiredError } from './expired.js';
import { identify, type Candidate, type Identity } from './identity.js';
import { finishPurge, resumePurge } from './purge-marker.js';
import type { Recorder } from './recorder.js';
import { replay } from './replay.js';
import { openSecretIntake, type SecretIntake } from './secrets.js';
import type { KeptCell, NotebookState } from './state.js';

/** The most notebooks that one at an unknown path is compared with, the newest first. */
const MOST_CANDIDATES = 2_000;

/** A store with its catalog brought up to date, and how commits and records become rows. */
export interface History {
  readonly store: Store;
  readonly indexers: readonly Indexer[];
  /** One for each kind of journal record. */
  readonly recorders: readonly Recorder[];
  /** What is kept passes here first. */
  readonly secrets: SecretIntake;
}

/** Brings the catalog to where git and the journal are. That of a damaged store is all that may be left of something: it stays as it is. */
export async function openHistory(
  store: Store,
  indexers: readonly Indexer[],
  recorders: readonly Recorder[] = [],
): Promise<History> {
  const isPurging = await resumePurge(store);
  const isWitness =
    store.damage !== undefined && (await store.catalog.position())[MAIN] !== undefined;
  if (!isWitness) await catchUp(store, indexers, { fresh: isPurging });
  const history = { store, indexers, recorders, secrets: openSecretIntake(store) };
  await replay(history);
  // Old objects that could not be removed are in nobody's way, and the next opening tries again.
  if (isPurging) await finishPurge(store).catch(store.report);
  return history;
}

/** The last snapshot in a notebook's history; undefined where it has none. */
export function newestOf(store: Store, notebook: string): Promise<SnapshotRow | undefined> {
  return store.catalog.findNewest(notebook);
}

/** Finds a snapshot by its id or a unique prefix. Throws not_found, ambiguous_id, expired. */
export async function getSnapshot(store: Store, prefix: string): Promise<SnapshotRow> {
  const plain = prefix.toLowerCase();
  const isOne = /^[0-9a-z]+$/.test(plain);
  const [row, other] = isOne ? await store.catalog.findSnapshotsByPrefix(plain) : [];
  // What expires between the two questions is in both answers, and still one.
  const [expired, another] = isOne
    ? (await store.catalog.findExpiredByPrefix(plain)).filter(({ id }) => id !== row?.id)
    : [];
  if ((row === undefined ? another : (other ?? expired)) !== undefined)
    throw new CellarError(
      'ambiguous_id',
      `${JSON.stringify(prefix)} is the start of more than one snapshot's id. Give more of it.`,
    );
  if (row !== undefined) return row;
  if (expired !== undefined) throw await toExpiredError(store, expired);
  throw new CellarError('not_found', `There is no snapshot ${JSON.stringify(prefix)}.`);
}

/** Throws not_found. */
export async function getNotebook(store: Store, id: string): Promise<NotebookRow> {
  const row = await store.catalog.findNotebook(id);
  if (row === undefined)
    throw new CellarError('not_found', `There is no notebook ${JSON.stringify(id)}.`);
  return row;
}

/** The notebook's bytes as they were acknowledged. */
export function readNotebook(store: Store, row: SnapshotRow): Promise<Buffer> {
  return store.repository.readBlob(row.blob);
}

/** The state beside a snapshot. */
export async function readSnapshotState(store: Store, row: SnapshotRow): Promise<NotebookState> {
  const commit = await store.repository.readCommit(row.commit);
  const beside = await readBeside(store.repository, commit.tree, row);
  const state = beside?.state ?? (await readState(store.repository, commit.tree, row.notebook));
  if (state === undefined)
    throw new CellarError('store_damaged', `Commit ${row.commit} holds no state of ${row.path}.`, {
      path: row.path,
    });
  return state;
}

/** A file of the store's own on main, as text; undefined when it is not there. */
export async function readTextAt(store: Store, path: string): Promise<string | undefined> {
  const head = await store.repository.findRef(MAIN);
  if (head === undefined) return undefined;
  const oid = await store.repository.findEntry(
    (await store.repository.readCommit(head)).tree,
    path,
  );
  return oid === undefined ? undefined : (await store.repository.readBlob(oid)).toString('utf8');
}

/** A notebook's cells as a state keeps them. */
export function toKeptCells(notebook: Notebook): readonly KeptCell[] {
  const hashes = sourceHashes(notebook);
  return notebook.cells.map((cell, index) => ({
    id: cell.id ?? '',
    type: cell.type,
    hash: (hashes[index]?.hash ?? '').slice(0, 16),
  }));
}

/** Who the notebook at an unknown path is, among those known. */
export async function identifyNew(store: Store, cells: readonly KeptCell[]): Promise<Identity> {
  const rows = [...(await store.catalog.notebooks())].sort((a, b) => b.number - a.number);
  const candidates: Candidate[] = [];
  for (const row of rows.slice(0, MOST_CANDIDATES)) {
    const newest = await newestOf(store, row.id);
    if (newest === undefined) continue;
    const state = await readSnapshotState(store, newest);
    const present = await store.files.exists(row.path);
    candidates.push({ row, cells: state.snapshot?.cells ?? [], present });
  }
  return identify(cells, candidates);
}
