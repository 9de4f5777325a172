import { join } from 'node:path';

import { CellarError, isErrno } from '../errors.js';
import type { Catalog } from './catalog/catalog.js';
import { MAIN } from './create.js';
import type { Disk } from './disk/disk.js';
import { FORMAT_PATH, readFormat, readFormatAt, STORE_FORMAT, type Format } from './format.js';
import { parseCommit, type Commit } from './git/commit.js';
import type { Repository } from './git/repository.js';
import { surveyObjects } from './git/survey.js';
import { listMainCommits } from './newest-main.js';
import type { Places } from './places.js';

/** So far back one looks for a commit that can be read, before the versions themselves are asked. */
const MOST_BACK = 1_000;

/** To be shown, a store whose format cannot be read is taken for one that we know. */
const UNKNOWN_FORMAT: Format = { format: STORE_FORMAT, store: undefined };

/** Whether a store can be written: not while the way to what main holds is damaged. */
export type Condition =
  | { readonly kind: 'sound'; readonly format: Format }
  | {
      readonly kind: 'damaged';
      readonly format: Format;
      /** What is damaged and what to do, in words. */
      readonly reason: CellarError;
      /** The newest commit of main that can be read, which stands for main meanwhile; undefined where none can. */
      readonly standIn: string | undefined;
    };

/**
 * Finds out whether main can be built on; where it cannot, what is shown in its place. Where nothing of main can be read there is still
 * what the catalog and the journal say, and a repair that is given a backup. Throws store_newer.
 */
export async function judge(
  repository: Repository,
  catalog: Catalog,
  disk: Disk,
): Promise<Condition> {
  try {
    return { kind: 'sound', format: await readFormat(repository, MAIN) };
  } catch (error) {
    if (!isDamage(error)) throw error;
    const found = await findStandIn(repository, catalog, disk);
    const nothing = { standIn: undefined, format: UNKNOWN_FORMAT };
    const reason = toReason(repository, error.message);
    return { kind: 'damaged', ...(found ?? nothing), reason };
  }
}

/** As judge, at the opening: a store whose repair was ended in the midst waits for it to be gone on with. */
export async function judgeOpening(
  repository: Repository,
  catalog: Catalog,
  { places, disk }: { readonly places: Places; readonly disk: Disk },
): Promise<Condition> {
  const condition = await judge(repository, catalog, disk);
  if (condition.kind === 'damaged' || !(await isRepairing(places, disk))) return condition;
  const standIn = await repository.findRef(MAIN);
  if (standIn === undefined) return condition;
  const reason = toReason(repository, 'A repair of it was begun and not finished.');
  return { ...condition, kind: 'damaged', standIn, reason };
}

/** Is there from when a repair begins to replace what it found until it has written down what is lost. */
export function repairMarkerPath(places: Places): string {
  return join(places.state, 'repair.json');
}

async function isRepairing(places: Places, disk: Disk): Promise<boolean> {
  try {
    await disk.stat(repairMarkerPath(places));
    return true;
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR', 'EACCES')) return false;
    throw error;
  }
}

function toReason({ gitdir }: Repository, words: string): CellarError {
  const what = words.replace(/ *(Run "cellar verify|Restore the store from).*$/, '');
  return new CellarError(
    'store_damaged',
    `The store is damaged: ${what} What can be read is shown, and nothing is written to it. Run "cellar verify --repair".`,
    { path: gitdir },
  );
}

interface StandIn {
  readonly standIn: string;
  readonly format: Format;
}

async function findStandIn(
  repository: Repository,
  catalog: Catalog,
  disk: Disk,
): Promise<StandIn | undefined> {
  const commits = new Set<string>();
  for (const head of [
    await repository.findRef(MAIN).catch(() => undefined),
    (await catalog.position())[MAIN],
  ])
    for await (const oid of listBack(repository, head)) commits.add(oid);
  const rows = (await catalog.rows()).snapshots.filter(({ line }) => line === 'main');
  for (const { commit } of [...rows].sort((a, b) => b.number - a.number)) commits.add(commit);
  // Where nobody knows where main was, all objects are read for it.
  return (
    (await findReadable(repository, commits)) ??
    (await findReadable(repository, await searchMain(repository.gitdir, disk)))
  );
}

/** A commit and those before it, as far as they can be read. */
async function* listBack(
  repository: Repository,
  head: string | undefined,
): AsyncGenerator<string, void> {
  let at = head;
  for (let count = 0; at !== undefined && count < MOST_BACK; count += 1) {
    yield at;
    at = await repository.readCommit(at).then(
      ({ parents }) => parents[0],
      () => undefined,
    );
  }
}

async function searchMain(gitdir: string, disk: Disk): Promise<readonly string[]> {
  const commits = new Map<string, Commit>();
  await surveyObjects(gitdir, {
    disk,
    signal: new AbortController().signal,
    report: () => undefined,
    visit: ({ type, oid, content }) => {
      if (type === 'commit') commits.set(oid, parseCommit(oid, content));
    },
  });
  return listMainCommits(commits);
}

/**
 * The first whose format can be read; where none is, since all commits share the one file that says it, the first whose folders can:
 * to be shown, it is taken for a format that we know.
 */
async function findReadable(
  repository: Repository,
  commits: Iterable<string>,
): Promise<StandIn | undefined> {
  let second: StandIn | undefined;
  for (const standIn of commits) {
    try {
      return { standIn, format: await readFormatAt(repository, standIn) };
    } catch (error) {
      if (!isDamage(error)) throw error;
      second ??= await findShown(repository, standIn);
    }
  }
  return second;
}

async function findShown(repository: Repository, standIn: string): Promise<StandIn | undefined> {
  try {
    const { tree } = await repository.readCommit(standIn);
    if ((await repository.findEntry(tree, FORMAT_PATH)) === undefined) return undefined;
    return { standIn, format: UNKNOWN_FORMAT };
  } catch (error) {
    if (isDamage(error)) return undefined;
    throw error;
  }
}

function isDamage(error: unknown): error is CellarError {
  return error instanceof CellarError && error.code === 'store_damaged';
}
