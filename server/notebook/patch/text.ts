import { MAX_INLINE_LENGTH } from '../../../contract/limits.js';
import type { TextEdit } from '../../../contract/patch.js';
import { alignItems, toBlocks } from '../align.js';

/** Longer middles are cut into words only where they have no lines to speak of. */
const MIN_LINES = 8;

/** The smallest part that must change: what is alike at both ends is left out. Offsets into base. */
function trim(base: string, head: string, at: number): TextEdit {
  const shorter = Math.min(base.length, head.length);
  let start = 0;
  while (start < shorter && base[start] === head[start]) start++;
  let tail = 0;
  while (tail < shorter - start && base[base.length - 1 - tail] === head[head.length - 1 - tail])
    tail++;
  return {
    at: at + start,
    removed: base.slice(start, base.length - tail),
    added: head.slice(start, head.length - tail),
  };
}

/** Pieces that give the text again when joined: lines with their ends, or words and what stands between. */
function toPieces(text: string): string[] {
  const lines = text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
  return lines.length >= MIN_LINES
    ? lines
    : (text.match(/[\p{L}\p{N}_.+-]+|[^\p{L}\p{N}_.+-]+/gu) ?? []);
}

/** How one text became another; undefined when saying so would take longer than what is named by hash. */
export function editText(base: string, head: string): TextEdit[] | undefined {
  const whole = trim(base, head, 0);
  if (whole.removed.length + whole.added.length <= MAX_INLINE_LENGTH / 16) return [whole];
  const [a, b] = [toPieces(whole.removed), toPieces(whole.added)];
  const edits: TextEdit[] = [];
  let at = whole.at;
  for (const { same, base: own, head: their } of toBlocks(alignItems(a, b), b.length)) {
    const removed = a.slice(...own).join('');
    if (!same) edits.push(trim(removed, b.slice(...their).join(''), at));
    at += removed.length;
  }
  const length = edits.reduce((sum, edit) => sum + edit.removed.length + edit.added.length, 0);
  return length <= MAX_INLINE_LENGTH ? edits : undefined;
}
