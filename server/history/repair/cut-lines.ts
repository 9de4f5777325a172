import { CellarError } from '../../errors.js';
import { MAIN } from '../../store/create.js';
import { formatCommit, type Commit } from '../../store/git/commit.js';
import type { Unread } from '../../store/git/follow.js';
import { toObject } from '../../store/git/object.js';
import { listMainCommits } from '../../store/newest-main.js';
import { AUTO_PREFIX } from '../catch-up.js';
import { subjectOf } from '../message.js';
import { TRAILERS } from '../state.js';
import { put, type Mending } from './mending.js';

/**
 * Leads around commits that are lost for good. On main the commit after one begins history anew for git (see cutAt), and what was before
 * it is joined to main again by a commit with two parents: no commit is written anew, so clones stay what they are. An automatic day is
 * written anew, as it is when it thins out.
 */
export async function cutLines(
  mending: Mending,
  unread: ReadonlyMap<string, Unread>,
): Promise<void> {
  const after = new Map<string, string[]>();
  for (const { kind, ref, commit } of unread.values())
    if (kind === 'commit' && commit !== undefined)
      after.set(ref, [...(after.get(ref) ?? []), commit]);
  for (const [ref, commits] of after)
    if (ref === MAIN) await joinMain(mending, commits);
    else if (ref.startsWith(AUTO_PREFIX)) await rechain(mending, ref);
    // A tag, or a branch of somebody's own.
    else await mending.repository.cutAt(commits);
}

async function joinMain(mending: Mending, after: readonly string[]): Promise<void> {
  const { repository, pool, history } = mending;
  const tip = await repository.findRef(MAIN);
  const head = tip === undefined ? undefined : pool.commits.get(tip);
  if (head === undefined) return;
  const older: string[] = [];
  const reached = new Set<string>();
  const broken = new Set(after);
  reach(mending, head.oid, { reached, broken });
  for (const oid of listMainCommits(pool.commits)) {
    if (reached.has(oid)) continue;
    older.push(oid);
    reach(mending, oid, { reached, broken });
  }
  if (older.length > 0) {
    const commit = toObject(
      'commit',
      formatCommit({
        tree: head.tree,
        parents: [head.oid, ...older],
        author: history.store.author,
        time: history.store.now(),
        subject: 'Join the history from before a lost commit',
        trailers: new Map(),
      }),
    );
    await put(mending, [commit]);
    if (!(await repository.replaceRef(MAIN, head.oid, commit.oid))) throw busy(mending, MAIN);
  }
  // Last: until then whoever looks finds what has to be joined.
  await repository.cutAt([...broken]);
  mending.note(MAIN, 'history goes around what is lost of it');
}

/** Notes a commit and all before it; of these as broken those that come after one that is lost. */
function reach(
  { pool, sound }: Mending,
  start: string,
  { reached, broken }: { readonly reached: Set<string>; readonly broken: Set<string> },
): void {
  const waiting = [start];
  for (let oid = waiting.pop(); oid !== undefined; oid = waiting.pop()) {
    const commit = pool.commits.get(oid);
    if (commit === undefined || reached.has(oid)) continue;
    reached.add(oid);
    if (commit.parents.some((parent) => !sound.has(parent))) broken.add(oid);
    waiting.push(...commit.parents);
  }
}

/** What can be read of a day, in the order of its versions. */
async function rechain(mending: Mending, ref: string): Promise<void> {
  const { repository, aside, pool, sound } = mending;
  const head = await repository.findRef(ref);
  if (head === undefined) return;
  const rows = (await mending.history.store.catalog.rows()).snapshots;
  const ids = new Set(rows.map(({ id }) => id));
  const idOf = ({ trailers }: Commit): string => trailers.get(TRAILERS.snapshot) ?? '';
  const isOfDay = (commit: Commit): boolean =>
    ids.has(idOf(commit)) &&
    !commit.trailers.has(TRAILERS.through) &&
    sound.has(commit.tree) &&
    ref.endsWith(new Date(commit.time).toISOString().slice(0, 10));
  // A day that thinned out has left commits of the same versions behind: any of them will do.
  const own = new Map([...pool.commits.values()].filter(isOfDay).map((each) => [idOf(each), each]));
  const replaced: string[] = [];
  for (
    let at = pool.commits.get(head);
    at !== undefined;
    at = pool.commits.get(at.parents[0] ?? '')
  ) {
    own.set(idOf(at), at);
    replaced.push(at.oid);
  }
  const chain = [...own.values()].sort((a, b) => (idOf(a) < idOf(b) ? -1 : 1));
  const commits = chain.map((commit) => ({
    baseTree: commit.tree,
    edits: [],
    facts: {
      author: commit.author,
      time: commit.time,
      subject: subjectOf(commit),
      trailers: commit.trailers,
    },
  }));
  const made = await repository.commitMany({
    ref,
    commits,
    instead: { expected: head, parent: undefined },
  });
  for (const { commit } of made) {
    sound.add(commit.oid);
    pool.commits.set(commit.oid, commit);
  }
  const kept = new Set(made.map(({ commit }) => commit.oid));
  // They lead to the lost one, which would be damage to git also where nothing leads to them. Those in packs stay.
  for (const oid of replaced)
    if (!kept.has(oid))
      await aside.move(
        `store.git/objects/${oid.slice(0, 2)}/${oid.slice(2)}`,
        'the day was written anew without a commit that is lost',
      );
  mending.note(ref, 'it was written anew without a commit that is lost');
}

function busy({ repository }: Mending, ref: string): CellarError {
  return new CellarError('store_busy', `${ref} was moved by another program. Try again.`, {
    path: repository.gitdir,
  });
}
