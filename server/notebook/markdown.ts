import type { MarkdownBlock } from '../../contract/diff.js';
import { alignItems, toBlocks } from './align.js';
import { pairLines } from './lines.js';

/** Longer texts are compared by line alone. */
const MAX_TEXT = 200_000;

const FENCE = /^ {0,3}(`{3,}|~{3,})/;
const HEADING = /^ {0,3}#{1,6}(?:[ \t]|$)/;
const RULE = /^ {0,3}(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})$/;
const UNDERLINE = /^ {0,3}(?:=+|-+)[ \t]*$/;
const ITEM = /^ {0,3}(?:[-*+]|\d{1,9}[.)])(?:[ \t]|$)/;
const QUOTE = /^ {0,3}>/;
const HTML = /^ {0,3}<[A-Za-z/!?]/;
const MATH = /^ {0,3}\$\$/;
const INDENTED = /^(?: {4}|\t)/;
const TABLE_HEAD = /^[ \t|:-]*-[ \t|:-]*$/;

function isBlank(line: string | undefined): boolean {
  return line === undefined || line.trim() === '';
}

/** A paragraph ends where one of these begins, without a blank line between. */
function interrupts(line: string): boolean {
  return [FENCE, HEADING, RULE, ITEM, QUOTE, HTML, MATH].some((pattern) => pattern.test(line));
}

/** Front matter stands at the very top, between lines of three dashes. */
function frontMatterEnd(lines: readonly string[]): number {
  if (lines[0]?.trimEnd() !== '---' || isBlank(lines[1])) return 0;
  return lines.findIndex((line, i) => i > 0 && /^(?:---|\.\.\.)\s*$/.test(line)) + 1;
}

/** The first line from `from` on that is blank, or the end. */
function nextBlank(lines: readonly string[], from: number): number {
  let at = from;
  while (at < lines.length && !isBlank(lines[at])) at++;
  return at;
}

/** Behind the line from `from` on that closes what was opened, or the end. */
function closeAt(
  lines: readonly string[],
  from: number,
  closes: (line: string) => boolean,
): number {
  for (let at = from; at < lines.length; at++) if (closes(lines[at] ?? '')) return at + 1;
  return lines.length;
}

function fenceEnd(lines: readonly string[], at: number, fence: string): number {
  const sign = fence[0] ?? '`';
  return closeAt(lines, at + 1, (line) => {
    const close = FENCE.exec(line)?.[1];
    return close?.startsWith(fence) === true && line.trim().replaceAll(sign, '') === '';
  });
}

/** A list goes on over blank lines while what follows is indented or a further item. */
function listEnd(lines: readonly string[], from: number): number {
  let at = from + 1;
  for (;;) {
    while (at < lines.length && !isBlank(lines[at])) {
      const line = lines[at] ?? '';
      if (HEADING.test(line) || FENCE.test(line) || RULE.test(line)) return at;
      at++;
    }
    let next = at;
    while (next < lines.length && isBlank(lines[next])) next++;
    const line = lines[next];
    if (line === undefined || !(ITEM.test(line) || /^(?: {2,}|\t)/.test(line))) return at;
    at = next + 1;
  }
}

function indentedEnd(lines: readonly string[], from: number): number {
  let end = from + 1;
  for (
    let at = end;
    at < lines.length && (isBlank(lines[at]) || INDENTED.test(lines[at] ?? ''));
    at++
  )
    if (!isBlank(lines[at])) end = at + 1;
  return end;
}

function paragraphEnd(lines: readonly string[], from: number): number {
  for (let at = from + 1; ; at++) {
    const line = lines[at];
    if (line === undefined || isBlank(line)) return at;
    if (UNDERLINE.test(line)) return at + 1;
    if (interrupts(line)) return at;
  }
}

/** Where the block that begins in this line ends. */
function blockEnd(lines: readonly string[], at: number): number {
  const line = lines[at] ?? '';
  const fence = FENCE.exec(line)?.[1];
  if (fence !== undefined) return fenceEnd(lines, at, fence);
  if (HEADING.test(line) || RULE.test(line)) return at + 1;
  if (ITEM.test(line)) return listEnd(lines, at);
  if (INDENTED.test(line)) return indentedEnd(lines, at);
  if (MATH.test(line)) {
    const rest = line.trim().slice(2);
    return rest.includes('$$') ? at + 1 : closeAt(lines, at + 1, (each) => each.includes('$$'));
  }
  if (line.includes('<!--') && HTML.test(line))
    return closeAt(lines, at, (each) => each.includes('-->'));
  const isTable = line.includes('|') && TABLE_HEAD.test(lines[at + 1] ?? '');
  if (isTable || QUOTE.test(line) || HTML.test(line)) return nextBlank(lines, at);
  return paragraphEnd(lines, at);
}

/** Markdown as the blocks it is rendered in, in order: headings, paragraphs, lists, tables, code, HTML, front matter. No blank lines between. */
export function splitBlocks(text: string): string[] {
  const lines = text.split('\n');
  const blocks: string[] = [];
  let at = 0;
  const take = (end: number) => {
    if (end > at) blocks.push(lines.slice(at, end).join('\n').trimEnd());
    at = Math.max(at, end);
  };
  take(frontMatterEnd(lines));
  while (at < lines.length) {
    if (isBlank(lines[at])) at++;
    else take(blockEnd(lines, at));
  }
  return blocks;
}

/** Two markdown texts compared by rendered block; undefined for very long ones. Kept blocks have their text in `head`. */
export function diffBlocks(base: string, head: string): MarkdownBlock[] | undefined {
  if (base.length + head.length > MAX_TEXT) return undefined;
  const [a, b] = [splitBlocks(base), splitBlocks(head)];
  const found: MarkdownBlock[] = [];
  for (const block of toBlocks(alignItems(a, b), b.length)) {
    const [mine, theirs] = [a.slice(...block.base), b.slice(...block.head)];
    if (block.same) for (const text of theirs) found.push({ op: ' ', head: text });
    else found.push(...changedBlocks(mine, theirs));
  }
  return found;
}

function changedBlocks(removed: readonly string[], added: readonly string[]): MarkdownBlock[] {
  const found: MarkdownBlock[] = [];
  let [i, j] = [0, 0];
  const close = (toBase: number, toHead: number) => {
    for (; i < toBase; i++) found.push({ op: '-', base: removed[i] ?? '' });
    for (; j < toHead; j++) found.push({ op: '+', head: added[j] ?? '' });
  };
  for (const [x, y] of pairLines(removed, added)) {
    close(x, y);
    found.push({ op: '~', base: removed[i++] ?? '', head: added[j++] ?? '' });
  }
  close(removed.length, added.length);
  return found;
}
