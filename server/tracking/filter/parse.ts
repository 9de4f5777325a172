import { grammar, type Node } from 'ohm-js';

import { CellarError } from '../../errors.js';
import type { Field, Filter, Operand, Operator, OrderBy, ParsedFilter } from './filter.js';

/** Longer ones are asked by no person, and an honest list of ids has room: nobody else is answered while one is read. */
const MOST_CHARACTERS = 50_000;
/** Conditions, and values of lists. */
const MOST_PARTS = 2_000;

/** MLflow's grammar of search filters, with OR, NOT and parentheses beside its AND (reference: mlflow-rest.md, section 5). */
const GRAMMAR = grammar(String.raw`
  Filter {
    Whole = Either?
    Either = Both (or Both)*
    Both = Term (and Term)*
    Term = not Term            -- negated
         | "(" Either ")"      -- grouped
         | Comparison
    Comparison = field is not null     -- present
               | field is null         -- absent
               | field not in List     -- outside
               | field in List         -- within
               | field operator value  -- compared
    List = "(" NonemptyListOf<value, ","> ")"

    Order = field (descending | ascending)?

    field = entity "." key  -- keyed
          | key             -- bare
    entity = letter (alnum | "_")*
    key = "${'`'}" (~"${'`'}" any)+ "${'`'}"    -- ticked
        | "\"" (~"\"" any)+ "\""  -- quoted
        | plain                   -- plain
    plain = part ("." part)*
    part = (alnum | "_" | "-" | "/" | ":")+
    keyPart = alnum | "_" | "-" | "." | "/" | ":"
    operator = "!=" | "<=" | ">=" | "=" | "<" | ">" | like | ilike
    value = number | string | boolean
    number = "-"? digit+ ("." digit*)? exponent?  -- whole
           | "-"? "." digit+ exponent?            -- fraction
    exponent = caseInsensitive<"e"> ("+" | "-")? digit+
    string = "'" ("''" | ~"'" any)* "'"        -- single
           | "\"" ("\"\"" | ~"\"" any)* "\""  -- double
    boolean = (caseInsensitive<"true"> | caseInsensitive<"false">) ~keyPart

    ascending = caseInsensitive<"asc"> ~keyPart
    descending = caseInsensitive<"desc"> ~keyPart
    and = caseInsensitive<"and"> ~keyPart
    or = caseInsensitive<"or"> ~keyPart
    not = caseInsensitive<"not"> ~keyPart
    in = caseInsensitive<"in"> ~keyPart
    is = caseInsensitive<"is"> ~keyPart
    null = caseInsensitive<"null"> ~keyPart
    like = caseInsensitive<"like"> ~keyPart
    ilike = caseInsensitive<"ilike"> ~keyPart
  }
`);

const semantics = GRAMMAR.createSemantics()
  .addOperation<Filter>('toFilter', {
    Whole: (either) => either.children.map(toFilter)[0] ?? { kind: 'all', of: [] },
    Either: (first, _or, more) => joined('any', [first, ...more.children]),
    Both: (first, _and, more) => joined('all', [first, ...more.children]),
    Term_negated: (_not, term) => ({ kind: 'not', of: toFilter(term) }),
    Term_grouped: (_open, either, _close) => toFilter(either),
    Comparison_present: (field, _is, _not, _null) => ({
      kind: 'presence',
      field: toField(field),
      present: true,
    }),
    Comparison_absent: (field, _is, _null) => ({
      kind: 'presence',
      field: toField(field),
      present: false,
    }),
    Comparison_outside: (field, _not, _in, list) => toAmong(field, list, true),
    Comparison_within: (field, _in, list) => toAmong(field, list, false),
    Comparison_compared: (field, operator, value) => ({
      kind: 'comparison',
      field: toField(field),
      operator: operator.sourceString.toUpperCase() as Operator,
      value: toOperand(value),
    }),
  })
  .addOperation<Field>('toField', {
    field_keyed: (entity, _dot, key) => ({
      entity: entity.sourceString.toLowerCase(),
      key: toKey(key),
      text: `${entity.sourceString}.${key.sourceString}`,
    }),
    field_bare: (key) => ({ entity: undefined, key: toKey(key), text: key.sourceString }),
  })
  .addOperation<string>('toKey', {
    key_ticked: (_open, text, _close) => text.sourceString,
    key_quoted: (_open, text, _close) => text.sourceString,
    key_plain: (text) => text.sourceString,
  })
  .addOperation<readonly Operand[]>('toOperands', {
    List: (_open, values, _close) => values.asIteration().children.map(toOperand),
  })
  .addOperation<Operand>('toOperand', {
    number: (text) => Number(text.sourceString),
    string_single: (_open, text, _close) => text.sourceString.replaceAll("''", "'"),
    string_double: (_open, text, _close) => text.sourceString.replaceAll('""', '"'),
    boolean: (text) => text.sourceString.toLowerCase() === 'true',
  })
  .addOperation<OrderBy>('toOrder', {
    Order: (field, direction) => ({
      field: toField(field),
      descending: direction.sourceString.toLowerCase() === 'desc',
    }),
  })
  .addOperation<readonly string[]>('extensions', {
    Either: (first, _or, more) => [
      ...(more.children.length > 0 ? ['OR'] : []),
      ...[first, ...more.children].flatMap(extensionsOf),
    ],
    Term_negated: (_not, term) => ['NOT', ...extensionsOf(term)],
    Term_grouped: (_open, either, _close) => ['parentheses', ...extensionsOf(either)],
    Comparison: (_comparison) => [],
    _nonterminal: (...children) => children.flatMap(extensionsOf),
    _iter: (...children) => children.flatMap(extensionsOf),
    _terminal: () => [],
  });

/** Reads a filter; an empty one holds of everything. Throws bad_request with the place and what was expected there. */
export function parseFilter(text: string): ParsedFilter {
  if (text.length > MOST_CHARACTERS)
    throw toRefusal(`it has ${text.length} characters; ${MOST_CHARACTERS} are taken.`);
  const parts = (text.match(/,|\b(?:and|or)\b/gi)?.length ?? 0) + 1;
  if (parts > MOST_PARTS)
    throw toRefusal(
      `it has ${parts} conditions and values; ${MOST_PARTS} are taken. Search in several.`,
    );
  try {
    const match = GRAMMAR.match(text);
    if (match.failed()) throw toRefusal(`${match.shortMessage}.`);
    return {
      filter: toFilter(semantics(match) as Node),
      extensions: extensionsOf(semantics(match) as Node),
    };
  } catch (error) {
    // The parser calls itself for each level.
    if (error instanceof RangeError) throw toRefusal('its parentheses are nested too deeply.');
    throw error;
  }
}

/** The same; when `strict` it throws bad_request for what MLflow's own grammar does not have. */
export function parseStrictly(text: string, strict: boolean): Filter {
  const { filter, extensions } = parseFilter(text);
  const [extension] = extensions;
  if (!strict || extension === undefined) return filter;
  throw new CellarError(
    'bad_request',
    `The filter cannot be used: ${extension} is no part of MLflow's grammar. Join conditions by AND.`,
  );
}

/** Reads one key of an order, e.g. "metrics.acc DESC". Throws bad_request. */
export function parseOrder(text: string): OrderBy {
  const match = GRAMMAR.match(text.trim(), 'Order');
  if (text.length <= MOST_CHARACTERS && match.succeeded())
    return meaningOf(semantics(match) as Node).toOrder();
  throw new CellarError(
    'bad_request',
    `The order ${JSON.stringify(text.slice(0, 200))} cannot be read: it is a field, and ASC or DESC behind it.`,
  );
}

function toRefusal(reason: string): CellarError {
  return new CellarError('bad_request', `The filter cannot be read: ${reason}`);
}

function joined(kind: 'all' | 'any', nodes: readonly Node[]): Filter {
  const of = nodes.map(toFilter);
  const [only] = of;
  return only !== undefined && of.length === 1 ? only : { kind, of };
}

function toAmong(field: Node, list: Node, outside: boolean): Filter {
  const values = meaningOf(list).toOperands();
  return { kind: 'among', field: toField(field), values, outside };
}

/** What the operations above make of a node; the library knows of them only as it runs. */
interface Meaning {
  toFilter(): Filter;
  toField(): Field;
  toKey(): string;
  toOperands(): readonly Operand[];
  toOperand(): Operand;
  toOrder(): OrderBy;
  extensions(): readonly string[];
}

function meaningOf(node: Node): Meaning {
  return node as unknown as Meaning;
}

function toFilter(node: Node): Filter {
  return meaningOf(node).toFilter();
}

function toField(node: Node): Field {
  return meaningOf(node).toField();
}

function toKey(node: Node): string {
  return meaningOf(node).toKey();
}

function toOperand(node: Node): Operand {
  return meaningOf(node).toOperand();
}

function extensionsOf(node: Node): readonly string[] {
  return meaningOf(node).extensions();
}
