import { countChangedCells } from '../notebook/summary.js';
import type { Notebook } from '../notebook/notebook.js';
import { MAIN } from '../store/create.js';
import type { CommitParts, Committed, FileEdit } from '../store/git/repository.js';
import type { CatalogChange, NotebookRow } from '../store/catalog/rows.js';
import { moveInDoubt } from './doubt.js';
import { cleanAttachment } from './attachment-texts.js';
import type { Step } from './import-line.js';
import { toKeptCells, type History } from './history.js';
import { findCells } from './identify-new.js';
import { isInTree, standsBeside, takeOut, type Bound, type Standing } from './import-tree.js';
import { noteChain } from './note.js';
import { toNotebookRow, toSnapshotRow } from './rows.js';
import {
  formatStored,
  keptPaths,
  notebookStatePath,
  TRAILERS,
  type KeptCell,
  type NotebookState,
} from './state.js';
import { toSubject } from './subject.js';
import { parseOrBlank } from './restore.js';
import type { CleanBytes } from './secrets.js';
import type { Attachment, Claim } from './take.js';

/** A state that is ready to be kept. */
export interface ReadyState {
  readonly kind: 'state';
  readonly step: Extract<Step, { kind: 'state' }>;
  readonly bound: Bound;
  readonly key: string;
  /** In the workspace, as `from` is. */
  readonly path: string;
  readonly from: string | undefined;
  /** What it was copied from: that notebook, and what it is called. */
  readonly origin: { readonly bound: Bound; readonly path: string } | undefined;
  readonly clean: CleanBytes;
  /** Of the commit's message, without secrets. */
  readonly subject: string;
  readonly body: string;
  readonly notebook: Notebook;
  readonly attach: ((claim: Claim) => Promise<Attachment>) | undefined;
}

/** A notebook that leaves the tree. */
export interface ReadyEnd {
  readonly kind: 'end';
  readonly step: Extract<Step, { kind: 'end' }>;
  readonly bound: Bound;
  readonly path: string;
}

export type Ready = ReadyState | ReadyEnd;

/** What kept states count. */
export interface Written {
  readonly snapshots: number;
  readonly runs: number;
}

interface Made {
  readonly commit: CommitParts;
  /** Where the snapshot's bytes are in the tree. */
  readonly place?: string;
  readonly state?: NotebookState;
  readonly beside?: boolean;
  readonly attachment?: Attachment | undefined;
}

/** Keeps states in their order as one chain of commits: all of them, or none. Call it within `exclusively`. */
export async function writeBatch(
  history: History,
  batch: readonly Ready[],
  standing: Standing,
): Promise<Written> {
  const { store } = history;
  const made: Made[] = [];
  for (const ready of batch) {
    if (ready.kind === 'end') {
      const end = await makeEnd(history, ready, standing);
      if (end !== undefined) made.push(end);
    } else made.push(await makeState(history, ready, standing));
  }
  if (made.length === 0) return { snapshots: 0, runs: 0 };
  const commits = await markLast(
    history,
    made.map(({ commit }) => commit),
  );
  return moveInDoubt(store, MAIN, async () => {
    const committed = await store.repository.commitMany({ ref: MAIN, commits });
    const change = made.map((each, at) => toRows(each, committed[at]));
    const snapshots = change.flatMap((each) => each.snapshots ?? []);
    const runs = change.flatMap((each) => each.runs ?? []);
    const notebooks = change.flatMap((each) => each.notebooks ?? []);
    await noteChain(history, MAIN, committed, { notebooks, snapshots, runs });
    return { snapshots: snapshots.length, runs: runs.length };
  });
}

/** Says in the last commit how far main holds everything, unless something waits in the journal to be sealed. */
async function markLast(
  { store }: History,
  commits: readonly CommitParts[],
): Promise<readonly CommitParts[]> {
  const through = store.lastNumber();
  await store.journal.settle();
  const last = commits.at(-1);
  if (last === undefined || store.journal.pending(0).some(({ number }) => number <= through))
    return commits;
  const trailers = new Map([...last.facts.trailers, [TRAILERS.through, String(through)] as const]);
  return [...commits.slice(0, -1), { ...last, facts: { ...last.facts, trailers } }];
}

function toRows(made: Made, committed: Committed | undefined): CatalogChange {
  const { place, state, beside, attachment } = made;
  if (committed === undefined || state === undefined || place === undefined) return {};
  const blob = committed.blobs.get(place) ?? '';
  const row = toSnapshotRow(state, { commit: committed.commit.oid, blob, line: 'main' });
  const notebook = toNotebookRow(state);
  return {
    notebooks: [beside === true ? { ...notebook, number: 0 } : notebook],
    snapshots: row === undefined ? [] : [row],
    runs: attachment?.rows ?? [],
  };
}

async function makeState(history: History, given: ReadyState, standing: Standing): Promise<Made> {
  const { store } = history;
  const ready = await cleanNow(history, given);
  const { step, bound, path, from } = ready;
  const { commit } = step;
  const id = store.newId();
  const number = store.nextNumber();
  const attached = await ready.attach?.({ snapshot: id, notebook: bound.id, number });
  const attachment = attached && (await cleanAttachment(history.secrets, attached));
  const { clean } = ready;
  const cells = toKeptCells(ready.notebook);
  const before = await findBefore(history, bound);
  if (bound.before === undefined) bound.origin ??= toOrigin(ready);
  if (from !== undefined)
    bound.formerPaths = [
      ...bound.formerPaths.filter((each) => each !== from && each !== path),
      from,
    ];
  const state: NotebookState = {
    format: 1,
    notebook: bound.id,
    number,
    path,
    formerPaths: [...bound.formerPaths],
    origin: bound.origin,
    snapshot: {
      id,
      number,
      time: new Date(commit.time).toISOString(),
      message: ready.subject === '' ? null : ready.subject,
      trigger: 'import',
      clean: null,
      parent: bound.before?.snapshot ?? null,
      restored: null,
      author: commit.author,
      kernel: ready.notebook.kernel,
      changed: before === undefined ? null : countChangedCells(before, cells),
      executions: [],
      runs: [...(attachment?.runs ?? [])],
      key: ready.key,
      size: clean.bytes.byteLength,
      cells: [...cells],
      imported: { commit: commit.commit, path: step.path, body: ready.body },
      redactions: [...clean.redactions],
    },
  };
  bound.before = { snapshot: id, cells };
  const beside = await standsBeside(history, bound, path);
  const kept = keptPaths(bound.id, id);
  const place = beside ? kept.bytes : path;
  const edits: FileEdit[] = [
    ...(from === undefined || beside ? [] : await takeOut(history, bound, from, standing)),
    { path: place, content: clean.bytes },
    { path: beside ? kept.state : notebookStatePath(bound.id), content: formatStored(state) },
    ...(attachment?.files ?? []),
  ];
  if (!beside) standing.set(path, bound);
  return {
    commit: { edits, facts: toFacts(state, ready, attachment) },
    place,
    state,
    beside,
    attachment,
  };
}

/** What was cleaned before a purge is cleaned again: it knows of more that must not be kept. */
async function cleanNow({ secrets }: History, ready: ReadyState): Promise<ReadyState> {
  const { clean: before, path } = ready;
  if (before.epoch === secrets.epoch) return ready;
  const now = await secrets.cleanBytes(before.bytes, path);
  const [subject = '', body = ''] = await secrets.cleanTexts([ready.subject, ready.body]);
  return {
    ...{ ...ready, subject, body },
    clean: { ...now, redactions: [...before.redactions, ...now.redactions] },
    notebook: now.redactions.length === 0 ? ready.notebook : parseOrBlank(now.bytes, path),
  };
}

function toFacts(
  state: NotebookState,
  { step: { commit }, subject: message, body }: ReadyState,
  attachment: Attachment | undefined,
): CommitParts['facts'] {
  const subject = toSubject({
    path: state.path,
    message,
    trigger: 'import',
    restored: false,
    metrics: attachment?.metrics ?? [],
  });
  const { snapshot } = state;
  return {
    author: commit.author,
    time: commit.time,
    subject: body === '' ? subject : `${subject}\n\n${body}`,
    trailers: new Map([
      [TRAILERS.snapshot, snapshot?.id ?? ''],
      [TRAILERS.notebook, state.notebook],
      ...(typeof snapshot?.parent === 'string'
        ? [[TRAILERS.parent, snapshot.parent] as const]
        : []),
      [TRAILERS.trigger, 'import'],
      [TRAILERS.imported, commit.commit],
    ]),
  };
}

/** What a copy names: the newest version of what it was copied from. */
function toOrigin({ origin }: ReadyState): NotebookRow['origin'] {
  const snapshot = origin?.bound.before?.snapshot;
  if (origin === undefined || snapshot === undefined) return null;
  return { notebook: origin.bound.id, path: origin.path, snapshot };
}

async function findBefore(
  history: History,
  bound: Bound,
): Promise<readonly KeptCell[] | undefined> {
  const { before } = bound;
  if (before === undefined || before.cells !== undefined) return before?.cells;
  const row = await history.store.catalog.findSnapshot(before.snapshot);
  return row && findCells(history.store, row);
}

async function makeEnd(
  history: History,
  { step, bound, path }: ReadyEnd,
  standing: Standing,
): Promise<Made | undefined> {
  const { store } = history;
  if (await standsBeside(history, bound, path)) return undefined;
  if (!standing.has(path) && !(await isInTree(history, path))) return undefined;
  const edits = await takeOut(history, bound, path, standing);
  if (edits.length === 0) return undefined;
  const { commit } = step;
  return {
    commit: {
      edits,
      facts: {
        author: commit?.author ?? store.author,
        time: commit?.time ?? store.now(),
        subject: `Delete ${path}`.replace(/\s+/g, ' '),
        trailers: new Map([
          [TRAILERS.notebook, bound.id],
          [TRAILERS.event, 'delete'],
          ...(commit === undefined ? [] : [[TRAILERS.imported, commit.commit] as const]),
        ]),
      },
    },
  };
}
