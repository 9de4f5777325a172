import type { HistoryRow } from '../../contract/history.js';
import { CellarError } from '../errors.js';
import { DONE, type Command, type Context } from './command.js';
import { readHistory, type WholeHistory } from './history-of.js';
import { nameNotebook } from './notebook-path.js';
import { withOwner } from './with-owner.js';
import {
  count,
  describeSnapshot,
  formatSize,
  formatTime,
  formatValue,
  paint,
  printable,
  shortId,
} from './words.js';

export const log: Command = {
  summary: "List a notebook's versions, newest first",
  usage: 'NOTEBOOK [-n COUNT] [--json]',
  options: {
    count: { kind: 'string', short: 'n', value: 'COUNT', help: 'list at most this many' },
  },
  arguments: [1, 1],
  run: async (context, call) => {
    const limit = toLimit(call.text('count'));
    const { root, path } = await nameNotebook(context, call, call.arguments[0] ?? '');
    const history = await withOwner(context, root, (owner) => readHistory(owner, path, limit));
    context.out(
      call.json
        ? `${JSON.stringify({ snapshots: history.rows.map(toListed) })}\n`
        : formatHistory(context, history),
    );
    return DONE;
  },
};

function toLimit(count: string | undefined): number {
  if (count === undefined) return Infinity;
  if (!/^[1-9][0-9]*$/.test(count))
    throw new CellarError('bad_request', `--count takes a number above 0, not "${count}".`);
  return Number(count);
}

/** A row as scripts read it. */
function toListed(row: HistoryRow): object {
  const { id, time, message, trigger, clean, runs, artifacts } = row;
  return {
    id,
    time,
    message,
    trigger,
    clean,
    runs: runs.map(({ id: run, metrics, params }) => ({ id: run, metrics, params })),
    artifacts: artifacts.map(({ name, sha256, size, purged }) => ({
      ...{ name, sha256, size },
      ...(purged === true ? { purged } : {}),
    })),
  };
}

function formatHistory(context: Context, history: WholeHistory): string {
  const { color } = context;
  const { notebook, total } = history;
  const where = notebook.deleted
    ? notebook.imported
      ? ', not in this workspace'
      : ', deleted'
    : '';
  const time = chooseTime(history.rows);
  const title = paint(color, 'bold', printable(notebook.path));
  return [
    `${title}  ${count(total, 'version')}${where}`,
    '',
    ...history.rows.flatMap((row) =>
      formatRow(context, history, { ...row, shown: time(row.time) }),
    ),
  ]
    .join('\n')
    .concat('\n');
}

/** With seconds where two versions are of one minute, so that they are told apart; in all rows then, which stay in columns. */
function chooseTime(rows: readonly HistoryRow[]): (time: string) => string {
  const minutes = new Set(rows.map(({ time }) => formatTime(time)));
  return (time) => formatTime(time, minutes.size < rows.length ? 'seconds' : 'minutes');
}

interface ShownRow extends HistoryRow {
  /** Its time, in words. */
  readonly shown: string;
}

function formatRow(context: Context, history: WholeHistory, row: ShownRow): string[] {
  const { color } = context;
  const isBest = history.metric?.best === row.id;
  const mark = isBest ? paint(color, 'yellow', '★') : row.line === 'main' ? '●' : '·';
  const lines = [
    [
      mark,
      paint(color, 'cyan', shortId(row.id)),
      row.shown,
      describeSnapshot(row),
      ...(row.metric === null ? [] : [formatMetric(color, history, row)]),
      ...(isBest ? [paint(color, 'yellow', 'best')] : []),
      ...(row.pinned ? ['pinned'] : []),
    ].join('  '),
  ];
  if (row.message !== null) lines.push(`    ${printable(row.message).replaceAll('\n', '\n    ')}`);
  for (const { name, size, sha256 } of row.artifacts)
    lines.push(`    ${printable(name)}  ${formatSize(size)}  sha256:${sha256.slice(0, 12)}`);
  return lines;
}

function formatMetric(color: boolean, history: WholeHistory, row: HistoryRow): string {
  if (row.metric === null || history.metric === null) return '';
  const { value, previous } = row.metric;
  const shown = `${printable(history.metric.name)} ${formatValue(value)}`;
  if (previous === null || previous === value) return shown;
  const delta = value - previous;
  const better = delta > 0 === (history.metric.direction === 'higher');
  const change = `${delta > 0 ? '▲' : '▼'} ${formatValue(Math.abs(delta))}`;
  return `${shown}  ${paint(color, better ? 'green' : 'red', change)}`;
}
