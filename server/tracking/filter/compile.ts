import { CellarError } from '../../errors.js';
import type { Field, Filter, Operand, Operator } from './filter.js';
import { isLike } from './like.js';

/** What a row has of a field; several where it has several, e.g. the names of its datasets. */
export type Found = Operand | undefined | readonly Operand[];

/** How a subject answers to one field. */
export interface FieldReader<Row> {
  readonly type: 'text' | 'number' | 'truth';
  read(row: Row): Found;
  /** Whether a row may have several, so that it has no order; false by default. */
  readonly several?: boolean;
  /** Whether it may be asked for in a list, and whether it is there; false by default. */
  readonly lists?: boolean;
  readonly presence?: boolean;
  /** Whether a row that has no such thing differs from everything; false by default. */
  readonly absentDiffers?: boolean;
}

/** Gives the reader of a field; throws bad_request where the subject has none such. */
export type Resolve<Row> = (field: Field) => FieldReader<Row>;

export type Predicate<Row> = (row: Row) => boolean;

const ORDERED: readonly Operator[] = ['=', '!=', '<', '<=', '>', '>='];
const OPERATORS: Readonly<Record<FieldReader<unknown>['type'], readonly Operator[]>> = {
  number: ORDERED,
  text: ['=', '!=', 'LIKE', 'ILIKE'],
  truth: ['=', '!='],
};
const TYPES = { number: 'number', text: 'string', truth: 'boolean' } as const;
const NAMES = {
  number: 'a number',
  text: 'a text in quotes',
  truth: 'true or false',
} as const;

/** A filter as a test of one row. Throws bad_request for a comparison that a field does not take. */
export function compileFilter<Row>(filter: Filter, resolve: Resolve<Row>): Predicate<Row> {
  switch (filter.kind) {
    case 'all': {
      const all = filter.of.map((each) => compileFilter(each, resolve));
      return (row) => all.every((each) => each(row));
    }
    case 'any': {
      const any = filter.of.map((each) => compileFilter(each, resolve));
      return (row) => any.some((each) => each(row));
    }
    case 'not': {
      const of = compileFilter(filter.of, resolve);
      return (row) => !of(row);
    }
    case 'presence':
      return compilePresence(filter, resolve);
    case 'among':
      return compileAmong(filter, resolve);
    case 'comparison':
      return compileComparison(filter, resolve);
  }
}

function compilePresence<Row>(
  { field, present }: Filter & { readonly kind: 'presence' },
  resolve: Resolve<Row>,
): Predicate<Row> {
  const reader = resolve(field);
  if (reader.presence !== true) throw refuse(field, 'takes no IS NULL and no IS NOT NULL');
  return (row) => listOf(reader.read(row)).length > 0 === present;
}

function compileAmong<Row>(
  { field, values, outside }: Filter & { readonly kind: 'among' },
  resolve: Resolve<Row>,
): Predicate<Row> {
  const reader = resolve(field);
  if (reader.lists !== true) throw refuse(field, 'takes no IN');
  for (const value of values) checkType(field, reader, value);
  const wanted = new Set(values);
  return (row) => {
    const found = listOf(reader.read(row));
    if (found.length === 0) return outside && reader.absentDiffers === true;
    return found.some((each) => wanted.has(each) !== outside);
  };
}

function compileComparison<Row>(
  { field, operator, value }: Filter & { readonly kind: 'comparison' },
  resolve: Resolve<Row>,
): Predicate<Row> {
  const reader = resolve(field);
  if (!OPERATORS[reader.type].includes(operator))
    throw refuse(field, `takes ${OPERATORS[reader.type].join(', ')}, not ${operator}`);
  checkType(field, reader, value);
  const holds = toTest(operator, value);
  return (row) => {
    const found = listOf(reader.read(row));
    if (found.length === 0) return operator === '!=' && reader.absentDiffers === true;
    return found.some(holds);
  };
}

function toTest(operator: Operator, value: Operand): (found: Operand) => boolean {
  switch (operator) {
    case '=':
      return (found) => found === value;
    case '!=':
      return (found) => found !== value;
    case '<':
      return (found) => found < value;
    case '<=':
      return (found) => found <= value;
    case '>':
      return (found) => found > value;
    case '>=':
      return (found) => found >= value;
    case 'LIKE':
      return (found) => isLike(String(found), String(value));
    case 'ILIKE': {
      const pattern = String(value).toLowerCase();
      return (found) => isLike(String(found).toLowerCase(), pattern);
    }
  }
}

function checkType(
  field: Field,
  { type }: Pick<FieldReader<unknown>, 'type'>,
  value: Operand,
): void {
  if (typeof value !== TYPES[type])
    throw refuse(field, `is compared with ${NAMES[type]}, not with ${JSON.stringify(value)}`);
}

function listOf(found: Found): readonly Operand[] {
  if (found === undefined) return [];
  return typeof found === 'object' ? found : [found];
}

function refuse({ text }: Field, reason: string): CellarError {
  return new CellarError('bad_request', `The filter cannot be used: ${text} ${reason}.`);
}
