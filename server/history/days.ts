import type { SnapshotRow } from '../store/catalog/rows.js';
import type { Commit } from '../store/git/commit.js';
import type { CommitParts } from '../store/git/repository.js';
import { CellarError } from '../errors.js';
import { catchUp } from './catch-up.js';
import { moveInDoubt } from './doubt.js';
import type { History } from './history.js';
import { subjectOf } from './message.js';
import { listPassedOver, withoutRefs } from './passed-over.js';
import { TRAILERS } from './state.js';

/**
 * Takes snapshots out of a day's line: those that stay keep their trees, times and trailers. A day of which nothing stays goes. Whole or
 * not at all, whenever the process ends. `findGoing` tells which of the day's snapshots go. False when there are none. Call it within `exclusively`.
 */
export async function rewriteDay(
  history: History,
  ref: string,
  findGoing: (snapshots: readonly string[]) => Promise<{ has(id: string): boolean }>,
): Promise<boolean> {
  const { repository, catalog } = history.store;
  const head = await repository.findRef(ref);
  if (head === undefined) return false;
  if (head !== (await catalog.position())[ref]) await catchUp(history);
  const split = await splitLine(history, head, findGoing);
  if (split === undefined) return false;
  const { parent, staying } = split;
  await moveInDoubt(history.store, ref, async () => {
    const fresh = await moveDay(history, { ref, head, parent, staying });
    const rows = await toRows(history, staying, fresh);
    await noteDay(history, { ref, head: fresh.at(-1) ?? parent }, rows);
  });
  return true;
}

/** What a day's ref would lead to without these snapshots, as far as it is there already; undefined when the day holds none of them. */
export async function planDay(
  history: History,
  ref: string,
  going: ReadonlySet<string>,
): Promise<readonly string[] | undefined> {
  const head = await history.store.repository.findRef(ref);
  if (head === undefined) return undefined;
  const split = await splitLine(history, head, () => Promise.resolve(going));
  if (split === undefined) return undefined;
  const { parent, staying } = split;
  return [...(parent === undefined ? [] : [parent]), ...staying.map(({ tree }) => tree)];
}

/** A day from its first snapshot that goes: the commit before it, and what stays after it; undefined when none goes. */
async function splitLine(
  history: History,
  head: string,
  findGoing: Parameters<typeof rewriteDay>[2],
): Promise<
  { readonly parent: string | undefined; readonly staying: readonly Commit[] } | undefined
> {
  const commits = await readLine(history, head);
  const going = await findGoing(commits.map(snapshotOf));
  const isGoing = (commit: Commit): boolean => going.has(snapshotOf(commit));
  const first = commits.findIndex(isGoing);
  if (first < 0) return undefined;
  return {
    parent: commits[first - 1]?.oid,
    staying: commits.slice(first).filter((commit) => !isGoing(commit)),
  };
}

/** The snapshot that a commit names; "" where it names none. */
function snapshotOf({ trailers }: Commit): string {
  return trailers.get(TRAILERS.snapshot) ?? '';
}

/** The commits of a ref, oldest first. */
async function readLine({ store }: History, head: string): Promise<readonly Commit[]> {
  const commits: Commit[] = [];
  for (let at: string | undefined = head; at !== undefined;) {
    const commit: Commit = await store.repository.readCommit(at);
    commits.push(commit);
    [at] = commit.parents;
  }
  return commits.reverse();
}

/** The new commits, in the order of those that stay. */
async function moveDay(
  { store }: History,
  day: {
    readonly ref: string;
    readonly head: string;
    readonly parent: string | undefined;
    readonly staying: readonly Commit[];
  },
): Promise<readonly string[]> {
  const { repository } = store;
  const { ref, head, parent, staying } = day;
  if (staying.length > 0) {
    const commits = staying.map(toParts);
    const instead = { expected: head, parent };
    const made = await repository.commitMany({ ref, commits, instead });
    return made.map(({ commit }) => commit.oid);
  }
  const moved =
    parent === undefined
      ? await repository.deleteRef(ref, head)
      : await repository.replaceRef(ref, head, parent);
  if (!moved)
    throw new CellarError('store_busy', `${ref} was moved by another program.`, {
      path: repository.gitdir,
    });
  return [];
}

function toParts(commit: Commit): CommitParts {
  const { tree, author, time, trailers } = commit;
  return {
    baseTree: tree,
    edits: [],
    facts: { author, time, subject: subjectOf(commit), trailers },
  };
}

/** The rows of those that stay, with their new commits. */
async function toRows(
  { store }: History,
  staying: readonly Commit[],
  fresh: readonly string[],
): Promise<SnapshotRow[]> {
  const rows = await store.catalog.snapshotsById(staying.map(snapshotOf));
  return staying.flatMap((each, index) => {
    const row = rows.get(snapshotOf(each));
    const commit = fresh[index];
    return row?.line === 'auto' && commit !== undefined ? [{ ...row, commit }] : [];
  });
}

/** Puts a rewritten day's rows into the catalog, and where it leads to now; undefined: it is gone. */
async function noteDay(
  history: History,
  { ref, head }: { readonly ref: string; readonly head: string | undefined },
  snapshots: readonly SnapshotRow[],
): Promise<void> {
  const { catalog } = history.store;
  const before = await catalog.position();
  const others = withoutRefs(before, new Set([ref]));
  // Commits of it that were passed over have other names now: all of it is indexed once more.
  const isWhole = listPassedOver(before).every((each) => each.ref !== ref);
  await catalog.apply(
    { snapshots },
    isWhole && head !== undefined ? { ...others, [ref]: head } : others,
  );
  if (!isWhole) await catchUp(history);
}
