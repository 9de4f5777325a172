// @vitest-environment jsdom
import { expect, test } from 'vitest';

import type {
  CellChange,
  Hunk,
  OutputChange,
  PartChange,
  TextDiff,
} from '../../../contract/diff.js';
import { CompareModel } from '../../../extension/model/compare.js';
import { createMemory } from '../../../extension/model/memory.js';
import { DiffView } from '../../../extension/view/diff-view.js';
import { change, clientOf, comparisonOf, diffOf } from '../model/fixture.js';
import { click, during, mount, press } from './mount.js';

const HOSTILE =
  '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script><p>report</p>';

function text(lines: Hunk['lines']): TextDiff {
  const count = (op: string): number =>
    lines.filter((line) => line.op === op || line.op === ' ').length;
  return {
    hunks: [{ base: 0, head: 0, lines }],
    baseLines: count('-'),
    headLines: count('+'),
    removed: 1,
    added: 1,
  };
}

const source = text([
  { op: ' ', text: 'import os' },
  { op: '-', text: 'trees = 1', marks: [[8, 9]] },
  { op: '+', text: 'trees = 60', marks: [[8, 10]] },
]);

function output(part: PartChange, kind: OutputChange['kind'] = 'modified'): OutputChange {
  return { kind, outputType: 'display_data', base: 0, head: 0, parts: [part] };
}

function ref(mime: string, value: string) {
  return { mime, size: value.length, hash: `h-${mime}`, text: value };
}

interface Opened {
  readonly view: HTMLElement;
  readonly model: CompareModel;
  readonly asked: readonly string[];
}

async function open(
  changes: readonly CellChange[],
  values: Record<string, string> = {},
): Promise<Opened> {
  const { client, asked } = clientOf((url) => {
    if (url.pathname.endsWith('/diff'))
      return comparisonOf(diffOf(changes, { noise: { execution_count: 3 } }));
    const hash = url.pathname.split('/').at(-1) ?? '';
    return (
      values[hash] ??
      JSON.stringify({
        cells: [
          { cell_type: 'code', source: 'first = 1' },
          { cell_type: 'code', source: 'import os\ntrees = 1' },
        ],
      })
    );
  });
  const model = new CompareModel({
    client,
    memory: createMemory(),
    asked: { base: { kind: 'snapshot', id: 'one' }, head: { kind: 'snapshot', id: 'two' } },
  });
  const view = await mount(<DiffView model={model} />);
  await during(() => model.load());
  return { view, model, asked };
}

test('marks what changed within a line by an element, a sign and a number', async () => {
  const { view } = await open([change('same', 0), change('modified', 1, { source })]);
  expect(view.querySelector('del')?.textContent).toBe('1');
  expect(view.querySelector('ins')?.textContent).toBe('60');
  expect(view.querySelector('.cellar-Line-sign.cellar-mod-deleted')?.textContent).toBe('\u2212');
  expect(
    [...view.querySelectorAll('.cellar-tok-keyword')].map((each) => each.textContent),
  ).toContain('import');
});

test('folds unchanged cells and shows them when asked', async () => {
  const { view } = await open([change('same', 0), change('modified', 1, { source })]);
  const fold = view.querySelector('.cellar-Folded > button');
  expect(fold?.textContent).toBe('1 unchanged cell');
  await during(() => {
    click(fold);
  });
  expect(view.querySelector('.cellar-mod-same pre')?.textContent).toBe('first = 1\n');
});

test('turns to one column, hides outputs and walks by keys', async () => {
  const stream = output({ type: 'text', mime: 'text/plain', diff: source });
  const { view, model } = await open([
    change('modified', 0, { source }),
    change('modified', 1, { aspects: ['outputs'], outputs: [stream] }),
  ]);
  const region = view.querySelector('.cellar-Diff');
  expect(view.querySelectorAll('table.cellar-mod-split')).toHaveLength(2);
  await during(() => {
    press(region, 'u');
  });
  expect(view.querySelectorAll('table.cellar-mod-unified')).toHaveLength(2);
  await during(() => {
    press(region, 'n');
  });
  await during(() => {
    press(region, 'n');
  });
  expect(view.querySelector('.cellar-Steps')?.textContent).toContain('2/2');
  await during(() => {
    press(region, 'o');
  });
  expect(model.state.changes).toBe(1);
  await during(() => {
    press(region, 'n', { ctrlKey: true });
  });
  expect(model.state.current).toBeUndefined();
  await during(() => {
    press(region, '?');
  });
  expect(view.querySelector('[role=dialog]')).not.toBeNull();
});

test('says what noise there was', async () => {
  const { view } = await open([change('modified', 0, { source })]);
  await during(() => {
    click(view.querySelector('.cellar-Noise button'));
  });
  expect(view.querySelector('.cellar-Noise')?.textContent).toBe('noise(3)execution counts3');
});

test('puts HTML into a frame of its own origin, sanitised, and never into the page', async () => {
  const part = {
    type: 'html',
    mime: 'text/html',
    head: ref('text/html', HOSTILE),
    diff: source,
  } as const;
  const { view } = await open([
    change('modified', 0, { aspects: ['outputs'], outputs: [output(part)] }),
  ]);
  const frame = view.querySelector('iframe');
  expect(frame?.getAttribute('sandbox')).toBe('allow-scripts');
  expect(frame?.srcdoc).toContain('<p>report</p>');
  expect(frame?.srcdoc).not.toMatch(/onerror|hacked/);
  expect(view.querySelector('img, script')).toBeNull();
  expect((window as { hacked?: number }).hacked).toBeUndefined();
});

test('takes a height from its own frame and no other window', async () => {
  const part = {
    type: 'html',
    mime: 'text/html',
    head: ref('text/html', '<p>a</p>'),
    diff: source,
  } as const;
  const { view } = await open([
    change('modified', 0, { aspects: ['outputs'], outputs: [output(part)] }),
  ]);
  const frame = view.querySelector('iframe');
  const tell = (from: Window | null | undefined, height: unknown): Promise<void> =>
    during(() =>
      window.dispatchEvent(
        new MessageEvent('message', { data: { cellarFrame: 1, height }, source: from ?? null }),
      ),
    );
  await tell(window, 500);
  expect(frame?.style.height).toBe('32px');
  await tell(frame?.contentWindow, 321);
  expect(frame?.style.height).toBe('321px');
  await tell(frame?.contentWindow, '999px; position: fixed');
  await tell(frame?.contentWindow, 1e9);
  expect(frame?.style.height).toBe('4000px');
});

test('shows an SVG as an image', async () => {
  const svg = '<svg xmlns="http://www.w3.org/2000/svg"><script>window.hacked=1</script></svg>';
  const part = { type: 'picture', mime: 'image/svg+xml', head: ref('image/svg+xml', svg) } as const;
  const { view } = await open([
    change('modified', 0, { aspects: ['outputs'], outputs: [output(part)] }),
  ]);
  expect(view.querySelector('svg script')).toBeNull();
  expect(view.querySelector('.cellar-Picture')?.getAttribute('src')).toMatch(
    /^data:image\/svg\+xml/,
  );
});

test('loads a picture that the diff names by hash, and waits with a large one', async () => {
  const picture = (hash: string, size: number) =>
    output({ type: 'picture', mime: 'image/png', base: { mime: 'image/png', size, hash } });
  const { view, asked } = await open(
    [
      change('modified', 0, {
        aspects: ['outputs'],
        outputs: [picture('small', 1000), picture('large', 9_000_000)],
      }),
    ],
    { small: 'AAAA\n', large: 'BBBB' },
  );
  await during(() => undefined);
  const pictures = (): (string | null)[] =>
    [...view.querySelectorAll('img')].map((each) => each.getAttribute('src'));
  expect(pictures()).toEqual(['data:image/png;base64,AAAA']);
  expect(view.textContent).toContain('This output has 9 MB.');
  const button = [...view.querySelectorAll('button')].find(
    (each) => each.textContent === 'Load it',
  );
  await during(() => {
    click(button);
  });
  expect(pictures()).toEqual(['data:image/png;base64,AAAA', 'data:image/png;base64,BBBB']);
  expect(asked.filter((url) => url.includes('/values/'))).toEqual([
    '/api/v1/diff/values/small?base=one&head=two',
    '/api/v1/diff/values/large?base=one&head=two',
  ]);
});

test('marks changed cells of a table with both values and the difference', async () => {
  const part: PartChange = {
    type: 'table',
    mime: 'text/html',
    columns: [
      { op: ' ', name: 'f1' },
      { op: '+', name: '<i>new</i>' },
    ],
    rows: [{ op: '~', cells: [{ base: '0.81', head: '0.97', delta: 0.16 }, { head: '3' }] }],
    changedCells: 1,
    rowsLeftOut: 14,
  };
  const { view } = await open([
    change('modified', 0, { aspects: ['outputs'], outputs: [output(part)] }),
  ]);
  expect(view.querySelector('td.cellar-mod-modified')?.textContent).toBe('0.81 \u2192 0.97 +0.16');
  expect(view.querySelector('thead')?.textContent).toContain('+ <i>new</i>');
  expect(view.textContent).toContain('14 rows the same on both sides');
});

test('folds a traceback to its message', async () => {
  const part: PartChange = {
    type: 'traceback',
    mime: 'application/vnd.jupyter.error',
    baseError: { name: 'KeyError', message: "'a'" },
    headError: { name: 'ValueError', message: '<script>' },
    diff: text([
      { op: '-', text: 'deep inside' },
      { op: '+', text: 'elsewhere' },
    ]),
  };
  const { view } = await open([
    change('modified', 0, { aspects: ['outputs'], outputs: [output(part)] }),
  ]);
  expect(view.textContent).toContain("KeyError: 'a'");
  expect(view.textContent).toContain('ValueError: <script>');
  expect(view.textContent).not.toContain('deep inside');
  const button = [...view.querySelectorAll('button')].find(
    (each) => each.textContent === 'Show the traceback',
  );
  await during(() => {
    click(button);
  });
  expect(view.textContent).toContain('deep inside');
});

test('holds few of a thousand changed cells in the document', async () => {
  const changes = Array.from({ length: 1000 }, (_, at) => change('modified', at, { source }));
  const { view } = await open(changes);
  const cells = view.querySelectorAll('.cellar-Cell').length;
  expect(cells).toBeGreaterThan(5);
  expect(cells).toBeLessThan(60);
});

test('says that nothing changed', async () => {
  const { view } = await open([change('same', 0)]);
  expect(view.querySelector('.cellar-Empty')?.textContent).toContain('Nothing changed.');
});
