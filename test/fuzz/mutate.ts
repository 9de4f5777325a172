/** A JSON value as JSON.parse gives it. */
export type Value = null | boolean | number | string | Value[] | { [name: string]: Value };

/** Random numbers from a seed (mulberry32), so that a failure can be made again. */
export class Chance {
  constructor(private state: number) {}

  next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }

  /** A whole number from 0, below `end`. */
  below(end: number): number {
    return Math.floor(this.next() * end);
  }

  pick<T>(items: readonly T[]): T {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new RangeError('nothing to pick from');
    return item;
  }
}

const TEXTS = [
  '',
  'x = 1',
  'print("a")\nfor i in x:\n    f(i)',
  '\ud800',
  'e\u0301 👨‍👩‍👧 \u202eabc\u202c \u200b',
  '\u0000\u0001\u001b[31mred\u001b[0m',
  '10%\r50%\r100%\n',
  'a\b\b\bc\r\n\r\r',
  '<T at 0x7f00aa11bb22> /tmp/ipykernel_12/34.py 2024-01-01 10:00:00,1 INFO',
  '<table><tr><th>a</th></tr><tr><td rowspan=9 colspan=1000>1</td></tr></table>',
  '<svg><g><g><path d="M0 0"/></svg>',
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  '<<<<<<< HEAD\na\n=======\nb\n>>>>>>> x',
  '%%bash\nls # a',
  '"\\'.repeat(40),
  '(['.repeat(300),
  'ab, '.repeat(3000),
  'line\n'.repeat(400),
];
const NAMES = [
  '__proto__',
  'constructor',
  'id',
  'source',
  'outputs',
  'metadata',
  'data',
  'text',
  '7',
  '',
];
const MIMES = [
  ...['text/plain', 'text/html', 'text/markdown', 'text/latex', 'image/png', 'image/jpeg'],
  ...['image/svg+xml', 'application/json', 'application/vnd.plotly.v1+json', 'application/pdf'],
  ...['application/vnd.jupyter.widget-view+json', 'application/vnd.cellar.v1+json', 'a/b'],
];

/** Any small value. */
function anything(chance: Chance, level = 0): Value {
  switch (chance.below(level > 2 ? 6 : 8)) {
    case 0:
      return null;
    case 1:
      return chance.next() < 0.5;
    case 2:
      return chance.pick([0, 1, -1, 1e300, 1.5, 2 ** 53, 1e-9]);
    case 6:
      return Array.from({ length: chance.below(4) }, () => anything(chance, level + 1));
    case 7: {
      const made: { [name: string]: Value } = {};
      for (let n = chance.below(4); n > 0; n--)
        define(made, chance.pick(NAMES), anything(chance, level + 1));
      return made;
    }
    default:
      return chance.pick(TEXTS);
  }
}

/** Sets a name as JSON.parse would: "__proto__" is an ordinary one. */
function define(object: { [name: string]: Value }, name: string, value: Value): void {
  Object.defineProperty(object, name, {
    value,
    enumerable: true,
    configurable: true,
    writable: true,
  });
}

function anyOutput(chance: Chance): Value {
  const text = chance.pick(TEXTS);
  switch (chance.below(4)) {
    case 0:
      return { output_type: 'stream', name: chance.pick(['stdout', 'stderr', 'x']), text };
    case 1:
      return { output_type: 'error', ename: 'E', evalue: text, traceback: [text, 'b'] };
    default: {
      const data: { [name: string]: Value } = {};
      for (let n = chance.below(3); n >= 0; n--) {
        const mime = chance.pick(MIMES);
        data[mime] =
          mime.endsWith('json') || chance.next() < 0.1 ? anything(chance) : chance.pick(TEXTS);
      }
      return { output_type: chance.pick(['display_data', 'execute_result']), data, metadata: {} };
    }
  }
}

function anyCell(chance: Chance): Value {
  const source = chance.next() < 0.7 ? chance.pick(TEXTS) : words(chance);
  const id = chance.next() < 0.5 ? { id: `c${chance.below(6)}` } : {};
  const type = chance.pick(['code', 'code', 'markdown', 'raw', 'future']);
  if (type !== 'code') return { cell_type: type, ...id, metadata: {}, source };
  const outputs = Array.from({ length: chance.below(3) }, () => anyOutput(chance));
  return { cell_type: type, ...id, metadata: {}, source, execution_count: null, outputs };
}

function words(chance: Chance): string {
  return Array.from(
    { length: 1 + chance.below(8) },
    () => `v${chance.below(9)} = f${chance.below(9)}(${chance.below(99)})`,
  ).join('\n');
}

/** A notebook made up from nothing. */
export function anyNotebook(chance: Chance): Value {
  const cells = Array.from({ length: chance.below(9) }, () => anyCell(chance));
  return { nbformat: 4, nbformat_minor: 5, metadata: {}, cells };
}

type Step = (cells: Value[], chance: Chance) => void;

function sourceOf(cell: Value | undefined): string {
  if (typeof cell !== 'object' || cell === null || Array.isArray(cell)) return '';
  const { source } = cell;
  return Array.isArray(source)
    ? source.filter((line) => typeof line === 'string').join('')
    : typeof source === 'string'
      ? source
      : '';
}

function withSource(cell: Value | undefined, source: string): Value {
  return typeof cell === 'object' && cell !== null && !Array.isArray(cell)
    ? { ...cell, source }
    : { cell_type: 'code', source };
}

/** What people do to cells. */
const STEPS: readonly Step[] = [
  (cells, chance) => cells.splice(chance.below(cells.length + 1), 0, anyCell(chance)),
  (cells, chance) => cells.splice(chance.below(cells.length), 1),
  (cells, chance) =>
    cells.splice(chance.below(cells.length), 0, ...cells.splice(chance.below(cells.length), 1)),
  (cells, chance) => cells.push(structuredClone(chance.pick(cells))),
  (cells, chance) => {
    const at = chance.below(cells.length);
    const lines = sourceOf(cells[at]).split('\n');
    lines[chance.below(lines.length)] = chance.pick(TEXTS);
    cells[at] = withSource(cells[at], lines.join('\n'));
  },
  (cells, chance) => {
    const at = chance.below(cells.length);
    const lines = sourceOf(cells[at]).split('\n');
    const cut = chance.below(lines.length + 1);
    const parts = [lines.slice(0, cut), lines.slice(cut)].map((part) =>
      withSource(cells[at], part.join('\n')),
    );
    cells.splice(at, 1, ...parts);
  },
  (cells, chance) => {
    const at = chance.below(cells.length);
    const joined = `${sourceOf(cells[at])}\n${sourceOf(cells[at + 1])}`;
    cells.splice(at, 2, withSource(cells[at], joined));
  },
];

/** One edit of a notebook: mostly what people do, at times any node replaced by anything. The value itself stays as it is. */
export function mutate(value: Value, chance: Chance): Value {
  const copy = structuredClone(value);
  const cells =
    typeof copy === 'object' && copy !== null && !Array.isArray(copy) ? copy['cells'] : undefined;
  if (Array.isArray(cells) && cells.length > 0 && chance.next() < 0.8) {
    chance.pick(STEPS)(cells, chance);
    return copy;
  }
  return replaceSome(copy, chance);
}

/** Goes down at random and puts something else where it stops. */
function replaceSome(value: Value, chance: Chance): Value {
  if (typeof value !== 'object' || value === null || chance.next() < 0.12) return anything(chance);
  if (Array.isArray(value)) {
    if (value.length === 0) return [anything(chance)];
    const at = chance.below(value.length);
    return value.map((item, i) => (i === at ? replaceSome(item, chance) : item));
  }
  const names = Object.keys(value);
  if (names.length === 0 || chance.next() < 0.1) {
    const made = { ...value };
    define(made, chance.pick(NAMES), anything(chance));
    return made;
  }
  const name = chance.pick(names);
  return { ...value, [name]: replaceSome(value[name] ?? null, chance) };
}

/** The bytes of a notebook's file, now and then damaged. */
export function toBytes(value: Value, chance: Chance): Uint8Array {
  const text = JSON.stringify(value, null, chance.pick([0, 1, 4]));
  const bytes = new TextEncoder().encode(text.replaceAll('9007199254740992', '9007199254740993'));
  if (chance.next() < 0.95) return bytes;
  if (chance.next() < 0.5) return bytes.subarray(0, chance.below(bytes.length));
  const damaged = bytes.slice();
  damaged[chance.below(damaged.length)] = chance.below(256);
  return damaged;
}
