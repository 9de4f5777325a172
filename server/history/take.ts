import type { Author, ChangedCells, Execution, Kernel, Trigger } from '../../contract/snapshot.js';
import type { MetricValue } from '../../contract/bundle.js';
import type { Notebook } from '../notebook/notebook.js';
import { countChangedCells } from '../notebook/summary.js';
import { MAIN } from '../store/create.js';
import { toObject } from '../store/object.js';
import type { FileEdit } from '../store/repository.js';
import type { NotebookRow, RunRow, SnapshotRow } from '../store/rows.js';
import type { Store } from '../store/store.js';
import { AUTO_PREFIX } from './catch-up.js';
import { findGone } from './gone.js';
import { identifyNew, newestOf, readSnapshotState, toKeptCells, type History } from './history.js';
import { moveNotebook } from './move.js';
import { noteCommit, toOrigin } from './note.js';
import { toNotebookRow, toSnapshotRow } from './rows.js';
import { formatStored, notebookStatePath, TRAILERS, type NotebookState } from './state.js';
import { toSubject } from './subject.js';

/** What else goes into a snapshot's commit: the runs it claims, their files and rows. */
export interface Attachment {
  readonly runs: readonly string[];
  readonly files: readonly FileEdit[];
  readonly rows: readonly RunRow[];
  /** For the commit's subject. */
  readonly metrics: readonly (readonly [string, MetricValue])[];
}

/** The place a snapshot is about to get. */
export interface Claim {
  readonly snapshot: string;
  readonly notebook: string;
  readonly number: number;
}

export interface TakeRequest {
  /** In the form of toWorkspacePath. */
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly notebook: Notebook;
  readonly trigger: Trigger;
  readonly message?: string;
  readonly key?: string;
  readonly clean?: boolean | null;
  readonly executions?: readonly Execution[];
  readonly kernel?: Kernel | null;
  /** The snapshot whose bytes these are, when a restore brings them back. */
  readonly restored?: string;
  readonly author?: Author;
  /** Called once when the snapshot will be made; undefined attaches nothing. */
  readonly attach?: (claim: Claim) => Promise<Attachment | undefined>;
  /** True when attach has something to attach, so that equal bytes still make a snapshot. */
  readonly attaches?: boolean;
}

export interface Taken {
  readonly row: SnapshotRow;
  /** False when nothing was new: then the row is the newest one before. */
  readonly created: boolean;
}

/** Keeps a notebook's state; durable when it returns. What does not stand for a result goes to the day's automatic line. */
export function takeSnapshot(history: History, request: TakeRequest): Promise<Taken> {
  return history.store.exclusively(() => take(history, request));
}

async function take(history: History, request: TakeRequest): Promise<Taken> {
  const { store } = history;
  const known = store.catalog.findSnapshotByKey(request.key ?? '');
  if (known !== undefined) return { row: known, created: true };

  const cells = toKeptCells(request.notebook);
  const who = await settleIdentity(history, request, cells);
  const previous = newestOf(store, who.id);
  const message = request.message?.trim() === '' ? undefined : request.message?.trim();
  const blob = toObject('blob', request.bytes).oid;
  const attaches = request.attaches === true;
  if (previous?.blob === blob && message === undefined && !attaches)
    return { row: previous, created: false };

  const id = store.newId();
  const number = store.catalog.lastNumber() + 1;
  const attachment = await request.attach?.({ snapshot: id, notebook: who.id, number });
  const restored = request.restored ?? null;
  const keep = message !== undefined || attachment !== undefined || isAsked(request.trigger);
  const state: NotebookState = {
    format: 1,
    notebook: who.id,
    number,
    path: who.path,
    formerPaths: [...who.formerPaths],
    origin: who.origin,
    snapshot: {
      id,
      number,
      time: new Date(store.now()).toISOString(),
      message: message ?? null,
      trigger: request.trigger,
      clean: request.clean ?? null,
      parent: restored ?? previous?.id ?? null,
      restored,
      author: request.author ?? store.author,
      kernel: request.kernel ?? request.notebook.kernel,
      changed: await countChanges(store, findShownBefore(store, who.id, keep), cells),
      executions: [...(request.executions ?? [])],
      runs: [...(attachment?.runs ?? [])],
      key: request.key ?? null,
      size: request.bytes.byteLength,
      cells: [...cells],
      redactions: [],
    },
  };
  const row = await commitState(history, state, request.bytes, { keep, attachment });
  return { row, created: true };
}

/** What a person or a pipeline asked for is kept for ever; a save or a burst without results thins out. */
function isAsked(trigger: Trigger): boolean {
  return trigger !== 'save' && trigger !== 'burst' && trigger !== 'run-all';
}

async function commitState(
  history: History,
  state: NotebookState,
  bytes: Uint8Array,
  how: { readonly keep: boolean; readonly attachment: Attachment | undefined },
): Promise<SnapshotRow> {
  const { store } = history;
  const { snapshot } = state;
  if (snapshot === undefined) throw new RangeError('a state without a snapshot is not taken');
  const ref = how.keep ? MAIN : `${AUTO_PREFIX}${snapshot.time.slice(0, 10)}`;
  const files: FileEdit[] = [
    { path: state.path, content: bytes },
    { path: notebookStatePath(state.notebook), content: formatStored(state) },
    ...(how.attachment?.files ?? []),
    ...(how.keep ? await findGone(store, state.path) : []),
  ];
  const main = how.keep ? undefined : await store.repository.findRef(MAIN);
  const baseTree = main === undefined ? undefined : (await store.repository.readCommit(main)).tree;
  const trailers = new Map<string, string>([
    [TRAILERS.snapshot, snapshot.id],
    [TRAILERS.notebook, state.notebook],
    ...(snapshot.parent === null ? [] : [[TRAILERS.parent, snapshot.parent] as const]),
    [TRAILERS.trigger, snapshot.trigger],
    ...(how.keep ? [[TRAILERS.through, String(state.number)] as const] : []),
  ]);
  const committed = await store.repository.commit({
    ref,
    ...(baseTree === undefined ? {} : { baseTree }),
    edits: files,
    facts: {
      author: snapshot.author,
      time: Date.parse(snapshot.time),
      subject: toSubject({
        path: state.path,
        message: snapshot.message,
        trigger: snapshot.trigger,
        restored: snapshot.restored !== null,
        metrics: how.attachment?.metrics ?? [],
      }),
      trailers,
    },
  });
  const row = toSnapshotRow(state, {
    commit: committed.commit.oid,
    blob: committed.blobs.get(state.path) ?? '',
    line: how.keep ? 'main' : 'auto',
  });
  if (row === undefined) throw new RangeError('a state without a snapshot has no row');
  await noteCommit(history, ref, committed, {
    notebooks: [toNotebookRow(state)],
    snapshots: [row],
    runs: how.attachment?.rows ?? [],
  });
  return row;
}

async function settleIdentity(
  history: History,
  request: TakeRequest,
  cells: ReturnType<typeof toKeptCells>,
): Promise<NotebookRow> {
  const { store } = history;
  const current = store.catalog.findNotebookAt(request.path);
  if (current !== undefined) return current;
  const identity = await identifyNew(store, cells);
  if (identity.kind === 'moved') return moveNotebook(history, identity.row, request.path);
  const origin = identity.kind === 'copied' ? toOrigin(store, identity.row) : null;
  return { id: store.newId(), path: request.path, formerPaths: [], origin, number: 0 };
}

/** The row that a history shows before the next one: the automatic ones between two that are kept are folded away. */
function findShownBefore(store: Store, notebook: string, keep: boolean): SnapshotRow | undefined {
  const history = store.catalog.history(notebook);
  return (keep ? history.findLast(({ line }) => line === 'main') : undefined) ?? history.at(-1);
}

async function countChanges(
  store: Store,
  previous: SnapshotRow | undefined,
  cells: ReturnType<typeof toKeptCells>,
): Promise<ChangedCells | null> {
  if (previous === undefined) return null;
  const before = (await readSnapshotState(store, previous)).snapshot?.cells ?? [];
  return countChangedCells(before, cells);
}
