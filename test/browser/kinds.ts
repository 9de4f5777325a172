import { code, display, notebook, type Json } from './notebooks.js';
import { png, type Colour } from './png.js';

/** One output or text of each kind that a diff shows, before and after; each cell's id names its kind. */
export function kindsNotebook(side: 'base' | 'head'): Json {
  const after = side === 'head';
  const pick = <T>(base: T, head: T): T => (after ? head : base);
  const cell = (id: string, ...outputs: Json[]): Json => code(id, `show("${id}")`, outputs);
  return notebook(
    markdown('blocks', pick(REPORT_BEFORE, REPORT_AFTER)),
    code(
      'source',
      pick(SOURCE, SOURCE.replace('trees = 10', 'trees = 60').replace('  # rows', ' # lines')),
    ),
    code('spaces', pick('if x:\n  y = 1', 'if x:\n    y = 1')),
    code('hidden', pick('admin = False', 'admin = False\u200b  # \u202enot seen')),
    cell('stream', stream(pick(LOG, LOG.replace('0.8333', '0.9722').replace('[32m', '[33m')))),
    cell('address', stream(`<Model at 0x7f${pick('a1b2c3d4e5', 'ffb2c3d4e5')}>\n`)),
    cell(
      'address-and-value',
      stream(`<Model at 0x7f${pick('a1b2c3d4e5', 'ffb2c3d4e5')}> score ${pick('0.81', '0.97')}\n`),
    ),
    cell('table', display({ 'text/html': table(pick(ROWS, ROWS_AFTER)), 'text/plain': 'table' })),
    cell('png', display({ 'image/png': plot(after), 'text/plain': '<Figure>' })),
    cell(
      'png-size',
      display({ 'image/png': png(pick(200, 240), 120, shade(after)), 'text/plain': '<Figure>' }),
    ),
    cell('svg', display({ 'image/svg+xml': svg(pick(40, 56)) })),
    cell('json', display({ 'application/json': json(after) })),
    cell(
      'plotly',
      display({
        'application/vnd.plotly.v1+json': {
          data: [{ type: 'bar', x: ['a', 'b', 'c'], y: pick([3, 1, 2], [3, 4, 2]) }],
          layout: { title: { text: pick('Before', 'After') } },
        },
        'text/plain': 'Figure',
      }),
    ),
    cell('traceback', failure(after)),
    cell('metrics', {
      output_type: 'display_data',
      metadata: {},
      data: {
        'application/vnd.cellar.v1+json': {
          metrics: { accuracy: pick(0.8333, 0.9722), loss: pick(0.41, 0.12) },
          params: { trees: pick(10, 60) },
        },
        'text/plain': 'metrics',
      },
    }),
    cell(
      'widget',
      display({
        'application/vnd.jupyter.widget-view+json': {
          model_id: pick('a'.repeat(32), 'b'.repeat(32)),
          version_major: 2,
          version_minor: 0,
        },
        'text/plain': pick('IntSlider(value=3)', 'IntSlider(value=7)'),
      }),
    ),
    cell('latex', display({ 'text/latex': pick('$\\frac{a}{b}$', '$\\frac{a}{b} + c$') })),
    cell(
      'html',
      display({ 'text/html': `<h3>Report</h3><p>All <b>${pick('3', '5')}</b> checks passed.</p>` }),
    ),
    cell(
      'opaque',
      display({ 'application/x-thing': Buffer.from(pick('one', 'two!')).toString('base64') }),
    ),
    ...pick([cell('gone', stream('was here\n'))], []),
    ...pick([], [cell('new', display({ 'image/png': plot(true), 'text/plain': '<Figure>' }))]),
  );
}

const SOURCE = [
  'import pandas as pd',
  'from sklearn.ensemble import RandomForestClassifier',
  '',
  'trees = 10',
  'frame = pd.read_csv("wine.csv")  # rows of the data',
  'model = RandomForestClassifier(n_estimators=trees)',
].join('\n');

const LOG = [
  'epoch 1 accuracy \u001b[31m0.7011\u001b[0m',
  'epoch 2 accuracy \u001b[32m0.8333\u001b[0m',
  'done',
  '',
].join('\n');

const REPORT_BEFORE = [
  '# Wine',
  'The data has *178* rows.',
  'Each row is a wine of one of three growers.',
  'Nothing is missing.',
  'The features were measured in one laboratory.',
  '- one\n- two',
  'The end.',
].join('\n\n');
const REPORT_AFTER = REPORT_BEFORE.replace('*178* rows', '*178* rows and **13** columns')
  .replace('- two', '- two\n- three')
  .replace('\n\nThe end.', '\n\n> A quotation.');

type Row = readonly [string, string, string];
const ROWS: readonly Row[] = [
  ['forest', '0.8333', '10'],
  ['logistic', '0.9444', '1'],
  ['nearest', '0.7500', '5'],
];
const ROWS_AFTER: readonly Row[] = [
  ['forest', '0.9722', '60'],
  ['logistic', '0.9444', '1'],
  ['boosted', '0.9611', '100'],
];

function table(rows: readonly Row[]): string {
  const line = (tag: string, cells: readonly string[]): string =>
    `<tr>${cells.map((text) => `<${tag}>${text}</${tag}>`).join('')}</tr>`;
  const body = rows.map((cells) => line('td', cells)).join('');
  const head = line('th', ['model', 'accuracy', 'trees']);
  return `<table border="1" class="dataframe"><thead>${head}</thead><tbody>${body}</tbody></table>`;
}

/** A curve on white; after the change it ends higher. */
function plot(after: boolean): string {
  return png(320, 180, (x, y) => {
    if (x === 20 || y === 160) return [80, 80, 80];
    const rise = after && x > 200 ? (x - 200) / 3 : 0;
    const curve = 150 - x / 4 - 12 * Math.sin(x / 24) - rise;
    if (x > 20 && Math.abs(y - curve) < 2) return [31, 119, 180];
    return [255, 255, 255];
  });
}

function shade(after: boolean): (x: number, y: number) => Colour {
  return (x, y) => [x, y * 2, after ? 160 : 120];
}

function svg(radius: number): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" width="160" height="120"><rect width="160" height="120" fill="#eee"/><circle cx="80" cy="60" r="${String(radius)}" fill="#1f77b4"/></svg>`;
}

function json(after: boolean): Json {
  return {
    model: { depth: after ? 7 : 5, kind: 'forest' },
    scores: [0.81, after ? 0.97 : 0.83, 0.79],
    ...(after ? { note: 'second run' } : {}),
  };
}

function failure(after: boolean): Json {
  const message = after ? "'sugar'" : "'alcohol_'";
  const line = after ? 'frame["sugar"]' : 'frame["alcohol_"]';
  return {
    output_type: 'error',
    ename: 'KeyError',
    evalue: message,
    traceback: [
      '\u001b[31m---------------------------------------------------------------------------\u001b[39m',
      '\u001b[31mKeyError\u001b[39m                                  Traceback (most recent call last)',
      `\u001b[36mCell\u001b[39m\u001b[36m \u001b[39m\u001b[32mIn[4]\u001b[39m\u001b[32m, line 1\u001b[39m\n\u001b[32m----> \u001b[39m\u001b[32m1\u001b[39m ${line}`,
      '\u001b[36mFile \u001b[39m\u001b[32m/usr/lib/python3/site-packages/pandas/core/frame.py:4090\u001b[39m, in \u001b[36mDataFrame.__getitem__\u001b[39m(self, key)\n\u001b[32m   4090\u001b[39m indexer = self.columns.get_loc(key)',
      `\u001b[31mKeyError\u001b[39m: ${message}`,
    ],
  };
}

function stream(text: string): Json {
  return { output_type: 'stream', name: 'stdout', text };
}

function markdown(id: string, source: string): Json {
  return { id, cell_type: 'markdown', metadata: {}, source };
}
