import { sourceHashes } from '../notebook/summary.js';
import type { Notebook } from '../notebook/notebook.js';
import { CellarError } from '../errors.js';
import { MAIN } from '../store/create.js';
import type { NotebookRow, SnapshotRow } from '../store/catalog/rows.js';
import type { Store } from '../store/store.js';
import { catchUp, isMended, readBeside, readState, type Indexer } from './catch-up.js';
import { withoutDoubt } from './doubt.js';
import { toExpiredError } from './expired.js';
import { clearMoved, finishPurge, resumePurge } from './purge-marker.js';
import type { Mender } from './mender.js';
import type { Recorder } from './recorder.js';
import { replay } from './replay.js';
import { openSecretIntake, type SecretIntake } from './secrets.js';
import type { KeptCell, NotebookState } from './state.js';

/** A store with its catalog brought up to date, and how commits and records become rows. */
export interface History {
  readonly store: Store;
  readonly indexers: readonly Indexer[];
  /** One for each kind of journal record. */
  readonly recorders: readonly Recorder[];
  /** How each subject makes anew what was damaged. */
  readonly menders: readonly Mender[];
  /** What is kept passes here first. */
  readonly secrets: SecretIntake;
}

/** Brings the catalog to where git and the journal are. */
export async function openHistory(
  store: Store,
  indexers: readonly Indexer[],
  recorders: readonly Recorder[] = [],
  menders: readonly Mender[] = [],
): Promise<History> {
  const purging = await resumePurge(store);
  // The catalog of a damaged store may be all that is left of something: it stays as it is.
  const isWitness =
    store.damage !== undefined && (await store.catalog.position())[MAIN] !== undefined;
  const indexed = { store, indexers, recorders };
  if (isWitness) await replay(indexed);
  else await catchUp(indexed, { fresh: purging === 'moved' || (await isMended(store, indexers)) });
  const opened = { ...indexed, menders, secrets: openSecretIntake(store) };
  const history = { ...opened, store: withoutDoubt(opened) };
  if (purging !== 'none') await endPurge(store).catch(store.report);
  return history;
}

/** Where it fails, old objects and documents stay that are in nobody's way, and the next opening tries again. */
async function endPurge(store: Store): Promise<void> {
  await clearMoved(store);
  await store.catalog.flush();
  await finishPurge(store);
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
  return readAsNow(store, row, ({ blob }) => store.repository.readBlob(blob));
}

/** The state beside a snapshot. */
export function readSnapshotState(store: Store, row: SnapshotRow): Promise<NotebookState> {
  return readAsNow(store, row, (each) => readStateOf(store, each));
}

/** Reads what a row leads to; since the row was asked for its day or a purge may have written it anew, or it has thinned out itself, and the old is gone. */
async function readAsNow<Result>(
  store: Store,
  row: SnapshotRow,
  read: (row: SnapshotRow) => Promise<Result>,
): Promise<Result> {
  try {
    return await read(row);
  } catch (error) {
    const now = await store.catalog.findSnapshot(row.id);
    if (now !== undefined && now.commit !== row.commit) return read(now);
    const expired = now === undefined ? await store.catalog.findExpired(row.id) : undefined;
    throw expired === undefined ? error : await toExpiredError(store, expired);
  }
}

async function readStateOf(store: Store, row: SnapshotRow): Promise<NotebookState> {
  const commit = await store.repository.readCommit(row.commit);
  const beside = await readBeside(store.repository, commit.tree, row);
  const state = beside?.state ?? (await readState(store.repository, commit.tree, row.notebook));
  if (state === undefined)
    throw new CellarError('store_damaged', `Commit ${row.commit} holds no state of ${row.path}.`, {
      path: row.path,
    });
  return state;
}

/** Main's tree; undefined where nothing is on main. */
export async function findTip({ repository }: Store): Promise<string | undefined> {
  const head = await repository.findRef(MAIN);
  return head === undefined ? undefined : (await repository.readCommit(head)).tree;
}

/** A file of the store's own on main, as text; undefined when it is not there. */
export async function readTextAt(store: Store, path: string): Promise<string | undefined> {
  const tree = await findTip(store);
  const oid = tree === undefined ? undefined : await store.repository.findEntry(tree, path);
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
