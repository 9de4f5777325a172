/** Two notebooks of a size that hurts, as nbformat writes them, and what to reach with them. */
export interface DiffCase {
  readonly name: string;
  readonly title: string;
  /** Seconds for reading both and comparing; of the start: processor time of the whole command. */
  readonly goal: number;
  readonly base: string;
  readonly head: string;
  /** How often each side runs; nbdime needs half a minute for some. */
  readonly runs: number;
  /** The goal on the result, and whether it was met; facts of the result are in `Facts`. */
  readonly result: string;
  readonly met: (facts: Facts) => boolean;
}

/** What a result says, and what it weighs: bytes of `cellar diff --format json`, peak memory of the process in MB. */
export interface Facts {
  readonly moved: number;
  readonly added: number;
  readonly deleted: number;
  readonly lines: number;
  readonly leaves: number;
  readonly bytes: number;
  readonly megabytes: number;
}

type Random = () => number;

/** Mulberry32: the same notebooks on every machine. */
function randomOf(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const SYLLABLES = ['ba', 'ce', 'di', 'fo', 'gu', 'la', 'me', 'ni', 'po', 'ru', 'sa', 'te', 'vi'];

function word(random: Random): string {
  return Array.from({ length: 3 }, () => SYLLABLES[Math.floor(random() * 13)] ?? '').join('');
}

function line(random: Random): string {
  const number = Math.floor(random() * 1000);
  return `${word(random)}_${number} = ${word(random)}.${word(random)}(${word(random)}, ${number})`;
}

interface CodeCell {
  readonly id?: string;
  readonly source: string;
  readonly outputs?: readonly object[];
}

function notebook(cells: readonly CodeCell[], minor = 5): string {
  const whole = cells.map(({ id, source, outputs = [] }) => ({
    cell_type: 'code',
    execution_count: null,
    ...(id === undefined ? {} : { id }),
    metadata: {},
    outputs,
    source: source.split(/(?<=\n)/),
  }));
  const metadata = {
    kernelspec: { display_name: 'Python 3', language: 'python', name: 'python3' },
  };
  return `${JSON.stringify({ cells: whole, metadata, nbformat: 4, nbformat_minor: minor }, null, 1)}\n`;
}

/** A notebook of one cell that put this out. */
function showing(data: object): string {
  return notebook([
    { id: 'one', source: 'show()', outputs: [{ data, metadata: {}, output_type: 'display_data' }] },
  ]);
}

/** `count` different numbers below `length`, in order. */
function places(random: Random, count: number, length: number): number[] {
  const chosen = new Set<number>();
  while (chosen.size < count) chosen.add(Math.floor(random() * length));
  return [...chosen].sort((a, b) => a - b);
}

/** A thousand cells of eight lines: 50 edited, 20 moved, 20 inserted, 20 deleted. */
function manyCells(ids: boolean): readonly [string, string] {
  const random = randomOf(7);
  const fresh = (n: number, lines = 8): CodeCell => ({
    ...(ids ? { id: `cell-${n}` } : {}),
    source: Array.from({ length: lines }, () => line(random)).join('\n'),
  });
  const cells = Array.from({ length: 1000 }, (_, n) => fresh(n));
  const touched = places(random, 90, 1000).sort(() => random() - 0.5);
  const [edited, moved, deleted] = [touched.slice(0, 50), touched.slice(50, 70), touched.slice(70)];
  const head: CodeCell[] = [];
  cells.forEach((cell, n) => {
    if (moved.includes(n) || deleted.includes(n)) return;
    const lines = cell.source.split('\n');
    if (edited.includes(n)) lines[3] = `${lines[3] ?? ''} + ${word(random)}`;
    head.push({ ...cell, source: lines.join('\n') });
  });
  const insert = (cell: CodeCell) => head.splice(Math.floor(random() * head.length), 0, cell);
  for (let n = 0; n < 20; n++) insert(fresh(2000 + n));
  for (const n of moved) insert(cells[n] ?? fresh(n));
  return [notebook(cells, ids ? 5 : 4), notebook(head, ids ? 5 : 4)];
}

function longCell(): readonly [string, string] {
  const random = randomOf(11);
  const lines = Array.from({ length: 5000 }, () => line(random));
  const head = [...lines];
  for (const n of places(random, 50, 5000)) head[n] = `${head[n] ?? ''} + ${word(random)}`;
  const of = (source: readonly string[]) => notebook([{ id: 'one', source: source.join('\n') }]);
  return [of(lines), of(head)];
}

function pictures(): readonly [string, string] {
  const random = randomOf(13);
  const picture = (seed: number) => {
    const own = randomOf(seed);
    const bytes = Buffer.alloc(375_000);
    for (let at = 0; at < bytes.length; at += 4)
      bytes.writeUInt32LE(Math.floor(own() * 4294967296), at);
    return bytes.toString('base64');
  };
  const changed = new Set(places(random, 3, 40));
  const of = (again: boolean) =>
    notebook(
      Array.from({ length: 40 }, (_, n) => ({
        id: `cell-${n}`,
        source: `plot(${n})`,
        outputs: [
          {
            data: {
              'image/png': picture(again && changed.has(n) ? 1000 + n : n),
              'text/plain': '<Figure size 640x480 with 1 Axes>',
            },
            metadata: {},
            output_type: 'display_data',
          },
        ],
      })),
    );
  return [of(false), of(true)];
}

function longStream(): readonly [string, string] {
  const random = randomOf(17);
  const lines = Array.from(
    { length: 50_000 },
    (_, n) => `epoch ${n} loss ${random().toFixed(6)} ${word(random)}\n`,
  );
  const head = [...lines];
  for (const n of places(random, 100, 50_000)) head[n] = `epoch ${n} loss ${random().toFixed(6)}\n`;
  const of = (text: readonly string[]) =>
    notebook([
      { id: 'one', source: 'fit()', outputs: [{ name: 'stdout', output_type: 'stream', text }] },
    ]);
  return [of(lines), of(head)];
}

function plotly(): readonly [string, string] {
  const random = randomOf(19);
  const traces = Array.from({ length: 20 }, (_, n) => ({
    mode: 'lines',
    name: `trace ${n}`,
    type: 'scatter',
    x: Array.from({ length: 13_900 }, (_, i) => i),
    y: Array.from({ length: 13_900 }, () => random() * 100 - 50),
  }));
  const of = () =>
    showing({ 'application/vnd.plotly.v1+json': { data: traces, layout: { title: 'Traces' } } });
  const base = of();
  for (let n = 0; n < 10; n++) {
    const trace = traces[n * 2];
    if (trace !== undefined) trace.y[Math.floor(random() * 13_900)] = random();
  }
  return [base, of()];
}

function longLine(): readonly [string, string] {
  const random = randomOf(23);
  const values = Array.from({ length: 150_000 }, () => random().toFixed(5));
  const head = [...values];
  for (const n of places(random, 3, values.length)) head[n] = (random() + 2).toFixed(5);
  const of = (list: readonly string[]) => showing({ 'text/plain': [`[${list.join(',')}]`] });
  return [of(values), of(head)];
}

function small(): readonly [string, string] {
  return [notebook([{ id: 'one', source: 'x = 1' }]), notebook([{ id: 'one', source: 'x = 2' }])];
}

type Row = readonly [
  name: string,
  title: string,
  goal: number,
  runs: number,
  make: () => readonly [string, string],
  result: string,
  met: (facts: Facts) => boolean,
];

const twentyMoves = ({ moved, added, deleted }: Facts): boolean =>
  moved === 20 && added === 20 && deleted === 20;

const ROWS: readonly Row[] = [
  ['ids', '1,000 cells with ids', 0.1, 5, () => manyCells(true), '20 of 20 moves', twentyMoves],
  [
    'no-ids',
    '1,000 cells without ids',
    0.3,
    1,
    () => manyCells(false),
    '20 of 20 moves',
    twentyMoves,
  ],
  [
    'long-cell',
    'a cell of 5,000 lines',
    0.2,
    2,
    longCell,
    '≤ 150 MB',
    ({ megabytes }) => megabytes <= 150,
  ],
  [
    'pictures',
    '20 MB of pictures, 3 changed',
    0.5,
    3,
    pictures,
    '≤ 50 KB',
    ({ bytes }) => bytes <= 50_000,
  ],
  [
    'stream',
    '50,000 printed lines, 100 changed',
    0.3,
    3,
    longStream,
    '≤ 200 lines',
    ({ lines }) => lines <= 200,
  ],
  [
    'plotly',
    '12.8 MB Plotly figure, 10 values changed',
    0.5,
    3,
    plotly,
    '10 leaves',
    ({ leaves }) => leaves === 10,
  ],
  [
    'line',
    'one line of 1.2 MB, 3 values changed',
    0.2,
    3,
    longLine,
    '≤ 10 KB',
    ({ bytes }) => bytes <= 10_000,
  ],
  ['start', 'start of the command (CPU)', 0.15, 7, small, '', () => true],
];

/** The rows of the table, in order; `only` picks those whose name it holds. The notebooks are made when they are asked for. */
export function* diffCases(only: string | undefined): Generator<DiffCase> {
  for (const [name, title, goal, runs, make, result, met] of ROWS) {
    if (only !== undefined && !name.includes(only)) continue;
    const [base, head] = make();
    yield { name, title, goal, runs, base, head, result, met };
  }
}
