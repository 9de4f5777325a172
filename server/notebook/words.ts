import type { CellChange, NotebookDiff, OutputChange, PartChange } from '../../contract/diff.js';
import { revealInvisible } from '../../contract/invisible.js';
import { NOISE_KINDS } from './noise-kinds.js';
import type { Notebook } from './notebook.js';
import { pictureSize } from './pictures.js';
import { findValue } from './values.js';

/** The sign that stands beside a kind of change, wherever a diff is drawn as text. */
export const SIGNS = {
  same: ' ',
  modified: '~',
  added: '+',
  deleted: '-',
  moved: '↕',
  split: '⑂',
  merged: '⑃',
} as const satisfies Record<CellChange['kind'], string>;

/** "12 execution counts, 3 addresses"; "" when there is no noise. */
function kindWords(noise: NotebookDiff['noise']): string {
  return Object.entries(noise)
    .map(([kind, count]) => {
      const known = NOISE_KINDS.find((each) => each.kind === kind);
      return `${count} ${(count === 1 ? known?.one : known?.many) ?? kind}`;
    })
    .join(', ');
}

/** "not shown: 12 execution counts, 3 addresses"; "" when there is no noise. */
export function noiseWords(noise: NotebookDiff['noise']): string {
  const words = kindWords(noise);
  return words === '' ? '' : `not shown: ${words}`;
}

/** "3 modified · 1 moved · 4 outputs"; "no changes" when nothing but noise differs. */
export function countWords(diff: NotebookDiff): string {
  const { cells } = diff;
  const counts: [number, string][] = [
    [cells.modified - cells.moved_modified, 'modified'],
    [cells.moved, 'moved'],
    [cells.added, 'added'],
    [cells.deleted, 'deleted'],
    [cells.split, 'split'],
    [cells.merged, 'merged'],
  ];
  const words = counts.filter(([count]) => count > 0).map(([count, word]) => `${count} ${word}`);
  const outputs = diff.outputs_changed.length + diff.outputs_removed.length;
  if (outputs > 0) words.push(`${outputs} ${outputs === 1 ? 'output' : 'outputs'}`);
  if (diff.notebook_metadata_changed) words.push('notebook metadata');
  return words.length === 0 ? 'no changes' : words.join(' · ');
}

/** "modified [2]", "moved down by 3 [7]", "split [2] into [2] and [3]". Cells count from 1, as people do. */
export function changeWords(change: CellChange): string {
  const name = (index: number) => `[${index + 1}]`;
  const [bases, heads] = [change.base.map(name), change.head.map(name)];
  const edited = change.kind === 'moved' && change.aspects.length > 0 ? ', modified' : '';
  const type = change.cellType === 'code' ? '' : ` ${change.cellType}`;
  switch (change.kind) {
    case 'moved': {
      const by = change.movedBy ?? 0;
      const way = by === 0 ? '' : by < 0 ? ` up by ${-by}` : ` down by ${by}`;
      return `moved${way}${edited} ${bases.join('')} → ${heads.join('')}${type}`;
    }
    case 'split':
      return `split ${bases.join('')} into ${heads.join(' and ')}${type}`;
    case 'merged':
      return `merged ${bases.join(' and ')} into ${heads.join('')}${type}`;
    case 'deleted':
      return `deleted ${bases.join('')}${type}`;
    default: {
      const was = bases.length > 0 && bases[0] !== heads[0] ? ` (was ${bases.join('')})` : '';
      const from =
        change.baseType === undefined ? type : ` ${change.baseType} → ${change.cellType}`;
      return `${change.kind} ${heads.join('')}${was}${from}`;
    }
  }
}

/** "output 1, stdout, added" */
export function outputWords(output: OutputChange, part: PartChange | undefined): string {
  const index = (output.head ?? output.base ?? 0) + 1;
  const what = output.name ?? part?.type ?? output.outputType;
  return `output ${index}, ${what}${output.kind === 'modified' ? '' : `, ${output.kind}`}`;
}

/** A size in bytes for people. */
export function sizeWords(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 1e6) return `${(bytes / 1e3).toFixed(bytes < 1e4 ? 1 : 0)} kB`;
  return `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;
}

type Ref = NonNullable<PartChange['base']>;

/** One line of facts about a value that is not drawn: type, pixels where its head says them, size. */
export function factWords(ref: Ref | undefined, notebook: Notebook): string {
  if (ref === undefined) return 'none';
  const text = ref.text ?? findValue(notebook, ref.hash)?.text;
  const size = text === undefined || !ref.mime.startsWith('image/') ? undefined : pictureSize(text);
  const pixels = size === undefined ? '' : ` ${size.width}×${size.height},`;
  return `${ref.mime.replace(/^image\//, '')}${pixels} ${sizeWords(ref.size)}, ${ref.hash.slice(0, 8)}`;
}

/** A number with its sign and at most four significant digits. */
export function deltaWords(delta: number): string {
  const digits = Number(Math.abs(delta).toPrecision(4));
  return `${delta < 0 ? '−' : '+'}${digits}`;
}

/** "3.1 % of the pixels differ, within 120×80 at 40, 60"; why they were not compared; "" where there is one picture. */
export function pixelWords({
  pixels,
  notCompared,
}: Extract<PartChange, { type: 'picture' }>): string {
  if (notCompared !== undefined) return NOT_COMPARED[notCompared];
  if (pixels === undefined) return '';
  if (pixels.region === null) return 'no pixel differs';
  const [left, top, width, height] = pixels.region;
  return `${shareWords(pixels.changed, pixels.compared)} of the pixels differ, within ${width}×${height} at ${left}, ${top}`;
}

const NOT_COMPARED = {
  too_large: 'too large to compare by pixels',
  unreadable: 'not compared by pixels: damaged',
  vector: 'drawn by shapes, not compared by pixels',
  format: 'not compared by pixels: unknown format',
  time: 'not compared by pixels: no time left',
} as const;

/** A share in percent; what is not nothing never reads as nothing, nor what is not all as all. */
function shareWords(part: number, whole: number): string {
  const percent = (100 * part) / Math.max(1, whole);
  if (part === whole) return '100 %';
  if (percent < 0.1) return '< 0.1 %';
  if (percent > 99.9) return '> 99.9 %';
  return `${percent.toFixed(percent < 10 ? 1 : 0)} %`;
}

// eslint-disable-next-line no-control-regex -- ESC begins a colour sequence, and a link to click
const ESCAPES = /\u001b\[[0-9;:]*m|\u001b\]8;[^\u0007\u001b]*(?:\u0007|\u001b\\)/g;

/** Text that may come from anyone, safe for a terminal or a page: colours taken out, control and invisible characters spelled. */
export function visible(text: string): string {
  return revealInvisible(text.includes('\u001b') ? text.replace(ESCAPES, '') : text);
}

/** The offsets at which colours begin and end in a text: nothing may cut one. */
export function escapeSpans(text: string): readonly (readonly [number, number])[] {
  if (!text.includes('\u001b')) return [];
  return [...text.matchAll(ESCAPES)].map(({ index, 0: { length } }) => [index, index + length]);
}

/** "execution count 3 → 7" where that was asked to be shown and differs, else "". */
export function executionWords({ aspects, baseExecution, headExecution }: CellChange): string {
  if (!aspects.includes('execution')) return '';
  const show = (count: number | null | undefined) => (count == null ? 'none' : String(count));
  return `execution count ${show(baseExecution)} → ${show(headExecution)}`;
}
