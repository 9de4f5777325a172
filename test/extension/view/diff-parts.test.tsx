// @vitest-environment jsdom
import { expect, test } from 'vitest';

import type { CellChange, OutputChange, PartChange, TextDiff } from '../../../contract/diff.js';
import { CompareModel } from '../../../extension/model/compare.js';
import { createMemory } from '../../../extension/model/memory.js';
import { DiffView } from '../../../extension/view/diff-view.js';
import { change, clientOf, comparisonOf, diffOf } from '../model/fixture.js';
import { click, during, mount, press } from './mount.js';

interface Opened {
  readonly view: HTMLElement;
  readonly model: CompareModel;
  readonly asked: readonly string[];
}

/** Opens a diff of these changes; `loud` are those that it has with every noise shown. */
async function open(changes: readonly CellChange[], loud = changes): Promise<Opened> {
  const { client, asked } = clientOf((url) => {
    if (!url.pathname.endsWith('/diff')) return JSON.stringify({ cells: [] });
    if (url.searchParams.get('show') === 'all')
      return comparisonOf(diffOf(loud, { shown: ['all'] }));
    return comparisonOf(diffOf(changes, { noise: { address: 2, duration: 1 } }));
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

function output(part: PartChange): CellChange {
  const change_: OutputChange = {
    kind: 'modified',
    outputType: 'display_data',
    base: 0,
    head: 0,
    parts: [part],
  };
  return change('modified', 0, { aspects: ['outputs'], outputs: [change_] });
}

function ref(mime: string, text: string) {
  return { mime, size: text.length, hash: text, text };
}

function line(base: string, head: string): TextDiff {
  return {
    hunks: [
      {
        base: 0,
        head: 0,
        lines: [
          { op: '-', text: base, marks: [[0, base.length]] },
          { op: '+', text: head, marks: [[0, head.length]] },
        ],
      },
    ],
    baseLines: 1,
    headLines: 1,
    removed: 1,
    added: 1,
  };
}

function button(view: HTMLElement, text: string): Element | undefined {
  return [...view.querySelectorAll('button')].find((each) => each.textContent === text);
}

const picture: PartChange = {
  type: 'picture',
  mime: 'image/png',
  base: ref('image/png', 'AAAA'),
  head: ref('image/png', 'BBBB'),
  baseSize: [200, 100],
  headSize: [200, 100],
  pixels: { changed: 620, compared: 20_000, region: [20, 10, 100, 50] },
};

test('shows two pictures in four ways, and remembers which', async () => {
  const { view, model } = await open([output(picture)]);
  expect(view.textContent).toContain('3.1 % of pixels differ, within 100 × 50 at 20, 10');
  expect(view.querySelectorAll('.cellar-Sides img')).toHaveLength(2);
  await during(() => {
    click(button(view, 'swipe'));
  });
  const slider = view.querySelector<HTMLInputElement>('input[type=range]');
  expect(slider?.getAttribute('aria-label')).toBe('Edge between before and after');
  expect(view.querySelector<HTMLElement>('.cellar-Layer.cellar-mod-head')?.style.clipPath).toBe(
    'inset(0 0 0 50%)',
  );
  await during(() => {
    click(button(view, 'difference'));
  });
  const region = view.querySelector<HTMLElement>('.cellar-Stage-region');
  expect(region?.style.cssText).toBe('left: 10%; top: 10%; width: 50%; height: 50%;');
  expect(
    view.querySelector('[role=img][aria-label^="Difference"]')?.getAttribute('aria-label'),
  ).toBe('Difference of both pictures: 3.1 % of pixels differ, within 100 × 50 at 20, 10');
  expect(model.state.choices.pictures).toBe('difference');
});

test('draws no modes for a picture that is on one side alone', async () => {
  const { base: _, ...added } = picture;
  const { view } = await open([output(added)]);
  expect(button(view, 'swipe')).toBeUndefined();
  expect(view.querySelectorAll('img')).toHaveLength(1);
});

test('shows a value of JSON at its place, and the raw texts when asked', async () => {
  const part: PartChange = {
    type: 'json',
    mime: 'application/vnd.plotly.v1+json',
    base: ref('application/json', '{"data":1}'),
    head: ref('application/json', '{"data":2}'),
    leaves: [
      { path: '/data/0/y/1', base: '1', head: '4' },
      { path: '/data/0/x', head: '7' },
    ],
    leavesLeftOut: 3,
  };
  const { view } = await open([output(part)]);
  expect(view.textContent).toContain(
    'The Plotly chart itself is not drawn here. 5 of its values differ.',
  );
  expect(view.querySelector('summary')?.textContent).toBe('data › 0 2 differences');
  expect(view.querySelector('details li')?.textContent).toBe('y › 1 1 → 4');
  expect(view.textContent).toContain('and 3 more differences');
  await during(() => {
    click(button(view, 'raw'));
  });
  expect([...view.querySelectorAll('pre.cellar-Raw')].map((each) => each.textContent)).toEqual([
    '{"data":1}',
    '{"data":2}',
  ]);
});

test('shows the frames of the person and keeps the rest of a traceback folded', async () => {
  const error = (name: string, frame: number) => ({
    name,
    message: 'x',
    frames: [{ file: 'Cell In[3]', line: frame, name: 'load', text: '  read(path)' }],
  });
  const part: PartChange = {
    type: 'traceback',
    mime: 'application/vnd.jupyter.error',
    baseError: error('KeyError', 4),
    headError: error('ValueError', 9),
    diff: line('deep inside', 'elsewhere'),
  };
  const { view } = await open([output(part)]);
  expect(view.querySelector('[aria-label=Before]')?.textContent).toBe(
    '\u2212KeyError: xCell In[3], line 4, in loadread(path)',
  );
  expect(view.querySelector('[aria-label=After]')?.textContent).toContain('line 9');
  expect(view.textContent).not.toContain('deep inside');
});

test('shows Markdown as it looks, block by block, without what acts in it, and its source when asked', async () => {
  const { view } = await open([
    change('modified', 0, {
      cellType: 'markdown',
      source: line('old **text**', 'new text'),
      blocks: [
        { op: ' ', base: '# Title', head: '# Title' },
        { op: '~', base: 'old **text**', head: 'new <img src=x onerror=hacked()> text' },
        { op: '+', head: '- item' },
      ],
    }),
  ]);
  const html = view.querySelector('iframe')?.srcdoc ?? '';
  expect(html).toContain(
    '<span class="cellar-word">deleted: </span><p>old <strong>text</strong></p>',
  );
  expect(html).toContain('<li>item</li>');
  expect(html).not.toMatch(/onerror|hacked/);
  await during(() => {
    click(button(view, 'source'));
  });
  expect(view.querySelector('iframe')).toBeNull();
  expect(view.querySelector('del')?.textContent).toBe('old **text**');
});

test('says that only white space differs', async () => {
  const source: TextDiff = { ...line('a  b', 'a b'), only: 'whitespace' };
  const { view } = await open([change('modified', 0, { source })]);
  expect(view.querySelector('.cellar-Cell-aspects')?.textContent).toBe('only white space differs');
});

test('shows characters that would not be seen or would turn the text around', async () => {
  const source = line('admin = 1', 'admin\u200b = 1 # \u202edne');
  const { view } = await open([change('modified', 0, { source })]);
  const shown = [...view.querySelectorAll('.cellar-Invisible')];
  expect(shown.map((each) => each.textContent)).toEqual(['U+200B', 'U+202E']);
  expect(shown[1]?.getAttribute('title')).toBe('right-to-left override (U+202E)');
  expect(view.textContent).not.toMatch(/[\u200b\u202e]/);
});

test('asks for noise by a key and marks it as what it is', async () => {
  const text = (diff: TextDiff): CellChange => output({ type: 'text', mime: 'text/plain', diff });
  const { view, asked } = await open(
    [change('same', 0, { noise: { address: 2 } })],
    [text(line('at 0x1', 'at 0x2'))],
  );
  expect(view.querySelector('.cellar-Empty')?.textContent).toContain('counted as noise');
  await during(() => {
    press(view.querySelector('.cellar-Diff'), 'x');
  });
  expect(asked.filter((url) => url.includes('show='))).toHaveLength(2);
  expect(view.querySelector('.cellar-Cell.cellar-mod-noise')).not.toBeNull();
  expect(view.querySelector('.cellar-Cell-head .cellar-NoiseWord')?.textContent).toBe(
    'noise: addresses',
  );
  expect(view.querySelector('del')?.className).toBe('cellar-mod-noise');
});

test('asks for one kind of noise from its menu, which Escape closes', async () => {
  const { view, asked } = await open([change('modified', 0, { source: line('a', 'b') })]);
  await during(() => {
    click(view.querySelector('.cellar-Noise-count'));
  });
  const boxes = view.querySelectorAll('.cellar-Noise-kinds input');
  await during(() => {
    click(boxes[1]);
  });
  expect(asked.filter((url) => url.includes('show='))).toEqual([
    '/api/v1/diff?base=one&head=two&show=duration',
  ]);
  await during(() => {
    press(view.querySelector('.cellar-Noise-kinds'), 'Escape');
  });
  expect(view.querySelector('.cellar-Noise-kinds')).toBeNull();
});

test('puts every cell into the document to be searched or printed', async () => {
  const changes = Array.from({ length: 120 }, (_, at) =>
    change('modified', at, { source: line('a', `b${String(at)}`) }),
  );
  const { view } = await open(changes);
  expect(view.querySelectorAll('.cellar-Cell').length).toBeLessThan(60);
  await during(() => {
    press(view.querySelector('.cellar-Diff'), 'f', { ctrlKey: true });
  });
  expect(view.querySelectorAll('.cellar-Cell')).toHaveLength(120);
  await during(() => window.dispatchEvent(new Event('afterprint')));
  expect(view.querySelectorAll('.cellar-Cell').length).toBeLessThan(60);
  await during(() => window.dispatchEvent(new Event('beforeprint')));
  expect(view.querySelectorAll('.cellar-Cell')).toHaveLength(120);
});

test('says where the keys have led', async () => {
  const { view } = await open([
    change('modified', 0, { source: line('a', 'b') }),
    change('moved', 1, { movedBy: -2 }),
  ]);
  const region = view.querySelector('.cellar-Diff');
  await during(() => {
    press(region, 'n');
    press(region, 'n');
  });
  expect(view.querySelector('.cellar-sr[role=status]')?.textContent).toBe(
    'Change 2 of 2: code cell 2, moved up by 2',
  );
});
