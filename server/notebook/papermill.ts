import { toPlain } from './bundles.js';
import { isArray, isObject } from './json-value.js';
import type { Cell, Notebook } from './notebook.js';

/** What a notebook was run with; `cell` is the id of the cell that says so last ("" where none does). */
export interface Parameters {
  readonly cell: string;
  readonly params: Readonly<Record<string, Value>>;
}

type Value = string | number | boolean | null;

/** The tag of the cell that a person writes, and of the one that papermill puts behind it. */
const TAGS = ['parameters', 'injected-parameters'];

const MOST_LINES = 1_000;
const MOST_CHARACTERS = 2_000;
const MOST_PARAMS = 500;
/** Of a value that is no single one. */
const MOST_OF_VALUE = 500;

/** True of a cell that papermill knows by its tag. */
export function holdsParameters({ type, metadata }: Cell): boolean {
  const tags = metadata.get('tags');
  return type === 'code' && isArray(tags) && TAGS.some((tag) => tags.includes(tag));
}

/**
 * The parameters that papermill ran a notebook with: those of the cell tagged "parameters", then those of the cell that it put in, then
 * those that it noted. Undefined where there are none.
 */
export function findParameters(notebook: Notebook): Parameters | undefined {
  const cells = TAGS.flatMap((tag) =>
    notebook.cells.filter((cell) => {
      const tags = cell.metadata.get('tags');
      return holdsParameters(cell) && isArray(tags) && tags.includes(tag);
    }),
  );
  const pairs = [...cells.flatMap(({ source }) => readAssignments(source)), ...noted(notebook)];
  if (pairs.length === 0) return undefined;
  const params = Object.fromEntries([...new Map(pairs)].slice(0, MOST_PARAMS));
  return { cell: cells.at(-1)?.id ?? '', params };
}

function noted({ metadata }: Notebook): (readonly [string, Value])[] {
  const papermill = metadata.get('papermill');
  const given = isObject(papermill) ? papermill.get('parameters') : undefined;
  if (!isObject(given)) return [];
  return [...given]
    .filter(([name]) => name !== '')
    .map(([name, json]) => {
      const value = toPlain(json);
      return [name, isSingle(value) ? value : JSON.stringify(value).slice(0, MOST_OF_VALUE)];
    });
}

function isSingle(value: unknown): value is Value {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value);
}

/** `name = value` (Python, Julia) and `name <- value` (R), each on a line of its own; others are passed over. */
function readAssignments(source: string): (readonly [string, Value])[] {
  return source
    .split('\n', MOST_LINES)
    .filter((line) => line.length <= MOST_CHARACTERS)
    .flatMap((line) => {
      const [, name, value] = ASSIGNMENT.exec(line) ?? [];
      if (name === undefined || value === undefined) return [];
      const read = readValue(value.trim());
      return read === undefined ? [] : [[name, read] as const];
    });
}

/** A type may stand between: "alpha: float = 0.1". */
const ASSIGNMENT = /^([A-Za-z_][\w.]*)[ \t]*(?::[^=]*)?(?:=(?!=)|<-)(.*)$/;

const WORDS: ReadonlyMap<string, Value> = new Map<string, Value>([
  ...['True', 'TRUE', 'true'].map((word): [string, Value] => [word, true]),
  ...['False', 'FALSE', 'false'].map((word): [string, Value] => [word, false]),
  ...['None', 'NULL', 'nothing'].map((word): [string, Value] => [word, null]),
]);

/** Undefined for what goes on in the next line. */
function readValue(text: string): Value | undefined {
  const [, quote, quoted] = /^(["'])((?:(?!\1)[^\\])*)\1[ \t;]*(?:#.*)?$/.exec(text) ?? [];
  if (quote !== undefined) return quoted;
  const [code = ''] = text.split('#', 1);
  const bare = code.trimEnd().replace(/;$/, '').trimEnd();
  if (WORDS.has(bare)) return WORDS.get(bare) ?? null;
  // As Python writes numbers; R marks whole ones by an L.
  if (/^[-+]?(?:\d[\d_]*\.?[\d_]*|\.\d+)(?:[eE][-+]?\d+)?L?$/.test(bare))
    return Number(bare.replace(/_|L$/g, ''));
  return bare === '' || !isClosed(bare) ? undefined : bare.slice(0, MOST_OF_VALUE);
}

function isClosed(text: string): boolean {
  let depth = 0;
  for (const character of text) {
    if ('([{'.includes(character)) depth += 1;
    if (')]}'.includes(character)) depth -= 1;
  }
  return depth === 0 && !text.endsWith('\\') && !text.startsWith('"""') && !text.startsWith("'''");
}
