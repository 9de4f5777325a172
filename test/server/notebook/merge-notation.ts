import type { Decision } from '../../../contract/merge.js';
import { isArray, isObject } from '../../../server/notebook/json-value.js';
import { formatJson } from '../../../server/notebook/json.js';
import { applyMerge, planMerge } from '../../../server/notebook/merge/merge.js';
import type { MergePlan } from '../../../server/notebook/merge/plan.js';
import { cellsOf, notebookOf, parseText, wordy } from './notation.js';

/** The merge of "base / local / remote", cells as in `cellsOf`; a side that is "=" is base as it was. */
export function planOf(line: string): MergePlan {
  const [base = '', local = '', remote = ''] = line.split(' / ').map((side) => side.trim());
  const read = (side: string) => notebookOf(cellsOf(side === '=' ? base : side));
  return planMerge(read(base), read(local), read(remote));
}

/** The merged notebook in the words of the notation, and its conflicts: "A | B' ! presence both_moved". */
export function mergedLine(line: string): string {
  const plan = planOf(line);
  const { notebook } = applyMerge(plan);
  const conflicts = conflictsOf(plan.decisions);
  return wordsOf(notebook) + (conflicts === '' ? '' : ` ! ${conflicts}`);
}

/** What the conflicts are about, and why, in order. */
export function conflictsOf(decisions: readonly Decision[]): string {
  return decisions
    .filter(({ conflict }) => conflict)
    .map(({ about, reason }) => `${about} ${reason}`)
    .join(', ');
}

/** The reasons of the decisions about one thing, in order. */
export function reasonsOf(plan: MergePlan, about: Decision['about']): string {
  return plan.decisions
    .filter((decision) => decision.about === about)
    .map(({ reason }) => reason)
    .join(' ');
}

/** A notebook as `cellsOf` would be given it, without ids. */
export function wordsOf(notebook: ReturnType<typeof applyMerge>['notebook']): string {
  const cells = notebook.get('cells');
  return parseText(formatJson(notebook))
    .cells.map(({ type, source, outputs }, n) => {
      const raw = isArray(cells) ? cells[n] : undefined;
      if (!isObject(raw)) throw new Error(`there is no cell ${n}`);
      const prefix = type === 'code' ? '' : type === 'markdown' ? 'md:' : 'raw:';
      const text: unknown = outputs[0]?.data.values().next().value;
      const output = typeof text === 'string' ? ` => ${text.replaceAll('\n', '⏎')}` : '';
      return prefix + wordOf(source) + output;
    })
    .join(' | ');
}

const WORDS: ReadonlyMap<string, string> = new Map(
  Array.from({ length: 26 }, (_, n) => String.fromCharCode(65 + n)).flatMap((letter) =>
    ['', "'", '*', '<', '>'].map((mark): [string, string] => {
      const [cell] = notebookOf(cellsOf(letter + mark)).cells;
      return [cell?.source ?? '', letter + mark];
    }),
  ),
);

function wordOf(source: string): string {
  if (source === '') return '_';
  return WORDS.get(source) ?? source.replaceAll('\n', '⏎');
}

/** The lines of a capital with some of them replaced, as one source of the notation. */
export function linesOf(letter: string, edits: Readonly<Record<number, string>>): string {
  return wordy(letter)
    .map((line, n) => edits[n] ?? line)
    .join('⏎');
}
