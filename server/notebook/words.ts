import type { CellChange, NotebookDiff, OutputChange, PartChange } from '../../contract/diff.js';
import type { Notebook } from './notebook.js';
import { pictureSize } from './pictures.js';
import { findValue } from './values.js';

/** The sign that stands beside a kind of change, wherever a diff is drawn as text. */
export const SIGNS: Readonly<Record<CellChange['kind'], string>> = {
  same: ' ',
  modified: '~',
  added: '+',
  deleted: '-',
  moved: '↕',
  split: '⑂',
  merged: '⑃',
};

const NOISE_WORDS: Readonly<Record<string, readonly [string, string]>> = {
  address: ['address', 'addresses'],
  base64_wrapping: ['base64 wrapping', 'base64 wrappings'],
  cell_id: ['cell id', 'cell ids'],
  div_id: ['generated id', 'generated ids'],
  duration: ['duration', 'durations'],
  editor_metadata: ['editor setting', 'editor settings'],
  execution_count: ['execution count', 'execution counts'],
  execution_time: ['execution time', 'execution times'],
  format: ['format upgrade', 'format upgrades'],
  kernel_version: ['kernel detail', 'kernel details'],
  line_ends: ['line-end style', 'line-end styles'],
  output_metadata: ['output setting', 'output settings'],
  picture_remarks: ['picture remark', 'picture remarks'],
  progress: ['progress bar', 'progress bars'],
  prompt: ['prompt number', 'prompt numbers'],
  stream_chunks: ['stream chunking', 'stream chunkings'],
  temp_path: ['temporary path', 'temporary paths'],
  timestamp: ['timestamp', 'timestamps'],
  tracking_link: ['tracking link', 'tracking links'],
  metric_time: ['time of logging', 'times of logging'],
  widget_id: ['widget id', 'widget ids'],
  widget_state: ['widget state', 'widget states'],
};

/** "not shown: 12 execution counts, 3 addresses"; "" when there is no noise. */
export function noiseWords(noise: NotebookDiff['noise']): string {
  const words = Object.entries(noise).map(([kind, count]) => {
    const [one, many] = (Object.hasOwn(NOISE_WORDS, kind) && NOISE_WORDS[kind]) || [kind, kind];
    return `${count} ${count === 1 ? one : many}`;
  });
  return words.length === 0 ? '' : `not shown: ${words.join(', ')}`;
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

const INVISIBLE =
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g;

// eslint-disable-next-line no-control-regex -- ESC begins a colour sequence
const COLOR = /\u001b\[[0-9;:]*[A-Za-z]/g;

/** Text that may come from anyone, safe for a terminal or a page: colours taken out, control and invisible characters spelled. */
export function visible(text: string): string {
  return text
    .replace(COLOR, '')
    .replace(INVISIBLE, (character) =>
      character === '\u200d' || character === '\u200c'
        ? character
        : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
    );
}
