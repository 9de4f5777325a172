import type { FoundSecret } from '../../contract/secrets.js';
import { CellarError } from '../errors.js';
import { keepBytes } from '../notebook/editor.js';
import type { Notebook } from '../notebook/notebook.js';
import { parseNotebook } from '../notebook/read.js';
import { reinstate } from '../notebook/secrets/reinstate.js';
import { toWorkspacePath } from '../store/disk/names.js';
import { toObject } from '../store/git/object.js';
import type { SnapshotRow } from '../store/catalog/rows.js';
import type { Store } from '../store/store.js';
import {
  getNotebook,
  getSnapshot,
  readNotebook,
  readSnapshotState,
  type History,
} from './history.js';
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
  /** As they stand in the workspace; what was taken out before the version was kept is back where the file still had it. */
  readonly bytes: Buffer;
  /** What was taken out of the version, and how many of these are back. */
  readonly redactions: readonly FoundSecret[];
  readonly kept: number;
}

/** Brings an old state back. What is there now is kept first, so that this can be undone. */
export async function restoreSnapshot(
  history: History,
  request: RestoreRequest,
): Promise<RestoredNotebook> {
  const { store } = history;
  const target = await getSnapshot(store, request.id);
  const path = toWorkspacePath(request.path ?? (await getNotebook(store, target.notebook)).path);
  const stored = await readNotebook(store, target);
  const redactions = (await readSnapshotState(store, target)).snapshot?.redactions ?? [];
  const file = await store.files.find(path);
  // What would be lost: what the editor holds, else the file.
  const present = request.content === undefined ? file : keepBytes(file, request.content);
  const { bytes, places: kept } = await bringBackSecrets(history, stored, {
    redactions,
    present,
    path,
  });
  const done = await store.catalog.findSnapshotByKey(request.key ?? '');
  // Asked for a second time, since the answer was lost: what was done to the file meanwhile must stay.
  if (done !== undefined)
    return { row: done, before: await findBefore(store, done), path, bytes, redactions, kept };
  if (request.write && file !== undefined && !isAmong(file, [present, bytes]))
    await keepUnlessKnown(history, path, file);
  const before =
    present === undefined || bytes.equals(present)
      ? undefined
      : await keepBefore(history, path, present);
  if (request.write) await writeOver(history, path, { bytes, file });
  const { row } = await takeSnapshot(history, {
    path,
    bytes,
    notebook: parseOrBlank(bytes, path),
    trigger: 'manual',
    restored: target.id,
    kernel: target.kernel,
    ...(request.key === undefined ? {} : { key: request.key }),
  });
  return { row, before, path, bytes, redactions, kept };
}

/** The version's bytes; where the notebook that is there now has the very text that was redacted in them, that text stays. */
async function bringBackSecrets(
  { secrets }: History,
  stored: Buffer,
  beside: {
    readonly redactions: readonly FoundSecret[];
    readonly present: Uint8Array | undefined;
    readonly path: string;
  },
): Promise<{ readonly bytes: Buffer; readonly places: number }> {
  const { redactions, present, path } = beside;
  if (redactions.length === 0 || present === undefined) return { bytes: stored, places: 0 };
  const { findings } = await secrets.cleanBytes(present, path);
  const { bytes, places } = reinstate(stored, { bytes: present, findings });
  return { bytes: Buffer.from(bytes), places };
}

/** What the restore that made `row` kept first; undefined when there was nothing to keep. */
async function findBefore(store: Store, row: SnapshotRow): Promise<SnapshotRow | undefined> {
  const last = (await store.catalog.history(row.notebook)).findLast(
    ({ number }) => number < row.number,
  );
  return last?.trigger === 'before-restore' ? last : undefined;
}

/** Writes over a file whose bytes are kept. What somebody saves there until the last moment is kept too, and then written over. */
async function writeOver(
  history: History,
  path: string,
  { bytes, file }: { readonly bytes: Buffer; readonly file: Buffer | undefined },
): Promise<void> {
  const { files } = history.store;
  let kept = file;
  while (!(await files.write(path, bytes, kept ?? null))) {
    kept = await files.find(path);
    if (kept !== undefined) await keepUnlessKnown(history, path, kept);
  }
}

/** Keeps a file of which no version of the notebook has the bytes. */
async function keepUnlessKnown(history: History, path: string, file: Buffer): Promise<void> {
  const { catalog } = history.store;
  const blob = toObject('blob', file).oid;
  const notebook = await catalog.findNotebookAt(path);
  const versions = notebook === undefined ? [] : await catalog.history(notebook.id);
  if (!versions.some((row) => row.blob === blob)) await keepBefore(history, path, file);
}

function isAmong(file: Buffer, others: readonly (Uint8Array | undefined)[]): boolean {
  return others.some((other) => other !== undefined && file.equals(other));
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

/** Parses bytes as a notebook, or gives one without cells: a broken file is what one restores over most of all: its bytes are kept although no cell of it can be read. */
export function parseOrBlank(bytes: Uint8Array, path: string): Notebook {
  try {
    return parseNotebook(bytes, { path });
  } catch (error) {
    if (!(error instanceof CellarError)) throw error;
    return parseNotebook(Buffer.from('{"nbformat":4,"nbformat_minor":5,"metadata":{},"cells":[]}'));
  }
}
