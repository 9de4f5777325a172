import type { ComparedSide } from '../../contract/compare.js';
import { formatFullTime, formatMoment, formatSeconds } from './time.js';
import { baseName } from './words.js';

const LONGEST_SUBJECT = 50;

/** The path of the notebook that a side is of. */
export function sidePath(side: ComparedSide): string {
  return side.kind === 'snapshot' ? side.snapshot.path : side.path;
}

/** When a side is from, as the server writes times; undefined for what is as it is now. */
export function sideTime(side: ComparedSide): string | undefined {
  if (side.kind === 'snapshot') return side.snapshot.time;
  return side.kind === 'git' ? side.time : undefined;
}

/** The words for both sides, told apart from each other: by seconds within one minute, by names between two notebooks. */
export function sideWords(
  base: ComparedSide,
  head: ComparedSide,
  now: number,
): { readonly base: string; readonly head: string } {
  const exact = isSameMinute(base, head);
  const named = sidePath(base) !== sidePath(head);
  const word = (side: ComparedSide): string => describeSide(side, { exact, named, now });
  return { base: word(base), head: word(head) };
}

/** What a tooltip says of a side: its whole path, its full time, its message or commit. */
export function sideCaption(side: ComparedSide): string {
  const path = sidePath(side);
  switch (side.kind) {
    case 'now':
      return `${path}\nas it is in the editor`;
    case 'file':
      return `${path}\nas it is on the disk`;
    case 'snapshot': {
      const { time, message } = side.snapshot;
      return [path, formatFullTime(time), message ?? ''].filter(Boolean).join('\n');
    }
    case 'git':
      return [path, side.subject, formatFullTime(side.time), side.commit].join('\n');
  }
}

interface Wording {
  readonly exact: boolean;
  readonly named: boolean;
  readonly now: number;
}

function describeSide(side: ComparedSide, { exact, named, now }: Wording): string {
  switch (side.kind) {
    case 'now':
      return named ? baseName(side.path) : 'now';
    case 'file':
      return named ? baseName(side.path) : 'on disk';
    case 'snapshot': {
      const { time, path } = side.snapshot;
      const moment = exact ? formatSeconds(time) : formatMoment(time, now);
      return named ? `${baseName(path)} ${moment}` : moment;
    }
    case 'git': {
      const commit = side.commit.slice(0, 7);
      return named ? `${baseName(side.path)} at ${commit}` : `${commit} ${shorten(side.subject)}`;
    }
  }
}

/** A subject as far as a head of a tab bears it; the tooltip has all of it. */
function shorten(subject: string): string {
  const characters = Array.from(subject);
  if (characters.length <= LONGEST_SUBJECT) return subject;
  return `${characters.slice(0, LONGEST_SUBJECT - 1).join('')}…`;
}

function isSameMinute(base: ComparedSide, head: ComparedSide): boolean {
  const [one, two] = [sideTime(base), sideTime(head)];
  return one !== undefined && two !== undefined && one.slice(0, 16) === two.slice(0, 16);
}
