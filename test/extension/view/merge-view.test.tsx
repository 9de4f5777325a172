// @vitest-environment jsdom
import { expect, test } from 'vitest';

import type { Decision, MergeView as View } from '../../../contract/merge.js';
import { createMemory } from '../../../extension/model/memory.js';
import { MergeModel } from '../../../extension/model/merge.js';
import { MergeView } from '../../../extension/view/merge-view.js';
import { but, made, mergeClientOf, mergeOf, type Made } from '../model/merge-fixture.js';
import { click, during, mount, press } from './mount.js';

interface Opened {
  readonly view: HTMLElement;
  readonly model: MergeModel;
  readonly client: ReturnType<typeof mergeClientOf>;
}

async function open(...views: readonly View[]): Promise<Opened> {
  const client = mergeClientOf(...views);
  const model = new MergeModel({ client, path: 'train.ipynb', memory: createMemory() });
  const view = await mount(<MergeView model={model} canCancel />);
  await during(() => model.load());
  return { view, model, client };
}

const press1 = (view: HTMLElement, key: string, init: KeyboardEventInit = {}): Promise<void> =>
  during(() => {
    press(view.querySelector('.cellar-Merge'), key, init);
  });

function button(view: Element | null, words: string): HTMLButtonElement {
  const found = [...(view?.querySelectorAll('button') ?? [])].find(
    (each) => each.textContent === words || each.getAttribute('aria-label') === words,
  );
  if (found === undefined) throw new Error(`no button "${words}"`);
  return found;
}

const press2 = (view: Element | null, words: string): Promise<void> =>
  during(() => {
    click(button(view, words));
  });

const columns = (view: HTMLElement): readonly (readonly string[])[] =>
  [...view.querySelectorAll('.cellar-MergeRow')].map((row) =>
    [...row.querySelectorAll('.cellar-MergeBox')].map((box) =>
      (box.querySelector('pre')?.textContent ?? '').trimEnd(),
    ),
  );

const status = (view: HTMLElement): string | null | undefined =>
  view.querySelector('.cellar-MergeCount')?.textContent;

const simple = mergeOf([
  made('a', 'first'),
  made('c', 'import os\ntrees = 1 | trees = 60 | trees = 6\nx < y'),
]);

test('puts three columns beside each other, the open stretch empty in the middle', async () => {
  const { view } = await open(simple);
  expect(columns(view)).toEqual([
    ['import os', 'import os', 'import os'],
    ['trees = 60', '', 'trees = 6'],
    ['y', 'y', 'x'],
  ]);
  expect(status(view)).toBe('1 of 1 conflict open');
  expect(view.querySelector('.cellar-DiffHead-sides')?.textContent).toMatch(
    /train\.ipynb.*trees.*main/,
  );
  expect(view.querySelector('.cellar-Folded button')?.textContent).toBe(
    '1 cell without a conflict',
  );
  expect([...view.querySelectorAll('ins')].map((each) => each.textContent)).toEqual(['60', '6']);
});

test('decides by button, and shows what stands by words and a pressed button', async () => {
  const { view, model } = await open(simple);
  await press2(view, 'Take trees for source');
  expect(columns(view)[1]).toEqual(['trees = 60', 'trees = 6', 'trees = 6']);
  expect(button(view, 'Take trees for source').getAttribute('aria-pressed')).toBe('true');
  expect(view.querySelector('.cellar-mod-settled')?.textContent).toContain('from trees');
  expect(status(view)).toBe('1 conflict, all decided');
  expect(view.querySelector('article')?.getAttribute('aria-label')).toBe('code cell 2, decided');
  await press2(view, 'Undo (u)');
  expect(model.state.merged.open).toHaveLength(1);
  expect(button(view, 'Take trees for source').getAttribute('aria-pressed')).toBe('false');
});

test.each([
  ['1', 'trees = 60'],
  ['2', 'trees = 6'],
  ['3', 'trees = 60\ntrees = 6'],
  ['0', 'trees = 1'],
])('decides by key %s', async (key, expected) => {
  const { view } = await open(simple);
  await press1(view, 'n');
  expect(view.querySelector('.cellar-mod-open[aria-current=true]')).not.toBeNull();
  await press1(view, key);
  expect(columns(view)[1]?.[1]).toBe(expected);
  await press1(view, 'u');
  expect(columns(view)[1]?.[1]).toBe('');
  await press1(view, 'Z', { ctrlKey: true, shiftKey: true });
  expect(columns(view)[1]?.[1]).toBe(expected);
  await press1(view, 'z', { ctrlKey: true });
  expect(columns(view)[1]?.[1]).toBe('');
});

test('edits a cell by hand and keeps the keys to the field meanwhile', async () => {
  const { view, model } = await open(simple);
  await press1(view, 'n');
  await press1(view, 'e');
  const field = view.querySelector('textarea');
  expect(document.activeElement).toBe(field);
  expect(field?.value).toBe('import os\ntrees = 60\ny\n');
  await during(() => {
    press(field, '2');
  });
  expect(model.state.choices.decisions).toEqual({});
  await during(() => {
    if (field === null) return;
    Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, 'value')?.set?.call(
      field,
      'trees = 33\n',
    );
    field.dispatchEvent(new Event('input', { bubbles: true }));
  });
  await during(() => {
    press(field, 'Enter', { ctrlKey: true });
  });
  expect(view.querySelector('textarea')).toBeNull();
  expect(document.activeElement).toBe(view.querySelector('.cellar-Merge'));
  expect(columns(view)).toEqual([
    ['import os\ntrees = 60\ny', 'trees = 33', 'import os\ntrees = 6\nx'],
  ]);
  expect(view.querySelector('.cellar-Cell-word')?.textContent).toBe('written by hand');
  await press2(view, 'Drop what was written');
  expect(status(view)).toBe('1 of 1 conflict open');
});

const output = (text: string) => ({ mime: 'text/plain', size: text.length, hash: text, text });

function ran(made: Made): Made {
  const { local, remote } = made.cell;
  if (local === null || remote === null) return made;
  return but(made, {
    local: { ...local, outputs: [output('0.8')] },
    remote: { ...remote, outputs: [output('0.9'), { mime: 'text/html', size: 9, hash: 'table' }] },
  });
}

test("shows both sides' outputs, and in the middle those that are taken", async () => {
  const { view } = await open(mergeOf([ran(made('c', 'x', [{ about: 'outputs' }]))]));
  const row = (): readonly string[] =>
    [...view.querySelectorAll('.cellar-mod-outputs .cellar-MergeBox')].map((box) =>
      (box.querySelector('pre')?.textContent ?? '').trim(),
    );
  expect(row()).toEqual(['0.8', '', '0.9']);
  await press2(view, 'Take trees for outputs');
  expect(row()).toEqual(['0.8', '0.9', '0.9']);
  const frames = view.querySelectorAll('iframe');
  expect(frames).toHaveLength(2);
  expect(frames[0]?.srcdoc).toContain('value of table');
  expect(frames[0]?.getAttribute('sandbox')).toBe('allow-scripts');
});

test('asks whether a cell stays that one side deleted', async () => {
  const gone = but(made('c', 'a | b | ', [{ about: 'presence', reason: 'edited_and_deleted' }]), {
    remote: null,
  });
  const { view, model } = await open(mergeOf([gone]));
  expect(view.querySelector('.cellar-MergeQuestion p')?.textContent).toBe(
    'trees deleted this cell, main edited it.',
  );
  await press2(view, 'Delete it');
  expect(status(view)).toBe('2 conflicts, all decided');
  expect(view.querySelector('article')?.getAttribute('aria-label')).toContain('decided: deleted');
  await press2(view, 'Keep it as in main');
  expect(model.state.merged.cells[0]?.isPresent).toBe(true);
});

test('asks for place and metadata by value', async () => {
  const values = { base: '1', local: '2' };
  const { view, model } = await open(
    mergeOf([
      made('c', 'x', [
        { about: 'place', reason: 'both_moved' },
        { about: 'metadata', reason: 'both_edited', path: '/tags/0', values },
      ]),
    ]),
  );
  await press2(view, 'To place 1, as in trees');
  const table = view.querySelector('.cellar-MergeMetadata');
  expect(table?.querySelector('tbody th')?.textContent).toBe('tags › 0 open');
  await press2(table, 'not set');
  expect(model.state.choices.decisions).toEqual({ 'c.place': 'remote', 'c.metadata': 'remote' });
  expect(table?.querySelector('tbody th')?.textContent).toBe('tags › 0');
});

test('lists what was merged without a question, with reasons, and lets it be overturned', async () => {
  const { view, model } = await open(mergeOf([made('c', 'x < y'), made('d', 'z > w')]));
  expect(status(view)).toBe('No conflicts: everything was merged');
  await press2(view, '2 changes merged without a question');
  const rows = [...view.querySelectorAll('.cellar-MergeAutomatic li')];
  expect(rows.map((row) => row.querySelector('.cellar-MergeAutomatic-why')?.textContent)).toEqual([
    'source: the sides changed different lines',
    'source: the sides changed different lines',
  ]);
  expect(button(rows[0] ?? null, 'Take main for source').getAttribute('aria-pressed')).toBe('true');
  await press2(rows[0] ?? null, 'Take base for source');
  expect(model.state.merged.cells[0]?.source).toBe('x\n');
});

test('asks before saving with open conflicts, in words about the file', async () => {
  const { view, client, model } = await open(simple);
  await press1(view, 's');
  const question = view.querySelector('[role=alertdialog]');
  expect(question?.textContent).toContain(
    '1 conflict is still open. In the file, sources get both sides between lines marked <<<<<<< and >>>>>>>.',
  );
  expect(document.activeElement?.textContent).toBe('Show the first');
  await during(() => {
    press(document.activeElement, 'Escape');
  });
  expect(view.querySelector('[role=alertdialog]')).toBeNull();
  await press1(view, 's', { ctrlKey: true });
  await press2(view, 'Save all the same');
  expect(client.sent).toHaveLength(1);
  expect(model.state.phase).toBe('saved');
});

test('says that the file changed, and loads it again with the choices kept', async () => {
  const { view, model } = await open(simple, { ...simple, fingerprint: 'two' });
  await press1(view, 'n');
  await press1(view, '2');
  await press2(view, 'Save');
  expect(view.querySelector('[role=alert]')?.textContent).toContain('The file changed meanwhile');
  await press2(view, 'Load again');
  expect(view.querySelector('[role=alert]')).toBeNull();
  expect(columns(view)[1]?.[1]).toBe('trees = 6');
  expect(model.state.view?.fingerprint).toBe('two');
});

test('asks before it leaves with choices', async () => {
  const { view, client } = await open(simple);
  await press1(view, 'n');
  await press1(view, '1');
  await press2(view, 'Cancel');
  expect(view.querySelector('[role=alertdialog]')?.textContent).toContain(
    'Leave without saving? 1 choice is dropped, and train.ipynb stays as it is.',
  );
  await press2(view, 'Leave without saving');
  expect(client.left).toEqual(['left']);
});

test('names every key in the help, and gives the focus back', async () => {
  const { view } = await open(simple);
  const region = view.querySelector<HTMLElement>('.cellar-Merge');
  region?.focus();
  await press1(view, '?');
  const help = view.querySelector('[role=dialog]');
  expect([...(help?.querySelectorAll('kbd') ?? [])].map((each) => each.textContent).join(' ')).toBe(
    'n p 1 2 3 0 e Ctrl-Enter Escape u, Ctrl-Z Ctrl-Shift-Z b c s ?',
  );
  expect(help?.textContent).toContain('take main (left)');
  await during(() => {
    press(help, 'Escape');
  });
  expect(view.querySelector('[role=dialog]')).toBeNull();
  expect(document.activeElement).toBe(region);
});

test('shows what stood there before on demand, and folds long unchanged stretches', async () => {
  const long = Array.from({ length: 30 }, (_, at) => `line ${String(at)}`).join('\n');
  const { view } = await open(mergeOf([made('c', `${long}\na | b | c`)]));
  const lines = (): number =>
    view.querySelectorAll('.cellar-mod-same .cellar-mod-at-merged .cellar-MergeLine').length;
  expect(lines()).toBe(2);
  await press2(view, '28 unchanged lines');
  expect(lines()).toBe(30);
  await press1(view, 'b');
  expect(view.querySelector('.cellar-mod-at-base pre')?.textContent).toBe('a\n');
});

test('draws only what is near the window of a large merge', async () => {
  const own: Decision[] = [];
  const cells = Array.from({ length: 1000 }, (_, at) => made(`c${String(at)}`, 'a | b | c'));
  const { view, model } = await open(mergeOf(cells, {}, own));
  expect(view.querySelectorAll('article').length).toBeLessThan(60);
  await press2(view, 'All 1000 from main');
  expect(model.state.merged.open).toEqual([]);
});

test('says that there is nothing to merge', async () => {
  const { view } = await open();
  expect(view.textContent).toContain('There is nothing to merge.');
});
