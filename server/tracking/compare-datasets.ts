import type { DatasetComparison, DescribedColumn } from '../../contract/dataset.js';
import type { DatasetDetail } from './describe-dataset.js';
import { toDistance, toQuantiles } from './sketch.js';

const SHARES = [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99];

/** What became of the columns of data and of their values, in the order of head's columns. */
export function compareDatasets(base: DatasetDetail, head: DatasetDetail): DatasetComparison {
  const before = new Map(base.columns.map((column) => [column.name, column]));
  const after = new Map(head.columns.map((column) => [column.name, column]));
  const both = [...after.values()].flatMap((column) => {
    const old = before.get(column.name);
    return old === undefined ? [] : [{ old, column }];
  });
  const [{ columns: _, ...baseFacts }, { columns: __, ...headFacts }] = [base, head];
  return {
    base: baseFacts,
    head: headFacts,
    added: [...after.keys()].filter((name) => !before.has(name)),
    removed: [...before.keys()].filter((name) => !after.has(name)),
    retyped: both.flatMap(({ old, column }) =>
      old.type === column.type ? [] : [{ name: column.name, base: old.type, head: column.type }],
    ),
    columns: both.map(({ old, column }) => ({
      name: column.name,
      missing: { base: shareOf(old, base.rows), head: shareOf(column, head.rows) },
      ...compareNumbers(old, column),
    })),
  };
}

function shareOf({ missing }: DescribedColumn, rows: number | null): number | null {
  if (missing === undefined || rows === null) return null;
  return rows === 0 ? 0 : missing / rows;
}

function compareNumbers(
  { sketch: old }: DescribedColumn,
  { sketch }: DescribedColumn,
): Pick<DatasetComparison['columns'][number], 'quantiles' | 'distance'> {
  if (old === undefined || sketch === undefined) return { quantiles: [], distance: null };
  const [before, after] = [toQuantiles(old, SHARES), toQuantiles(sketch, SHARES)];
  return {
    quantiles: SHARES.flatMap((at, place) => {
      const [base, head] = [before[place], after[place]];
      return base === undefined || head === undefined ? [] : [{ at, base, head }];
    }),
    distance: toDistance(old, sketch) ?? null,
  };
}
