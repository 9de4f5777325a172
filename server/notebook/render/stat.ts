import type { NotebookDiff } from '../../../contract/diff.js';
import { visible } from '../words.js';
import { toPen } from './pen.js';

/** What `--stat` says of one notebook. */
export interface StatRow {
  readonly name: string;
  /** Lines of sources that were added and removed, and outputs that changed. */
  readonly added: number;
  readonly removed: number;
  readonly outputs: number;
  /** In place of the counts, e.g. why it could not be compared. */
  readonly words?: string;
}

/** Counts a diff for its line of a summary. A cell that merely moved counts as one line on each side. */
export function toStatRow(name: string, diff: NotebookDiff): StatRow {
  let [added, removed] = [0, 0];
  for (const { kind, source } of diff.changes) {
    added += (source?.added ?? 0) + (kind === 'moved' ? 1 : 0);
    removed += (source?.removed ?? 0) + (kind === 'moved' ? 1 : 0);
  }
  if (diff.notebook_metadata_changed) {
    const leaves = diff.notebook_metadata;
    added += leaves.filter(({ head }) => head !== undefined).length;
    removed += leaves.filter(({ base }) => base !== undefined).length;
  }
  const outputs = diff.outputs_changed.length + diff.outputs_removed.length;
  return { name, added, removed, outputs };
}

/** One line a notebook with a bar of what was added and removed, then the totals; as wide as `width` columns allow. */
export function renderStat(
  rows: readonly StatRow[],
  { color, width }: { readonly color: boolean; readonly width: number },
): string {
  const pen = toPen(color);
  const names = rows.map(({ name }) => visible(name));
  const counts = rows.map(({ added, removed }) => String(added + removed));
  const longest = Math.max(0, ...names.map((name) => name.length));
  const digits = Math.max(1, ...counts.map((count) => count.length));
  const most = Math.max(0, ...rows.map(({ added, removed }) => added + removed));
  const room = Math.max(10, Math.min(width, 100) - Math.min(longest, 60) - digits - 24);
  const scale = most > room ? room / most : 1;
  const lines = rows.map((row, n) => {
    const start = ` ${(names[n] ?? '').padEnd(longest)} | `;
    if (row.words !== undefined) return start + visible(row.words);
    const bar = (count: number) => (count === 0 ? 0 : Math.max(1, Math.floor(count * scale)));
    const plus = pen.paint('+', '+'.repeat(bar(row.added)));
    const minus = pen.paint('-', '-'.repeat(bar(row.removed)));
    const parts = [plus + minus, outputWords(row.outputs)].filter((part) => part !== '');
    return `${start}${(counts[n] ?? '').padStart(digits)} ${parts.join(' ')}`.trimEnd();
  });
  return [...lines, ` ${totalWords(rows)}`, ''].join('\n');
}

function outputWords(outputs: number): string {
  return outputs === 0 ? '' : `${outputs} output${outputs === 1 ? '' : 's'}`;
}

function totalWords(rows: readonly StatRow[]): string {
  const sum = (of: (row: StatRow) => number) => rows.reduce((total, row) => total + of(row), 0);
  const [added, removed, outputs] = [
    sum((row) => row.added),
    sum((row) => row.removed),
    sum((row) => row.outputs),
  ];
  return [
    `${rows.length} notebook${rows.length === 1 ? '' : 's'} changed`,
    ...(added > 0 ? [`${added} insertion${added === 1 ? '' : 's'}(+)`] : []),
    ...(removed > 0 ? [`${removed} deletion${removed === 1 ? '' : 's'}(-)`] : []),
    ...(outputs > 0 ? [outputWords(outputs)] : []),
  ].join(', ');
}
