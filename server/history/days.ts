import type { CatalogPosition, SnapshotRow } from '../store/catalog/rows.js';
import type { Commit } from '../store/git/commit.js';
import type { CommitParts } from '../store/git/repository.js';
import { CellarError } from '../errors.js';
import { catchUp } from './catch-up.js';
import type { History } from './history.js';
import { subjectOf } from './message.js';
import { replay } from './replay.js';
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
  if (head !== (await catalog.position())[ref]) {
    await catchUp(history.store, history.indexers);
    await replay(history);
  }
  const commits = await readLine(history, head);
  const going = await findGoing(commits.map(snapshotOf));
  const isGoing = (commit: Commit): boolean => going.has(snapshotOf(commit));
  const first = commits.findIndex(isGoing);
  if (first < 0) return false;
  const parent = commits[first - 1]?.oid;
  const staying = commits.slice(first).filter((commit) => !isGoing(commit));
  const fresh = await moveDay(history, { ref, head, parent, staying });
  await catalog.apply(
    { snapshots: await toRows(history, staying, fresh) },
    withRef(await catalog.position(), ref, fresh.at(-1) ?? parent),
  );
  return true;
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

function withRef(
  position: CatalogPosition,
  ref: string,
  commit: string | undefined,
): CatalogPosition {
  const { [ref]: _, ...others } = position;
  return commit === undefined ? others : { ...others, [ref]: commit };
}
