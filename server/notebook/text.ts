import type { CellChange, NotebookDiff, OutputChange } from '../../contract/diff.js';
import type { Notebook } from './notebook.js';
import { formatText } from './render/lines.js';
import { formatLeaf, formatPart, type PartStyle } from './render/parts.js';
import { toPen } from './render/pen.js';
import {
  changeWords,
  countWords,
  executionWords,
  noiseWords,
  outputWords,
  SIGNS,
} from './words.js';

export interface TextOptions {
  readonly color: boolean;
  readonly base: Notebook;
  readonly head: Notebook;
  /** Columns of the terminal; rules between cells are drawn that wide, at most 100. */
  readonly width?: number;
  /** Changed words in brackets within one line, in place of a removed and an added line. */
  readonly words?: boolean;
}

/** The diff as text for a terminal, ending in a newline: counts, then each changed cell with its lines and outputs, noise in one last line. */
export function renderText(diff: NotebookDiff, options: TextOptions): string {
  const pen = toPen(options.color);
  const { base, head, words = false } = options;
  const style = { pen, base, head, words, width: options.width ?? 80 };
  const noise = noiseWords(diff.noise);
  const formats = diff.formats;
  const lines = [
    pen.paint('bold', countWords(diff)),
    ...(formats === undefined
      ? []
      : [
          formatLeaf(
            { path: 'nbformat', base: formats.base.join('.'), head: formats.head.join('.') },
            pen,
          ),
        ]),
    ...diff.notebook_metadata.map((leaf) => formatLeaf(leaf, pen)),
    ...diff.changes.flatMap((change) =>
      change.kind === 'same' ? [] : formatChange(change, style),
    ),
    ...(diff.coarse === true
      ? ['', pen.paint('dim', '(compared roughly: a bound of size or time was met)')]
      : []),
    ...(noise === '' ? [] : ['', pen.paint('dim', noise)]),
  ];
  return `${lines.join('\n')}\n`;
}

interface ChangeStyle extends PartStyle {
  readonly width: number;
}

function formatChange(change: CellChange, style: ChangeStyle): string[] {
  const { pen, words } = style;
  const sign = SIGNS[change.kind];
  const width = Math.min(100, Math.max(40, style.width));
  const title = `── ${sign} ${changeWords(change)} `.padEnd(width, '─');
  const execution = executionWords(change);
  return [
    '',
    pen.paint(sign, title),
    ...(change.source === undefined ? [] : formatText(change.source, { pen, words, indent: '' })),
    ...(execution === '' ? [] : [`  ${execution}`]),
    ...(change.aspects.includes('id')
      ? [`  ${formatLeaf({ path: 'id', base: change.baseId, head: change.id }, pen)}`]
      : []),
    ...change.metadata.map(
      (leaf) => `  ${formatLeaf({ ...leaf, path: `metadata${leaf.path}` }, pen)}`,
    ),
    ...(change.aspects.includes('attachments') ? ['  attachments changed'] : []),
    ...change.outputs.flatMap((output) =>
      output.kind === 'same' ? [] : formatOutput(output, style),
    ),
  ];
}

function formatOutput(output: OutputChange, style: PartStyle): string[] {
  const name = (part: OutputChange['parts'][number] | undefined) =>
    style.pen.paint('dim', `  ${outputWords(output, part)}`);
  if (output.parts.length === 0) return [name(undefined)];
  return output.parts.flatMap((part) => [name(part), ...formatPart(part, style)]);
}
