import type { PartChange } from '../../contract/diff.js';
import { alignItems, toBlocks } from './align.js';
import type { Table } from './table.js';

type TablePart = Extract<PartChange, { type: 'table' }>;
type TableRow = TablePart['rows'][number];
type TableCell = TableRow['cells'][number];

/** Small tables are shown whole; of larger ones the changed rows. */
const MAX_WHOLE = 12;
const MAX_ROWS = 200;
const NUMBER = /^[-+−]?(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d+)?(?:[eE][-+]?\d+)?%?$/;

function toNumber(text: string): number | undefined {
  if (!NUMBER.test(text)) return undefined;
  const value = Number(text.replace(/[,%]/g, '').replace('−', '-'));
  return Number.isFinite(value) ? value : undefined;
}

/** head − base without the dust of binary fractions. */
function deltaOf(base: string, head: string): number | undefined {
  const [a, b] = [toNumber(base), toNumber(head)];
  if (a === undefined || b === undefined || base.endsWith('%') !== head.endsWith('%'))
    return undefined;
  return Number((b - a).toPrecision(12));
}

interface Columns {
  readonly columns: TablePart['columns'];
  /** For each column of the result its index on either side, or -1. */
  readonly base: readonly number[];
  readonly head: readonly number[];
}

function alignColumns(base: Table, head: Table): Columns {
  const keys = ({ columns, labels }: Table) =>
    columns.map((name, i) => (i < labels && name === '' ? `\u0000label ${i}` : name));
  const [a, b] = [keys(base), keys(head)];
  const out: { op: ' ' | '-' | '+'; base: number; head: number; name: string }[] = [];
  for (const block of toBlocks(alignItems(a, b), b.length)) {
    for (let i = block.base[0]; i < block.base[1]; i++) {
      const j = block.same ? block.head[0] + i - block.base[0] : -1;
      out.push({ op: block.same ? ' ' : '-', base: i, head: j, name: base.columns[i] ?? '' });
    }
    if (!block.same)
      for (let j = block.head[0]; j < block.head[1]; j++)
        out.push({ op: '+', base: -1, head: j, name: head.columns[j] ?? '' });
  }
  return {
    columns: out.map(({ op, name }) => ({ op, name })),
    base: out.map((column) => column.base),
    head: out.map((column) => column.head),
  };
}

type Row = readonly string[];

/** True for texts of a cell that differ in chance alone. */
export type IsAlike = (base: string, head: string) => boolean;

interface Comparison extends Columns {
  readonly isAlike: IsAlike;
}

function toRow(base: Row | undefined, head: Row | undefined, columns: Comparison): TableRow {
  const cells = columns.columns.map((_, n): TableCell => {
    const a = base?.[columns.base[n] ?? -1];
    const b = head?.[columns.head[n] ?? -1];
    if (a === undefined && b === undefined) return {};
    if (a === undefined || b === undefined)
      return { ...(a === undefined ? {} : { base: a }), ...(b === undefined ? {} : { head: b }) };
    if (a === b) return { base: a, head: b };
    if (columns.isAlike(a, b)) return { base: b, head: b };
    const delta = deltaOf(a, b);
    return { base: a, head: b, ...(delta === undefined ? {} : { delta }) };
  });
  const op =
    base === undefined ? '+' : head === undefined ? '-' : cells.some(isChanged) ? '~' : ' ';
  return { op, cells };
}

/** Rows of a block that differ: those with one label are one row, so are rows left over at the same place. */
function pairRows(
  a: readonly Row[],
  b: readonly Row[],
  labels: number,
): [Row | undefined, Row | undefined][] {
  const label = (row: Row) => labelOf(row, labels);
  const { partner } = alignItems(
    labels > 0 ? a.map(label) : a.map((_, i) => String(i)),
    labels > 0 ? b.map(label) : b.map((_, i) => String(i)),
  );
  const pairs: [Row | undefined, Row | undefined][] = [];
  for (const block of toBlocks({ partner, coarse: false }, b.length)) {
    const [lengthA, lengthB] = [block.base[1] - block.base[0], block.head[1] - block.head[0]];
    // Numbered rows that came and went as many as each other are most likely the same rows with other numbers.
    const both = block.same || lengthA === lengthB ? lengthA : 0;
    for (let n = 0; n < both; n++) pairs.push([a[block.base[0] + n], b[block.head[0] + n]]);
    for (let n = both; n < lengthA; n++) pairs.push([a[block.base[0] + n], undefined]);
    for (let n = both; n < lengthB; n++) pairs.push([undefined, b[block.head[0] + n]]);
  }
  return pairs;
}

function labelOf(row: Row, labels: number): string {
  return row.slice(0, labels).join('\u0000');
}

/** Rows paired by label wherever they stand, in the order of head; undefined when labels do not name rows. Ranked tables stay readable so. */
function pairByLabel(
  a: readonly Row[],
  b: readonly Row[],
  labels: number,
): [Row | undefined, Row | undefined][] | undefined {
  const inBase = new Map(a.map((row, i) => [labelOf(row, labels), i]));
  const inHead = new Set(b.map((row) => labelOf(row, labels)));
  if (labels === 0 || inBase.size < a.length || inHead.size < b.length) return undefined;
  const pairs: [Row | undefined, Row | undefined][] = [];
  let next = 0;
  const leaveOutUntil = (end: number) => {
    for (; next < end; next++) {
      const row = a[next];
      if (row !== undefined && !inHead.has(labelOf(row, labels))) pairs.push([row, undefined]);
    }
  };
  for (const row of b) {
    const i = inBase.get(labelOf(row, labels));
    if (i !== undefined) leaveOutUntil(i);
    pairs.push([i === undefined ? undefined : a[i], row]);
  }
  leaveOutUntil(a.length);
  return pairs;
}

/**
 * Two tables compared cell by cell, rows and columns aligned; undefined when no cell, row or column differs. A cell that is alike is shown
 * as head has it.
 */
export function diffTables(
  base: Table,
  head: Table,
  isAlike: IsAlike,
): Pick<TablePart, 'columns' | 'rows' | 'changedCells' | 'rowsLeftOut'> | undefined {
  const columns = { ...alignColumns(base, head), isAlike };
  const shared = (side: readonly number[], rows: readonly Row[]) =>
    rows.map((row) =>
      side.map((i, n) => (columns.columns[n]?.op === ' ' ? (row[i] ?? '') : '')).join('\u0000'),
    );
  const alignment = alignItems(shared(columns.base, base.rows), shared(columns.head, head.rows));
  const labels = Math.min(base.labels, head.labels);
  const byLabel = pairByLabel(base.rows, head.rows, labels)?.map(([x, y]) => toRow(x, y, columns));
  // Rows that only changed places have no change to show by label: they went from one place and came to another.
  const all = byLabel?.some(({ op }) => op !== ' ') === true ? byLabel : [];
  for (const block of all.length > 0 ? [] : toBlocks(alignment, head.rows.length)) {
    const a = base.rows.slice(...block.base);
    const b = head.rows.slice(...block.head);
    const pairs = block.same ? a.map((row, i) => [row, b[i]] as const) : pairRows(a, b, labels);
    for (const [x, y] of pairs) all.push(toRow(x, y, columns));
  }
  const differs = columns.columns.some(({ op }) => op !== ' ');
  if (!differs && all.every(({ op }) => op === ' ')) return undefined;
  const shown =
    all.length <= MAX_WHOLE
      ? all
      : all.filter(({ op }, i) => op !== ' ' || (differs && i < MAX_WHOLE)).slice(0, MAX_ROWS);
  const changedCells = all.reduce(
    (sum, row) => sum + (row.op === '~' ? row.cells.filter(isChanged).length : 0),
    0,
  );
  return {
    columns: columns.columns,
    rows: shown,
    changedCells,
    rowsLeftOut: all.length - shown.length,
  };
}

function isChanged({ base, head }: TableCell): boolean {
  return base !== undefined && head !== undefined && base !== head;
}
