import { decodeString, type ByteOffsets, type StringSpan } from './json-bytes.js';
import type { Stretch } from './places.js';
import type { TextSpan } from './texts.js';

/** A part of a text that one string of the file holds. */
interface Piece {
  /** Its beginning in the text; `length` in UTF-16 code units. */
  readonly at: number;
  readonly length: number;
  /** Its beginning in what the string says. */
  readonly from: number;
  readonly string: StringSpan;
  readonly span: TextSpan;
}

/** A text as a reader sees it, and where each part of it stands in the file. */
export interface Assembled {
  readonly text: string;
  readonly pieces: readonly Piece[];
}

// eslint-disable-next-line no-control-regex -- the escape character begins a terminal's colours
const COLOURS = /\u001b\[[0-9;?]*[ -/]*[@-~]/g;

/** Puts the strings of one text together; colours of a terminal, which may stand within a word, are left out. */
export function assemble(bytes: Uint8Array, spans: readonly TextSpan[]): Assembled {
  const parts: string[] = [];
  const pieces: Piece[] = [];
  let at = 0;
  const push = (part: string): void => {
    parts.push(part);
    at += part.length;
  };
  for (const span of spans) {
    let before = span.start;
    for (const string of span.strings) {
      if (span.kind === 'json') push(rawText(bytes, before, string.start));
      else if (span.kind === 'frames' && at > 0) push('\n');
      const said = decodeString(bytes, string);
      for (const { start, end } of outsideColours(said)) {
        pieces.push({ at, length: end - start, from: start, string, span });
        push(said.slice(start, end));
      }
      before = string.end;
    }
    if (span.kind === 'json') push(rawText(bytes, before, span.end));
  }
  return { text: parts.join(''), pieces };
}

/** The stretches of the file's bytes that hold a stretch of the text, one for each string; and the part that it begins in. */
export function toBytes(
  offsets: ByteOffsets,
  { pieces }: Assembled,
  { start, end }: Stretch,
): { readonly span: TextSpan | undefined; readonly stretches: readonly Stretch[] } {
  const stretches: Stretch[] = [];
  let first: TextSpan | undefined;
  let last: StringSpan | undefined;
  for (let index = pieceAt(pieces, start); index < pieces.length; index++) {
    const { at, length, from, string, span } = pieces[index] ?? EMPTY;
    if (at >= end) break;
    if (at + length <= start || string === undefined) continue;
    first ??= span;
    const low = offsets.find(string, from + Math.max(start, at) - at);
    const high = offsets.find(string, from + Math.min(end, at + length) - at);
    const before = stretches[stretches.length - 1];
    // Between two parts of one string stand colours alone.
    if (string === last && before !== undefined)
      stretches[stretches.length - 1] = { start: before.start, end: high };
    else stretches.push({ start: low, end: high });
    last = string;
  }
  return { span: first, stretches };
}

const EMPTY = { at: 0, length: 0, from: 0, string: undefined, span: undefined };

/** The index of the last piece that begins at or before an offset. */
function pieceAt(pieces: readonly Piece[], offset: number): number {
  let low = 0;
  let high = pieces.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((pieces[middle]?.at ?? 0) <= offset) low = middle;
    else high = middle;
  }
  // Empty pieces share an offset with the one behind them.
  while (low > 0 && pieces[low - 1]?.at === offset) low -= 1;
  return low;
}

function rawText(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1');
}

function outsideColours(text: string): readonly Stretch[] {
  if (!text.includes('\u001b')) return [{ start: 0, end: text.length }];
  const stretches: Stretch[] = [];
  let at = 0;
  for (const match of text.matchAll(COLOURS)) {
    if (match.index > at) stretches.push({ start: at, end: match.index });
    at = match.index + match[0].length;
  }
  if (at < text.length) stretches.push({ start: at, end: text.length });
  return stretches;
}
