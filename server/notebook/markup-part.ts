import type { PartChange, TextDiff } from '../../contract/diff.js';
import { numberIds } from './generated-ids.js';
import { diffText } from './lines.js';
import { plainLines, rawLines, textBlocks } from './markup.js';
import { NoiseCount } from './noise.js';
import type { Scope } from './options.js';
import { svgSize } from './pictures.js';
import type { Sides } from './sides.js';
import { refs } from './sides.js';
import { htmlText, readTable } from './table.js';
import { diffTables } from './tables.js';

/** Texts of both sides. */
interface Texts {
  readonly base: string;
  readonly head: string;
}

function textsOf({ base, head }: Sides): Texts {
  return {
    base: typeof base === 'string' ? base : '',
    head: typeof head === 'string' ? head : '',
  };
}

function isBoth({ base, head }: Sides): boolean {
  return base !== undefined && head !== undefined;
}

/** True for markup that differs in what each display makes anew alone; the differences are counted. */
function isNoise({ base, head }: Texts, { filter, noise }: Scope): boolean {
  if (!filter.isAlike(base, head, 'html')) return false;
  noise.addBetween(base, head, 'html');
  return true;
}

/** The lines by which markup is compared: in one way of writing, unless the ways of writing are to be shown. */
function linesOf({ base, head }: Texts, { filter }: Scope, ids: boolean): Texts {
  if (filter.shows('markup_form')) return { base: rawLines(base), head: rawLines(head) };
  const of = (text: string) => {
    const lines = plainLines(text);
    return (ids && !filter.shows('div_id') ? numberIds(lines) : lines).join('\n');
  };
  return { base: of(base), head: of(head) };
}

function isChanged({ removed, added }: TextDiff): boolean {
  return removed + added > 0;
}

/** How two SVGs differ, by element; undefined when by noise alone. */
export function diffSvg(sides: Sides, scope: Scope): PartChange | undefined {
  const texts = textsOf(sides);
  const both = isBoth(sides);
  if (both && isNoise(texts, scope)) return undefined;
  const size = (value: string) => {
    const found = svgSize(value);
    return found === undefined ? undefined : ([found.width, found.height] as [number, number]);
  };
  const [baseSize, headSize] = [size(texts.base), size(texts.head)];
  const part: Extract<PartChange, { type: 'picture' }> = {
    type: 'picture',
    ...refs(sides),
    ...(baseSize === undefined ? {} : { baseSize }),
    ...(headSize === undefined ? {} : { headSize }),
  };
  if (!both) return part;
  const plain = linesOf(texts, scope, false);
  if (plain.base === plain.head && scope.noise.hides('markup_form')) return undefined;
  const numbered = linesOf(texts, scope, true);
  if (numbered.base === numbered.head && scope.noise.hides('div_id')) return undefined;
  const diff = diffText(numbered.base, numbered.head, { kind: 'html', noise: scope.noise });
  return isChanged(diff) ? { ...part, notCompared: 'vector', diff } : undefined;
}

/** How HTML differs: as a table where it is one, else its text and its markup; undefined when by noise alone. */
export function diffHtml(sides: Sides, scope: Scope): PartChange | undefined {
  const texts = textsOf(sides);
  if (isBoth(sides) && isNoise(texts, scope)) return undefined;
  return tablePart(sides, texts, scope) ?? markupPart(sides, texts, scope);
}

const NO_TABLE = { columns: [], rows: [], labels: 0, around: '' };

function tablePart(sides: Sides, { base, head }: Texts, { noise }: Scope): PartChange | undefined {
  const [a, b] = [readTable(base), readTable(head)];
  if ((a === undefined && base !== '') || (b === undefined && head !== '')) return undefined;
  // Rows may be looked at twice until they are aligned: what is alike is counted once, by its texts.
  const alike = new Map<string, readonly [string, string]>();
  const table = diffTables(a ?? NO_TABLE, b ?? NO_TABLE, (mine, theirs) => {
    if (!noise.filter.isAlike(mine, theirs, 'html')) return false;
    alike.set(`${mine}\u0000${theirs}`, [mine, theirs]);
    return true;
  });
  for (const [mine, theirs] of alike.values()) noise.addBetween(mine, theirs, 'html');
  if (table !== undefined) return { type: 'table', ...refs(sides), ...table };
  if (a === undefined || b === undefined || a.around === b.around) return undefined;
  const diff = diffText(a.around, b.around, { kind: 'html', noise });
  return isChanged(diff) ? { type: 'html', ...refs(sides), diff } : undefined;
}

function markupPart(sides: Sides, texts: Texts, scope: Scope): PartChange | undefined {
  const { noise, filter } = scope;
  const both = isBoth(sides);
  const lines = linesOf(texts, scope, false);
  if (both && filter.isAlike(lines.base, lines.head, 'html'))
    if (noise.hides('markup_form')) return undefined;
  const diff = diffText(lines.base, lines.head, { kind: 'html', ...(both ? { noise } : {}) });
  if (both && !isChanged(diff)) return undefined;
  const shown = (html: string) => textBlocks(html).map(htmlText).join('\n');
  // The markup has counted the noise of both already.
  const counted = new NoiseCount(filter);
  const text = diffText(shown(texts.base), shown(texts.head), { kind: 'html', noise: counted });
  return { type: 'html', ...refs(sides), diff, ...(isChanged(text) ? { text } : {}) };
}
