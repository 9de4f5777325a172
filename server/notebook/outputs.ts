import { BUNDLE_MIME } from '../../contract/bundle-mime.js';
import type { Leaf, OutputChange, PartChange } from '../../contract/diff.js';
import { alignItems, toBlocks } from './align.js';
import { compactJson, equalJson } from './json.js';
import { stripChance } from './chance.js';
import { diffLeaves } from './leaves.js';
import type { NoiseFilter } from './noise.js';
import type { Output } from './notebook.js';
import { isBinaryMime, isJsonMime } from './notebook.js';
import type { Scope } from './options.js';
import { diffErrors } from './error-part.js';
import { diffPart } from './parts.js';
import type { Drawn } from './picture-part.js';
import { diffPictures } from './picture-part.js';
import { foldProgress } from './progress.js';
import { valueText } from './values.js';

/** From the MIME type that says most to the one that stands in for it. */
const RANKS: readonly ((mime: string) => boolean)[] = [
  (mime) => mime === BUNDLE_MIME,
  (mime) => isJsonMime(mime) && mime !== 'application/json',
  (mime) => mime === 'text/html',
  (mime) => mime.startsWith('image/'),
  (mime) => mime === 'text/markdown',
  (mime) => mime === 'text/latex',
  (mime) => mime === 'application/json',
  (mime) => mime !== 'text/plain',
];

function rankOf(mime: string): number {
  const rank = RANKS.findIndex((fits) => fits(mime));
  return rank < 0 ? RANKS.length : rank;
}

function byRank(a: { mime: string }, b: { mime: string }): number {
  return rankOf(a.mime) - rankOf(b.mime);
}

/** The MIME type by which an output is shown; "" when it has none. */
export function richestMime(output: Output): string {
  return [...output.data.keys()].map((mime) => ({ mime })).sort(byRank)[0]?.mime ?? '';
}

/** Equal for outputs that are the same but for noise. */
function keyOf(output: Output, filter: NoiseFilter): string {
  const parts: string[] = [
    output.type === 'execute_result' ? 'display_data' : output.type,
    output.name,
  ];
  if (output.error !== null)
    parts.push(filter.mask(`${output.error.name}: ${output.error.message}`, 'text'));
  for (const [mime, value] of [...output.data].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const kept = mime === BUNDLE_MIME ? stripChance(value) : value;
    const text = typeof kept === 'string' ? kept : compactJson(kept);
    if (isBinaryMime(mime)) parts.push(mime, valueText(mime, value));
    else if (output.type === 'stream') parts.push(mime, filter.mask(foldProgress(text), 'stream'));
    else parts.push(mime, filter.mask(text, mime === 'text/html' ? 'html' : 'text'));
  }
  return parts.join('\u0000');
}

/** Equal for outputs that may be versions of each other. */
function kindOf(output: Output, exact: boolean): string {
  if (output.type === 'stream') return `stream ${output.name}`;
  if (output.type === 'error') return 'error';
  return exact ? `bundle ${richestMime(output)}` : 'bundle';
}

/** Equal to the letter, execution counts aside. */
export function isSame(a: Output, b: Output): boolean {
  if (a.type !== b.type || a.name !== b.name || a.data.size !== b.data.size) return false;
  if (a.error?.name !== b.error?.name || a.error?.message !== b.error?.message) return false;
  for (const [mime, value] of a.data) {
    const other = b.data.get(mime);
    if (other === undefined || !(other === value || equalJson(value, other))) return false;
  }
  return true;
}

/** Pairs of outputs in the order of both, -1 for a side that is absent. */
function pairOutputs(
  base: readonly Output[],
  head: readonly Output[],
  filter: NoiseFilter,
): [number, number][] {
  const [onlyBase, onlyHead] = [base[0], head[0]];
  if (base.length === 1 && head.length === 1 && onlyBase !== undefined && onlyHead !== undefined)
    if (kindOf(onlyBase, false) === kindOf(onlyHead, false)) return [[0, 0]];
  let start = 0;
  const equalAt = (i: number, j: number) => {
    const [a, b] = [base[i], head[j]];
    return a !== undefined && b !== undefined && isSame(a, b);
  };
  while (start < Math.min(base.length, head.length) && equalAt(start, start)) start++;
  const pairs = Array.from({ length: start }, (_, i): [number, number] => [i, i]);
  const a = base.slice(start);
  const b = head.slice(start);
  const steps: readonly ((output: Output) => string)[] = [
    (output) => keyOf(output, filter),
    (output) => kindOf(output, true),
    (output) => kindOf(output, false),
  ];
  const visit = (i: number, j: number, [from, to]: readonly [Output[], Output[]], step: number) => {
    const key = steps[step];
    if (key === undefined || from.length === 0 || to.length === 0) {
      from.forEach((_, n) => pairs.push([i + n, -1]));
      to.forEach((_, n) => pairs.push([-1, j + n]));
      return;
    }
    const alignment = alignItems(from.map(key), to.map(key));
    for (const block of toBlocks(alignment, to.length)) {
      const [x, y] = [block.base[0], block.head[0]];
      if (!block.same)
        visit(i + x, j + y, [from.slice(...block.base), to.slice(...block.head)], step + 1);
      else for (let n = 0; n < block.base[1] - x; n++) pairs.push([i + x + n, j + y + n]);
    }
  };
  visit(start, start, [a, b], 0);
  return pairs;
}

/** A picture or figure already tells what its text/plain stand-in repeats: of parts that differ only the richest kind is shown. */
function worthShowing(parts: PartChange[]): PartChange[] {
  const sorted = parts.sort(byRank);
  const best = sorted[0];
  if (best === undefined) return sorted;
  const isFigure = best.type === 'json' || best.type === 'metrics';
  return sorted.filter(
    (part) =>
      part === best || (part.mime !== 'text/plain' && !(isFigure && part.mime === 'text/html')),
  );
}

/** What differs beside the values, where it was asked to be shown; else it is counted. */
function diffFacts(base: Output, head: Output, { noise, filter }: Scope): Leaf[] {
  const facts: Leaf[] = [];
  if (base.chunks !== head.chunks && !noise.hides('stream_chunks'))
    facts.push(...diffLeaves(base.chunks, head.chunks, { path: '/chunks' }).leaves);
  if (!equalJson(base.metadata, head.metadata) && !noise.hides('output_metadata'))
    facts.push(...diffLeaves(base.metadata, head.metadata, { path: '/metadata' }).leaves);
  // Hidden counts are counted once a cell, with the cell's own.
  if (filter.shows('execution_count'))
    facts.push(
      ...diffLeaves(base.executionCount, head.executionCount, { path: '/execution_count' }).leaves,
    );
  return facts;
}

/** The one picture of pixels that an output has in a format that the other has not. */
function onlyPicture(output: Output, other: Output): Drawn | undefined {
  const pictures = [...output.data].filter(
    ([mime]) => mime.startsWith('image/') && isBinaryMime(mime) && !other.data.has(mime),
  );
  const [[mime, text] = []] = pictures;
  if (pictures.length !== 1 || mime === undefined || typeof text !== 'string') return undefined;
  return { mime, text };
}

function diffParts(base: Output, head: Output, scope: Scope): PartChange[] {
  if (base.type === 'error' || head.type === 'error') {
    const part = diffErrors(base, head, scope);
    return part === undefined ? [] : [part];
  }
  const parts: PartChange[] = [];
  const mimes = new Set([...base.data.keys(), ...head.data.keys()]);
  const [was, is] = [onlyPicture(base, head), onlyPicture(head, base)];
  if (was !== undefined && is !== undefined) {
    // One picture, kept in another format.
    mimes.delete(was.mime);
    mimes.delete(is.mime);
    const part = diffPictures(was, is, scope);
    if (part !== undefined) parts.push(part);
  }
  for (const mime of mimes) {
    const part = diffPart({ mime, base: base.data.get(mime), head: head.data.get(mime) }, scope);
    if (part !== undefined) parts.push(part);
  }
  return worthShowing(parts);
}

/** An output of one side only: its richest MIME type. */
export function oneSided(output: Output, side: 'base' | 'head', scope: Scope): OutputChange {
  const mime = richestMime(output);
  const value = output.data.get(mime);
  const [base, head] = side === 'base' ? [output, undefined] : [undefined, output];
  const part =
    output.type === 'error'
      ? diffErrors(base, head, scope)
      : value === undefined
        ? undefined
        : diffPart(
            {
              mime,
              base: side === 'base' ? value : undefined,
              head: side === 'head' ? value : undefined,
            },
            scope,
          );
  return {
    kind: side === 'base' ? 'deleted' : 'added',
    [side]: output.index,
    outputType: output.type,
    ...(output.name === '' ? {} : { name: output.name }),
    parts: part === undefined ? [] : [part],
  };
}

/** The outputs of a cell compared: every output of both sides once, in order. */
export function diffOutputs(
  base: readonly Output[],
  head: readonly Output[],
  scope: Scope,
): OutputChange[] {
  return pairOutputs(base, head, scope.filter).flatMap(([i, j]) => {
    const [a, b] = [base[i], head[j]];
    if (a === undefined) return b === undefined ? [] : [oneSided(b, 'head', scope)];
    if (b === undefined) return [oneSided(a, 'base', scope)];
    const parts = diffParts(a, b, scope);
    const facts = diffFacts(a, b, scope);
    return [
      {
        kind: parts.length + facts.length === 0 ? ('same' as const) : ('modified' as const),
        base: a.index,
        head: b.index,
        outputType: b.type,
        ...(b.name === '' ? {} : { name: b.name }),
        parts,
        ...(facts.length > 0 ? { facts } : {}),
      },
    ];
  });
}
