import { CellarError } from '../errors.js';
import { MAIN } from '../store/create.js';
import type { CatalogPosition } from '../store/catalog/rows.js';
import type { Repository } from '../store/git/repository.js';
import { refsOf } from './passed-over.js';
import { Pauses } from './pauses.js';

interface NewCommits {
  readonly ref: string;
  /** Oldest first. */
  readonly commits: readonly string[];
}

/** What refs have beyond a position. */
export interface NewLines {
  readonly lines: readonly NewCommits[];
  /** Refs that were rewritten or are gone; what they have now is in `lines`. */
  readonly lost: readonly string[];
}

/** Git's file of several refs, told as one that cannot be read where it is damaged. */
const PACKED = 'packed-refs';

/** The refs that are read, and those that are there and cannot be. */
export interface ReadableRefs {
  readonly refs: ReadonlyMap<string, string>;
  readonly unread: ReadonlySet<string>;
  /** Refs of no history. */
  readonly others: ReadonlyMap<string, string>;
}

/** Main and the refs below `prefix`; a damaged one is told to `report`. */
export async function listReadable(
  repository: Repository,
  prefix: string,
  report: (error: unknown) => void,
): Promise<ReadableRefs> {
  const unread = new Set<string>();
  const skip = (ref: string, error: unknown): void => {
    if (!isDamage(error)) throw error;
    unread.add(ref);
    report(error);
  };
  const all = new Map(await repository.listRefs('refs/', skip));
  // What stands for a damaged main is listed nowhere.
  const main = await repository.findRef(MAIN).catch(() => undefined);
  if (main !== undefined) all.set(MAIN, main);
  const isHistory = (ref: string): boolean => ref === MAIN || ref.startsWith(prefix);
  return {
    refs: new Map([...all].filter(([ref]) => isHistory(ref))),
    others: new Map([...all].filter(([ref]) => !isHistory(ref))),
    unread,
  };
}

/**
 * The commits of each ref after the position; undefined when everything has to be read anew: the position on main is no ancestor of
 * main any more, or two lines were put together. A ref that leads to nothing readable stays as it was; one whose line is broken is
 * read from there on.
 */
export async function findNew(
  repository: Repository,
  found: ReadableRefs,
  position: CatalogPosition,
  report: (error: unknown) => void,
): Promise<NewLines | undefined> {
  const { refs } = found;
  const lines: NewCommits[] = [];
  const lost = refsOf(position).filter((ref) => isGone(ref, found, position));
  for (const [ref, head] of refs) {
    const known = position[ref];
    if (known === undefined && isImpostor(head, found, position)) continue;
    const line = await readLine(repository, head, known);
    if (line.broken !== undefined) report(line.broken);
    if (known !== undefined && line.isJoined) return undefined;
    if (known !== undefined && line.end === 'root') lost.push(ref);
    if (line.commits.length > 0 || line.end !== 'broken')
      lines.push({ ref, commits: line.commits });
  }
  return lost.includes(MAIN) ? undefined : { lines, lost };
}

/**
 * A ref that can be read nowhere was deleted; not so one that is there and damaged, or whose commit a name has that nobody gave: a
 * damaged letter makes such a one.
 */
function isGone(
  ref: string,
  { refs, others, unread }: ReadableRefs,
  position: CatalogPosition,
): boolean {
  if (refs.has(ref) || unread.has(ref) || unread.has(PACKED)) return false;
  const isElsewhere = ([other, oid]: readonly [string, string]): boolean =>
    oid === position[ref] && position[other] === undefined;
  return ![...refs, ...others].some(isElsewhere);
}

/** A new ref at the commit of one that is gone is that one under a damaged name: what it leads to is known. */
function isImpostor(
  head: string,
  { refs, unread }: ReadableRefs,
  position: CatalogPosition,
): boolean {
  return refsOf(position).some(
    (ref) => !refs.has(ref) && !unread.has(ref) && position[ref] === head,
  );
}

interface ReadLine {
  /** Oldest first; before a commit with several parents come all that the others lead to. */
  readonly commits: readonly string[];
  readonly end: 'known' | 'root' | 'broken';
  readonly isJoined: boolean;
  readonly broken?: unknown;
}

async function readLine(
  repository: Repository,
  head: string,
  known: string | undefined,
): Promise<ReadLine> {
  const newestFirst: string[] = [];
  const others: string[] = [];
  let at: string | undefined = head;
  let broken: unknown;
  const pauses = new Pauses();
  while (at !== undefined && at !== known) {
    await pauses.take();
    try {
      const [next, ...more]: readonly string[] = (await repository.readCommit(at)).parents;
      newestFirst.push(at);
      others.push(...more);
      at = next;
    } catch (error) {
      if (!isDamage(error)) throw error;
      broken = error;
      break;
    }
  }
  const before: string[] = [];
  for (const other of others)
    before.push(...(await readLine(repository, other, undefined)).commits);
  return {
    commits: [...new Set([...before, ...newestFirst.reverse()])],
    end: broken !== undefined ? 'broken' : at === undefined ? 'root' : 'known',
    isJoined: others.length > 0,
    ...(broken === undefined ? {} : { broken }),
  };
}

function isDamage(error: unknown): boolean {
  return error instanceof CellarError && error.code === 'store_damaged';
}
