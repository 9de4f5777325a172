import { CellarError } from '../errors.js';
import type { CatalogChange } from '../store/catalog/rows.js';
import { MAIN } from '../store/create.js';
import type { CommitRequest, Committed, FileEdit } from '../store/git/repository.js';
import type { JournalRecord } from '../store/journal/journal.js';
import type { Store } from '../store/store.js';
import { moveInDoubt } from './doubt.js';
import type { History } from './history.js';
import { noteChain } from './note.js';
import type { ReadSealed, Recorder } from './recorder.js';
import { TRAILERS } from './state.js';

/** A commit of main before the pending records are added to it. */
export type MainCommit = Pick<CommitRequest, 'edits' | 'facts'>;

/**
 * Adds a commit to main which seals every record that was acknowledged before; call it within `exclusively`. `toChange` gives the
 * rows of the commit's own edits. Durable when it returns.
 */
export async function commitToMain(
  history: History,
  request: MainCommit,
  toChange: (committed: Committed) => CatalogChange,
): Promise<Committed> {
  const [committed] = await commitChainToMain(history, [request], ([only]) =>
    only === undefined ? {} : toChange(only),
  );
  if (committed === undefined) throw new RangeError('one commit was asked for');
  return committed;
}

/** The same for a chain of commits, of which the last one seals: all of them, or none. */
export async function commitChainToMain(
  history: History,
  chain: readonly MainCommit[],
  toChange: (committed: readonly Committed[]) => CatalogChange,
): Promise<readonly Committed[]> {
  const last = chain.at(-1);
  if (last === undefined) return [];
  const gathered = await gather(history, last.edits);
  const first = chain.slice(0, -1);
  return commitGathered(history, { first, facts: last.facts, gathered }, toChange);
}

/** Seals the pending records in a commit of their own; false when there was none. Rejects where nothing can be written. */
export function sealPending(history: History): Promise<boolean> {
  return history.store.exclusively(() => sealNow(history));
}

/** The same for who is within `exclusively` already. */
export async function sealNow(history: History): Promise<boolean> {
  const { store } = history;
  const gathered = await gather(history, []);
  if (gathered.sealed.length === 0) return false;
  const facts = {
    author: store.author,
    time: store.now(),
    subject: `Seal ${describeKinds(gathered.sealed)}`,
    trailers: new Map<string, string>(),
  };
  await commitGathered(history, { first: [], facts, gathered }, () => ({}));
  return true;
}

const sealing = new WeakSet<History>();

/** Seals in the background unless that is going on; a failure is reported, and the records stay in the journal. */
export function sealSoon(history: History): void {
  if (sealing.has(history)) return;
  sealing.add(history);
  sealPending(history)
    .catch(history.store.report)
    .finally(() => sealing.delete(history));
}

interface Gathered {
  /** Everything up to this number is in git with the commit. */
  readonly through: number;
  readonly edits: readonly FileEdit[];
  readonly sealed: readonly JournalRecord[];
}

/** The edits of a commit together with those that seal what is pending. */
async function gather(history: History, own: readonly FileEdit[]): Promise<Gathered> {
  const { store } = history;
  // Every number up to this one has been given, so its record is in the journal or on its way there.
  let through = store.lastNumber();
  await store.journal.settle();
  for (;;) {
    const sealed = store.journal.pending(0).filter(({ number }) => number <= through);
    const edits = new Map(own.map((edit) => [edit.path, edit]));
    const stuck = await addSeals(history, sealed, edits);
    if (stuck === undefined) return { through, edits: [...edits.values()], sealed };
    // What cannot be sealed keeps its place in the journal, and so does what came after it; a snapshot must not fail for it.
    through = stuck - 1;
  }
}

/** Adds the edits that seal these records; gives the number of the first that could not be sealed. */
async function addSeals(
  history: History,
  records: readonly JournalRecord[],
  edits: Map<string, FileEdit>,
): Promise<number | undefined> {
  const read = readThrough(history.store, edits);
  for (const [kind, group] of toKinds(records)) {
    const recorder = history.recorders.find((each) => each.kind === kind);
    const made = await makeEdits(history.store, recorder, { kind, records: group, read });
    if (made === undefined) return group[0]?.number;
    for (const edit of made) edits.set(edit.path, edit);
  }
  return undefined;
}

async function makeEdits(
  store: Store,
  recorder: Recorder | undefined,
  of: {
    readonly kind: string;
    readonly records: readonly JournalRecord[];
    readonly read: ReadSealed;
  },
): Promise<readonly FileEdit[] | undefined> {
  try {
    if (recorder !== undefined) return await recorder.seal(store, of.records, of.read);
    throw new CellarError('store_damaged', `The journal holds records of an unknown kind.`);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    store.report(
      new CellarError(
        'store_damaged',
        `Records of the kind ${JSON.stringify(of.kind)} stay in ${store.places.journal}, since they could not be put into git: ${reason}`,
        { path: store.places.journal },
        { cause: error },
      ),
    );
    return undefined;
  }
}

/** Reads main's tree as it will be with these edits. */
function readThrough(store: Store, edits: ReadonlyMap<string, FileEdit>): ReadSealed {
  const { repository } = store;
  const tree = repository
    .findRef(MAIN)
    .then((head) => (head === undefined ? undefined : repository.readCommit(head)));
  // Rejects where it is asked for, if at all.
  tree.catch(() => undefined);
  return async (path) => {
    const edit = edits.get(path);
    if (edit?.content === null) return undefined;
    if (edit?.content instanceof Uint8Array) return Buffer.from(edit.content);
    const base = await tree;
    const oid =
      edit?.content.oid ??
      (base === undefined ? undefined : await repository.findEntry(base.tree, path));
    return oid === undefined ? undefined : repository.readBlob(oid);
  };
}

/** Commits what was gathered, after the commits that come first. */
async function commitGathered(
  history: History,
  {
    first,
    facts,
    gathered,
  }: {
    readonly first: readonly MainCommit[];
    readonly facts: MainCommit['facts'];
    readonly gathered: Gathered;
  },
  toChange: (committed: readonly Committed[]) => CatalogChange,
): Promise<readonly Committed[]> {
  const { store } = history;
  const { through, edits } = gathered;
  const trailers = new Map([...facts.trailers, [TRAILERS.through, String(through)] as const]);
  const commits = [...first, { edits, facts: { ...facts, trailers } }];
  const committed = await moveInDoubt(store, MAIN, async () => {
    const made = await store.repository.commitMany({ ref: MAIN, commits });
    await noteChain(history, MAIN, made, toChange(made));
    return made;
  });
  // It is in git: that the journal's files stay until the next time harms nothing.
  await store.journal.seal(through).catch(store.report);
  return committed;
}

function toKinds(records: readonly JournalRecord[]): ReadonlyMap<string, readonly JournalRecord[]> {
  const kinds = new Map<string, JournalRecord[]>();
  for (const each of records) {
    const list = kinds.get(each.kind) ?? [];
    list.push(each);
    kinds.set(each.kind, list);
  }
  return kinds;
}

/** "points (3), pin (1)" */
function describeKinds(records: readonly JournalRecord[]): string {
  return [...toKinds(records)].map(([kind, list]) => `${kind} (${list.length})`).join(', ');
}
