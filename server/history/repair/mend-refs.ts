import { join } from 'node:path';

import { CellarError } from '../../errors.js';
import { MAIN } from '../../store/create.js';
import { writeDurable } from '../../store/disk/durable.js';
import { putRef } from '../../store/git/ref.js';
import type { Commit } from '../../store/git/commit.js';
import type { FoundRef, RefsFound } from '../../store/git/inspect-refs.js';
import type { CatalogPosition, SnapshotRow } from '../../store/catalog/rows.js';
import { listMainCommits } from '../../store/newest-main.js';
import { AUTO_PREFIX, dayRef } from '../catch-up.js';
import { refsOf } from '../passed-over.js';
import { TRAILERS } from '../state.js';
import type { Mending } from './mending.js';

/** What is known of where refs were. */
export interface RefClues {
  readonly position: CatalogPosition;
  readonly rows: readonly SnapshotRow[];
}

/**
 * Sets each ref that leads to nothing, or is gone, to its newest commit that can be read; a ref of somebody else's, of which nothing is
 * known, is put aside. Throws store_damaged where no commit of main is left.
 */
export async function mendRefs(mending: Mending, found: RefsFound, clues: RefClues): Promise<void> {
  await mendHead(mending, found);
  await mendPacked(mending, found);
  const known = new Map(found.refs.map((each) => [each.ref, each]));
  for (const ref of new Set([MAIN, ...refsOf(clues.position), ...known.keys()])) {
    const now = known.get(ref) ?? { ref, oid: undefined, isLoose: false, packed: undefined };
    if (now.oid !== undefined && mending.sound.has(now.oid)) continue;
    const target = findTarget(mending, ref, clues);
    if (target === undefined && ref === MAIN)
      throw new CellarError(
        'store_damaged',
        `No commit of main can be read in ${mending.repository.gitdir}. Run the repair with --from and a backup or a clone of the store, or bring the store back from a backup (see docs/backup.md).`,
        { path: mending.repository.gitdir },
      );
    await setRef(mending, now, target);
  }
  await dropImpostors(mending, found, clues.position);
}

async function mendHead({ aside, history, note }: Mending, { damaged }: RefsFound): Promise<void> {
  if (!damaged.some(({ path }) => path === 'HEAD')) return;
  const { places, disk } = history.store;
  await aside.copy('store.git/HEAD', 'it did not name the branch main');
  await writeDurable(join(places.git, 'HEAD'), `ref: ${MAIN}\n`, undefined, disk);
  note('HEAD', 'it names the branch main again');
}

/** Writes what can be read of it anew. */
async function mendPacked({ aside, history, note }: Mending, found: RefsFound): Promise<void> {
  const damage = found.damaged.find(({ path }) => path === 'packed-refs');
  if (damage === undefined) return;
  const { places, disk } = history.store;
  const packed = found.refs.flatMap(({ ref, packed: oid }) =>
    oid === undefined ? [] : [{ ref, oid }],
  );
  const lines = packed
    .sort((a, b) => (a.ref < b.ref ? -1 : 1))
    .map(({ ref, oid }) => `${oid} ${ref}\n`);
  await aside.copy('store.git/packed-refs', damage.reason);
  const text = `# pack-refs with: sorted \n${lines.join('')}`;
  await writeDurable(join(places.git, 'packed-refs'), text, undefined, disk);
  note('packed-refs', 'what can be read of it was written anew');
}

async function setRef(
  { repository, aside, history, note }: Mending,
  { ref, oid, packed }: FoundRef,
  target: string | undefined,
): Promise<void> {
  const { places, disk } = history.store;
  const file = `store.git/${ref}`;
  const reason = oid === undefined ? 'it holds no name of an object' : `${oid} is missing`;
  if (target === undefined) {
    await aside.move(file, reason);
    // With its own file away a ref is what git has packed of it.
    if (packed !== undefined) await repository.deleteRef(ref, packed);
    note(ref, 'it was put aside: nothing that it led to can be read');
    return;
  }
  await aside.copy(file, reason);
  await putRef(places.git, ref, target, disk);
  note(ref, `it leads to ${target} again, the newest commit that can be read`);
}

/** A damaged letter of packed-refs makes a ref of another name, which nobody gave. */
async function dropImpostors(
  { repository, aside, note }: Mending,
  { refs }: RefsFound,
  position: CatalogPosition,
): Promise<void> {
  const known = new Set(refs.map(({ ref }) => ref));
  const gone = refsOf(position).filter((ref) => !known.has(ref));
  for (const { ref, oid, isLoose } of refs) {
    const real = gone.find((each) => position[each] === oid);
    if (oid === undefined || real === undefined || position[ref] !== undefined) continue;
    await aside.copy(`store.git/${isLoose ? ref : 'packed-refs'}`, 'it gave a ref a damaged name');
    if (await repository.deleteRef(ref, oid)) note(ref, `it was ${real} under a damaged name`);
  }
}

function findTarget({ pool, sound }: Mending, ref: string, clues: RefClues): string | undefined {
  const { commits } = pool;
  const position = clues.position[ref];
  const start = position !== undefined && sound.has(position) ? position : undefined;
  if (ref === MAIN) {
    const main = listMainCommits(commits);
    const after = start === undefined ? undefined : listAfter(start, commits);
    return main.find((oid) => after?.has(oid) ?? true);
  }
  if (!ref.startsWith(AUTO_PREFIX)) return start;
  return newestOfDay(ref, start, { commits, rows: clues.rows });
}

/** The catalog may have been written before the last versions came: what goes on from where it was is of the day, too. */
function newestOfDay(
  ref: string,
  start: string | undefined,
  {
    commits,
    rows,
  }: { readonly commits: ReadonlyMap<string, Commit>; readonly rows: readonly SnapshotRow[] },
): string | undefined {
  const own = rows
    .filter(
      ({ line, time, commit }) => line === 'auto' && dayRef(time) === ref && commits.has(commit),
    )
    .sort((a, b) => b.number - a.number);
  const from = start ?? own[0]?.commit;
  const idOf = (oid: string): string => commits.get(oid)?.trailers.get(TRAILERS.snapshot) ?? '';
  const isOfDay = ({ time, trailers }: Commit): boolean =>
    trailers.has(TRAILERS.snapshot) &&
    !trailers.has(TRAILERS.through) &&
    dayRef(new Date(time).toISOString()) === ref;
  const candidates =
    from === undefined
      ? [...commits.values()].filter(isOfDay).map(({ oid }) => oid)
      : [...listAfter(from, commits)];
  return candidates.sort((a, b) => (idOf(a) < idOf(b) ? 1 : -1))[0];
}

/** A commit and all that go on from it. */
function listAfter(start: string, commits: ReadonlyMap<string, Commit>): ReadonlySet<string> {
  const children = new Map<string, string[]>();
  for (const { oid, parents } of commits.values())
    for (const parent of parents) children.set(parent, [...(children.get(parent) ?? []), oid]);
  const after = new Set([start]);
  for (const oid of after) for (const child of children.get(oid) ?? []) after.add(child);
  return after;
}
