import type { Commit } from './git/commit.js';
import { THROUGH_TRAILER } from './journal/sealed.js';

/** The subject of the commit that every store begins with. */
export const FIRST_SUBJECT = 'Start the store';

interface Place {
  /** The highest number that this commit or one before it says to hold everything through. */
  readonly through: number;
  /** How many commits there are before it. */
  readonly depth: number;
}

/**
 * The commits of main among any, by what they say of themselves, the newest first: where no ref says it any more, and no catalog. What
 * follows a commit of main is of main, since no automatic day goes on from it.
 */
export function listMainCommits(commits: ReadonlyMap<string, Commit>): readonly string[] {
  const places = new Map<string, Place | undefined>();
  for (const oid of commits.keys()) placeFrom(oid, commits, places);
  return [...places]
    .flatMap(([oid, place]) => (place === undefined ? [] : [{ oid, ...place }]))
    .sort((a, b) => b.through - a.through || b.depth - a.depth || (a.oid < b.oid ? -1 : 1))
    .map(({ oid }) => oid);
}

/** Places a commit and all before it, the oldest first; those of other lines have no place. */
function placeFrom(
  oid: string,
  commits: ReadonlyMap<string, Commit>,
  places: Map<string, Place | undefined>,
): void {
  const waiting: Commit[] = [];
  for (let at = commits.get(oid); at !== undefined && !places.has(at.oid);) {
    waiting.push(at);
    at = commits.get(at.parents[0] ?? '');
  }
  for (const commit of waiting.reverse()) {
    const before = places.get(commit.parents[0] ?? '');
    const own = Number(commit.trailers.get(THROUGH_TRAILER));
    const isFirst = commit.parents.length === 0 && commit.message.startsWith(FIRST_SUBJECT);
    const through = Math.max(before?.through ?? 0, Number.isSafeInteger(own) ? own : 0);
    const isMain = before !== undefined || through > 0 || isFirst;
    places.set(commit.oid, isMain ? { through, depth: (before?.depth ?? -1) + 1 } : undefined);
  }
}
