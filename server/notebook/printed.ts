import type { Bundle } from '../../contract/bundle.js';
import type { Cell } from './notebook.js';
import { STDOUT_MIME } from './notebook.js';

/** Characters of one cell's text that are looked through, and values of one metric that are kept: the last ones. */
const MOST_CHARACTERS = 1_000_000;
const MOST_VALUES = 1_000;
/** Spaces around a separator. */
const MOST_SPACES = 40;

const WORD = /\w/;
/** Digits are bounded: a longer one is no metric. */
const NUMBER = /[-+]?(?:\d{1,30}(?:\.\d{0,30})?|\.\d{1,30})(?:[eE][-+]?\d{1,4})?(?![\w.]*\d)/y;
const NO_NUMBER = /[-+]?(?:nan|inf(?:inity)?)(?!\w)/iy;

/**
 * Metrics that a cell printed, such as "accuracy: 0.93" or "loss = 1e-3": the name as a whole word, ":" or "=", the number. Found in one
 * pass for each name, however the text is made. Undefined where there are none.
 */
export function findPrinted(cell: Cell, names: readonly string[]): Bundle | undefined {
  const text = cell.outputs
    .flatMap(({ type, data }) => (type === 'stream' ? (data.get(STDOUT_MIME) ?? []) : []))
    .filter((each) => typeof each === 'string')
    .join('\n')
    .slice(0, MOST_CHARACTERS);
  if (text === '') return undefined;
  const metrics = names.flatMap((name): [string, ReturnType<typeof toSeries>][] => {
    const values = [...findValues(text, name)];
    return values.length === 0 ? [] : [[name, toSeries(values)]];
  });
  return metrics.length === 0 ? undefined : { metrics: Object.fromEntries(metrics) };
}

type Value = number | 'NaN' | 'Infinity' | '-Infinity';

function toSeries(values: readonly Value[]): NonNullable<Bundle['metrics']>[string] {
  const [only] = values;
  if (values.length === 1 && only !== undefined) return only;
  const first = Math.max(0, values.length - MOST_VALUES);
  return values.slice(first).map((value, at) => ({ value, step: first + at }));
}

function* findValues(text: string, name: string): Generator<Value, void> {
  if (name === '') return;
  for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + name.length)) {
    if (WORD.test(text.charAt(at - 1))) continue;
    const separator = skipSpaces(text, at + name.length);
    if (!':='.includes(text.charAt(separator)) || separator >= text.length) continue;
    const value = readNumber(text, skipSpaces(text, separator + 1));
    if (value !== undefined) yield value;
  }
}

function skipSpaces(text: string, from: number): number {
  let at = from;
  while (at - from < MOST_SPACES && (text.charAt(at) === ' ' || text.charAt(at) === '\t')) at += 1;
  return at;
}

function readNumber(text: string, at: number): Value | undefined {
  NUMBER.lastIndex = at;
  const found = NUMBER.exec(text)?.[0];
  if (found !== undefined) {
    const number = Number(found);
    return Number.isFinite(number) ? number : number > 0 ? 'Infinity' : '-Infinity';
  }
  NO_NUMBER.lastIndex = at;
  const word = NO_NUMBER.exec(text)?.[0].toLowerCase();
  if (word === undefined) return undefined;
  if (word.endsWith('nan')) return 'NaN';
  return word.startsWith('-') ? '-Infinity' : 'Infinity';
}
