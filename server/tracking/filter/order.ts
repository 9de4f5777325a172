import { compareText } from '../../store/catalog/order.js';
import { CellarError } from '../../errors.js';
import type { Resolve } from './compile.js';
import type { Operand, OrderBy } from './filter.js';

/**
 * Puts rows in an order: by each key in turn, then by `last`. Whatever the direction, a row without the field comes behind all others,
 * and one whose number is NaN just before those (as MLflow orders them). Throws bad_request for a field that has no order.
 */
export function sortRows<Row>(
  rows: readonly Row[],
  keys: readonly OrderBy[],
  resolve: Resolve<Row>,
  last: (a: Row, b: Row) => number,
): Row[] {
  const readers = keys.map(({ field, descending }) => ({ ...resolve(field), descending, field }));
  for (const { field, several } of readers)
    if (several === true)
      throw new CellarError('bad_request', `${field.text} has no order: there may be several.`);
  const placed = rows.map((row) => ({
    row,
    values: readers.map((reader) => {
      const found = reader.read(row);
      return typeof found === 'object' ? found.at(-1) : found;
    }),
  }));
  placed.sort((a, b) => {
    for (const [at, { descending }] of readers.entries()) {
      const order = compareFound(a.values[at], b.values[at], descending);
      if (order !== 0) return order;
    }
    return last(a.row, b.row);
  });
  return placed.map(({ row }) => row);
}

function compareFound(a: Operand | undefined, b: Operand | undefined, descending: boolean): number {
  const ranks = rankOf(a) - rankOf(b);
  if (ranks !== 0 || a === undefined || b === undefined || rankOf(a) > 0) return ranks;
  const order =
    typeof a === 'string' && typeof b === 'string' ? compareText(a, b) : Number(a) - Number(b) || 0;
  return descending ? -order : order;
}

function rankOf(value: Operand | undefined): number {
  if (value === undefined) return 2;
  return Number.isNaN(value) ? 1 : 0;
}
