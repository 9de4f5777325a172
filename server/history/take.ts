import type { Stale } from '../../contract/provenance.js';
import type { Author, ChangedCells, Execution, Kernel, Trigger } from '../../contract/snapshot.js';
import type { MetricValue } from '../../contract/bundle.js';
import { CellarError } from '../errors.js';
import type { Notebook } from '../notebook/notebook.js';
import { parseNotebook } from '../notebook/read.js';
import { countChangedCells } from '../notebook/summary.js';
import { MAIN } from '../store/create.js';
import { toObject } from '../store/git/object.js';
import type { Committed, FileEdit } from '../store/git/repository.js';
import type { CatalogChange, NotebookRow, RunRow, SnapshotRow } from '../store/catalog/rows.js';
import type { Store } from '../store/store.js';
import { cleanAttachment } from './attachment-texts.js';
import { AUTO_PREFIX } from './catch-up.js';
import { moveInDoubt } from './doubt.js';
import { findGone } from './gone.js';
import { newestOf, toKeptCells, type History } from './history.js';
import { findCells, identifyNew, rememberCells } from './identify-new.js';
import { moveNotebook } from './move.js';
import { noteCommit, toOrigin } from './note.js';
import { toNotebookRow, toSnapshotRow } from './rows.js';
import { commitToMain, type MainCommit } from './seal.js';
import type { CleanBytes } from './secrets.js';
import type { SecretWarning } from './secret-words.js';
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
  /** These bytes as the intake gave them, where somebody asked it already. */
  readonly cleaned?: CleanBytes;
  readonly trigger: Trigger;
  readonly message?: string;
  readonly key?: string;
  readonly clean?: boolean | null;
  readonly executions?: readonly Execution[];
  readonly stale?: readonly Stale[];
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
  /** The secrets that were found, in words. */
  readonly warnings: readonly SecretWarning[];
}

/** Keeps a notebook's state; durable when it returns. What does not stand for a result goes to the day's automatic line. */
export async function takeSnapshot(history: History, request: TakeRequest): Promise<Taken> {
  const { secrets } = history;
  const cleaned = request.cleaned ?? (await secrets.cleanBytes(request.bytes, request.path));
  return history.store.exclusively(async () => {
    // A purge that came first knows of more that must not be kept.
    const current =
      cleaned.epoch === secrets.epoch
        ? cleaned
        : await secrets.cleanBytes(request.bytes, request.path);
    return take(history, await withoutSecrets(history, request, current));
  });
}

/** The request as it is kept: nothing of it holds what is not to be kept. */
async function withoutSecrets(
  { secrets }: History,
  request: TakeRequest,
  cleaned: CleanBytes,
): Promise<CleanRequest> {
  const [message] = await secrets.cleanTexts(
    request.message === undefined ? [] : [request.message],
  );
  return {
    ...request,
    bytes: cleaned.bytes,
    notebook:
      cleaned.redactions.length === 0 ? request.notebook : parseAgain(cleaned.bytes, request),
    cleaned,
    ...(message === undefined ? {} : { message }),
  };
}

/** What cannot be read as a notebook is kept before a restore too, with a notebook of no cells beside it. */
function parseAgain(bytes: Uint8Array, { path, notebook }: TakeRequest): Notebook {
  try {
    return parseNotebook(bytes, { path });
  } catch (error) {
    if (error instanceof CellarError) return notebook;
    throw error;
  }
}

type CleanRequest = TakeRequest & { readonly cleaned: CleanBytes };

async function take(history: History, request: CleanRequest): Promise<Taken> {
  const { store } = history;
  const { warnings, redactions } = request.cleaned;
  const known = await store.catalog.findSnapshotByKey(request.key ?? '');
  if (known !== undefined) return { row: known, created: true, warnings };

  const cells = toKeptCells(request.notebook);
  const who = await settleIdentity(history, request, cells);
  const previous = await newestOf(store, who.id);
  const message = request.message?.trim() === '' ? undefined : request.message?.trim();
  const blob = toObject('blob', request.bytes).oid;
  const attaches = request.attaches === true;
  if (previous?.blob === blob && message === undefined && !attaches)
    return { row: previous, created: false, warnings };

  const id = store.newId();
  const number = store.nextNumber();
  const attached = await request.attach?.({ snapshot: id, notebook: who.id, number });
  const attachment = attached && (await cleanAttachment(history.secrets, attached));
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
      changed: await countChanges(store, await findShownBefore(store, who.id, keep), cells),
      executions: [...(request.executions ?? [])],
      ...((request.stale ?? []).length === 0 ? {} : { stale: [...(request.stale ?? [])] }),
      runs: [...(attachment?.runs ?? [])],
      key: request.key ?? null,
      size: request.bytes.byteLength,
      cells: [...cells],
      redactions: [...redactions],
    },
  };
  const row = await commitState(history, state, request.bytes, { keep, attachment });
  rememberCells(store, row, cells);
  return { row, created: true, warnings };
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
  const files: FileEdit[] = [
    { path: state.path, content: bytes },
    { path: notebookStatePath(state.notebook), content: formatStored(state) },
    ...(how.attachment?.files ?? []),
    ...(how.keep ? await findGone(store, state.path) : []),
  ];
  const trailers = new Map<string, string>([
    [TRAILERS.snapshot, snapshot.id],
    [TRAILERS.notebook, state.notebook],
    ...(snapshot.parent === null ? [] : [[TRAILERS.parent, snapshot.parent] as const]),
    [TRAILERS.trigger, snapshot.trigger],
  ]);
  const facts = {
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
  };
  const toRow = ({ commit, blobs }: Committed): SnapshotRow => {
    const line = how.keep ? 'main' : 'auto';
    const at = { commit: commit.oid, blob: blobs.get(state.path) ?? '', line } as const;
    const row = toSnapshotRow(state, at);
    if (row === undefined) throw new RangeError('a state without a snapshot has no row');
    return row;
  };
  const toChange = (committed: Committed): CatalogChange => ({
    notebooks: [toNotebookRow(state)],
    snapshots: [toRow(committed)],
    runs: how.attachment?.rows ?? [],
  });
  if (how.keep) return toRow(await commitToMain(history, { edits: files, facts }, toChange));
  return toRow(await commitToDay(history, { edits: files, facts }, toChange));
}

/** Adds a commit to its day's automatic line, with the tree that main has now under it. */
async function commitToDay(
  history: History,
  request: MainCommit,
  toChange: (committed: Committed) => CatalogChange,
): Promise<Committed> {
  const { repository } = history.store;
  const ref = `${AUTO_PREFIX}${new Date(request.facts.time).toISOString().slice(0, 10)}`;
  const main = await repository.findRef(MAIN);
  const baseTree = main === undefined ? undefined : (await repository.readCommit(main)).tree;
  const base = baseTree === undefined ? {} : { baseTree };
  return moveInDoubt(history.store, ref, async () => {
    const committed = await repository.commit({ ref, ...base, ...request });
    await noteCommit(history, ref, committed, toChange(committed));
    return committed;
  });
}

async function settleIdentity(
  history: History,
  request: TakeRequest,
  cells: ReturnType<typeof toKeptCells>,
): Promise<NotebookRow> {
  const { store } = history;
  const current = await store.catalog.findNotebookAt(request.path);
  if (current !== undefined) return current;
  const identity = await identifyNew(store, cells);
  if (identity.kind === 'moved') return moveNotebook(history, identity.row, request.path);
  const origin = identity.kind === 'copied' ? await toOrigin(store, identity.row) : null;
  return { id: store.newId(), path: request.path, formerPaths: [], origin, number: 0 };
}

/** The row that a history shows before the next one: the automatic ones between two that are kept are folded away. */
async function findShownBefore(
  store: Store,
  notebook: string,
  keep: boolean,
): Promise<SnapshotRow | undefined> {
  const history = await store.catalog.history(notebook);
  return (keep ? history.findLast(({ line }) => line === 'main') : undefined) ?? history.at(-1);
}

async function countChanges(
  store: Store,
  previous: SnapshotRow | undefined,
  cells: ReturnType<typeof toKeptCells>,
): Promise<ChangedCells | null> {
  if (previous === undefined) return null;
  const before = await findCells(store, previous);
  return before === undefined ? null : countChangedCells(before, cells);
}
