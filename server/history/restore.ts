import { CellarError } from '../errors.js';
import { keepBytes } from '../notebook/editor.js';
import type { Notebook } from '../notebook/notebook.js';
import { parseNotebook } from '../notebook/read.js';
import { toWorkspacePath } from '../store/names.js';
import type { SnapshotRow } from '../store/rows.js';
import type { Store } from '../store/store.js';
import { getNotebook, getSnapshot, readNotebook, type History } from './history.js';
import { takeSnapshot } from './take.js';

export interface RestoreRequest {
  readonly id: string;
  readonly key?: string;
  /** What the editor holds now, as JSON text; absent: the file on disk is what would be lost. */
  readonly content?: string;
  /** Put the bytes into the workspace. */
  readonly write: boolean;
  /** Where to; by default the notebook's path now. */
  readonly path?: string;
}

export interface RestoredNotebook {
  /** The new snapshot that the restored state is. */
  readonly row: SnapshotRow;
  /** Holds what was there before; undefined when there was nothing, or nothing readable as a notebook. */
  readonly before: SnapshotRow | undefined;
  readonly path: string;
  readonly bytes: Buffer;
}

/** Brings an old state back. What is there now is kept first, so that this can be undone. */
export async function restoreSnapshot(
  history: History,
  request: RestoreRequest,
): Promise<RestoredNotebook> {
  const { store } = history;
  const target = getSnapshot(store, request.id);
  const path = toWorkspacePath(request.path ?? getNotebook(store, target.notebook).path);
  const bytes = await readNotebook(store, target);
  const done = store.catalog.findSnapshotByKey(request.key ?? '');
  // Asked for a second time, since the answer was lost: what was done to the file meanwhile must stay.
  if (done !== undefined) return { row: done, before: findBefore(store, done), path, bytes };
  const before = await keepPresent(history, path, request, bytes);
  if (request.write) await store.files.write(path, bytes);
  const { row } = await takeSnapshot(history, {
    path,
    bytes,
    notebook: parseOrBlank(bytes, path),
    trigger: 'manual',
    restored: target.id,
    kernel: target.kernel,
    ...(request.key === undefined ? {} : { key: request.key }),
  });
  return { row, before, path, bytes };
}

/** What the restore that made `row` kept first; undefined when there was nothing to keep. */
function findBefore(store: Store, row: SnapshotRow): SnapshotRow | undefined {
  const last = store.catalog.history(row.notebook).findLast(({ number }) => number < row.number);
  return last?.trigger === 'before-restore' ? last : undefined;
}

async function keepPresent(
  history: History,
  path: string,
  request: RestoreRequest,
  target: Buffer,
): Promise<SnapshotRow | undefined> {
  const { store } = history;
  const file = await store.files.find(path);
  const present = request.content === undefined ? file : keepBytes(file, request.content);
  if (present === undefined || target.equals(present)) return undefined;
  return keepBefore(history, path, present);
}

/** Keeps what is about to be written over, whether or not it can be read as a notebook. */
export async function keepBefore(
  history: History,
  path: string,
  bytes: Uint8Array,
): Promise<SnapshotRow> {
  const notebook = parseOrBlank(bytes, path);
  const { row } = await takeSnapshot(history, { path, bytes, notebook, trigger: 'before-restore' });
  return row;
}

/** A broken file is what one restores over most of all: its bytes are kept although no cell of it can be read. */
function parseOrBlank(bytes: Uint8Array, path: string): Notebook {
  try {
    return parseNotebook(bytes, { path });
  } catch (error) {
    if (!(error instanceof CellarError)) throw error;
    return parseNotebook(Buffer.from('{"nbformat":4,"nbformat_minor":5,"metadata":{},"cells":[]}'));
  }
}
