import type { RunRow, SnapshotRow } from '../../store/catalog/rows.js';
import { formatCommit } from '../../store/git/commit.js';
import { toObject, type GitObject } from '../../store/git/object.js';
import { listMainCommits } from '../../store/newest-main.js';
import { orNothing } from '../changed-files.js';
import { TRAILERS } from '../state.js';
import { toSubject } from '../subject.js';
import type { Mending } from './mending.js';
import type { Source } from './source.js';

/** What may come before a lost commit, and the folders that it may have named. */
const MOST_PARENTS = 1_000;
const MOST_TREES = 20;
/** Records that were given a number between that of a version and its commit. */
const MOST_BETWEEN = 32;

interface Clues {
  readonly parents: readonly (readonly string[])[];
  readonly trees: readonly string[];
}

/** Commits of versions, out of what the catalog knows of them, what nothing comes after, and the folders that no other commit names. */
export const rebuildCommits: Source = async function* (mending, wanted) {
  const rows = [...wanted.values()].flatMap(({ kind, row }) =>
    kind === 'commit' && row !== undefined ? [row] : [],
  );
  if (rows.length === 0) return;
  const clues = { parents: listParents(mending), trees: await listTrees(mending) };
  for (const row of rows) {
    mending.signal.throwIfAborted();
    const runs = await mending.history.store.catalog.runsById(row.runs);
    const object = searchCommit(row, [...runs.values()], clues);
    if (object !== undefined) yield { object, how: 'made anew from what the catalog knows of it' };
  }
};

/** Commits that no sound one follows: of each line its newest, and the one before what was lost. None is the first of a line. */
function listParents({ pool }: Mending): Clues['parents'] {
  const newest = [...pool.commits.keys()].filter((oid) => !pool.isNamed(oid));
  const main = listMainCommits(pool.commits).slice(0, MOST_BETWEEN);
  return [[], ...[...new Set([...newest, ...main])].slice(0, MOST_PARENTS).map((oid) => [oid])];
}

/** Folders of whole trees that no commit names. */
async function listTrees({ repository, sound, pool }: Mending): Promise<readonly string[]> {
  const trees: string[] = [];
  for (const oid of sound.values()) {
    if (pool.isNamed(oid) || pool.commits.has(oid)) continue;
    const tree = await orNothing(repository.readTree(oid));
    if (tree?.has('.cellar') === true) trees.push(oid);
    if (trees.length >= MOST_TREES) break;
  }
  return trees;
}

function searchCommit(
  row: SnapshotRow,
  runs: readonly RunRow[],
  { parents, trees }: Clues,
): GitObject | undefined {
  const time = Date.parse(row.time);
  for (const subject of listSubjects(row, runs))
    for (const trailers of listTrailers(row))
      for (const tree of trees)
        for (const before of parents) {
          const facts = { author: row.author, time, subject, trailers, tree, parents: before };
          const object = toObject('commit', formatCommit(facts));
          if (object.oid === row.commit) return object;
        }
  return undefined;
}

function listSubjects(row: SnapshotRow, runs: readonly RunRow[]): readonly string[] {
  const { path, message, trigger } = row;
  const metrics = runs.flatMap((run) =>
    Object.entries(run.metrics).map(([name, { value }]) => [name, value] as const),
  );
  const facts = { path, message, trigger, restored: row.restored !== null };
  return [...new Set([toSubject({ ...facts, metrics }), toSubject({ ...facts, metrics: [] })])];
}

/** On main they say through which number everything is in git: its own or, where others were given out meanwhile, a higher one. */
function* listTrailers(row: SnapshotRow): Generator<ReadonlyMap<string, string>> {
  const trailers = new Map<string, string>([
    [TRAILERS.snapshot, row.id],
    [TRAILERS.notebook, row.notebook],
    ...(row.parent === null ? [] : [[TRAILERS.parent, row.parent] as const]),
    [TRAILERS.trigger, row.trigger],
  ]);
  if (row.line === 'auto') yield trailers;
  else
    for (let through = row.number; through < row.number + MOST_BETWEEN; through += 1)
      yield new Map([...trailers, [TRAILERS.through, String(through)]]);
}
