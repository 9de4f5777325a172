import { expect, test } from 'vitest';

import type { MergeView } from '../../../contract/merge.js';
import { createMemory, type Memory } from '../../../extension/model/memory.js';
import { MergeModel } from '../../../extension/model/merge.js';
import { but, made, mergeClientOf, mergeOf } from './merge-fixture.js';

const two = mergeOf([
  made('a', 'same'),
  made('b', 'x < y'),
  made('c', 'a | b | c\nkept\nd | e | f'),
  made('d', 'g | h | i', [{ about: 'outputs' }]),
]);

async function open(views: readonly MergeView[] = [two], memory: Memory = createMemory()) {
  const client = mergeClientOf(...views);
  const model = new MergeModel({ client, path: 'train.ipynb', memory });
  await model.load();
  return { model, client, memory };
}

const openIds = (model: MergeModel): readonly string[] =>
  model.state.merged.open.map(({ id }) => id);
const sourceOf = (model: MergeModel, key: string): string =>
  model.state.merged.cells.find(({ cell }) => cell.key === key)?.source ?? '';

test('folds what is the same, and on demand all that is no conflict', async () => {
  const { model } = await open();
  const keys = (): readonly string[] => model.state.items.map(({ key }) => key);
  expect(keys()).toEqual(['fold a', 'b', 'c', 'd']);
  model.toggle('onlyConflicts');
  expect(keys()).toEqual(['fold a', 'c', 'd']);
  model.goTo('b.0');
  expect(model.state.items[0]).toMatchObject({ kind: 'fold', open: true });
});

test('walks over conflicts and decides the current one', async () => {
  const { model } = await open();
  expect(openIds(model)).toEqual(['c.0', 'c.2', 'd.0', 'd.outputs']);
  model.move(1);
  model.move(1);
  expect([model.state.current, model.place]).toEqual(['c.2', 2]);
  model.chooseCurrent('both');
  expect(sourceOf(model, 'c')).toBe('b\nkept\ne\nf\n');
  model.move(-1);
  model.chooseCurrent('remote');
  expect(sourceOf(model, 'c')).toBe('c\nkept\ne\nf\n');
  model.move(-1);
  expect(model.place).toBe(1);
  expect(openIds(model)).toEqual(['d.0', 'd.outputs']);
});

test('takes a choice back when it is made again, and refuses one that makes no sense', async () => {
  const { model } = await open();
  model.choose('c.0', 'remote');
  model.choose('c.0', 'remote');
  model.choose('d.outputs', 'both');
  model.choose('no such decision', 'local');
  expect(model.state.choices).toEqual({ decisions: {}, sources: {} });
});

test('overturns what was merged without asking, and needs no choice to leave it', async () => {
  const { model } = await open();
  model.choose('b.0', 'base');
  expect(sourceOf(model, 'b')).toBe('x\n');
  model.choose('b.0', 'local');
  expect(sourceOf(model, 'b')).toBe('y\n');
  expect(model.state.choices.decisions).toEqual({});
});

test('undoes and redoes every kind of step, and forgets what was undone at a new one', async () => {
  const { model } = await open();
  const seen = [model.state.choices];
  const step = (work: () => void): void => {
    work();
    seen.push(model.state.choices);
  };
  step(() => {
    model.choose('c.0', 'local');
  });
  step(() => {
    model.edit('c');
    model.finishEdit('mine');
  });
  step(() => {
    model.chooseCell('d', 'remote');
  });
  step(() => {
    model.dropSource('c');
  });
  step(() => {
    model.chooseRest('remote');
  });
  expect(new Set(seen.map((each) => JSON.stringify(each))).size).toBe(6);
  for (const before of seen.slice(0, -1).reverse()) {
    model.undo();
    expect(model.state.choices).toEqual(before);
  }
  expect(model.state.canUndo).toBe(false);
  for (const after of seen.slice(1)) {
    model.redo();
    expect(model.state.choices).toEqual(after);
  }
  expect(model.state.canRedo).toBe(false);
  model.undo();
  model.choose('b.0', 'base');
  expect(model.state.canRedo).toBe(false);
});

test('takes a whole cell as one side has it, by its source where stretches have no decision', async () => {
  const { model } = await open();
  model.chooseCell('d', 'remote');
  expect(model.state.choices.decisions).toEqual({ 'd.0': 'remote', 'd.outputs': 'remote' });
  const bare = made('e', 'a < b\nc | d | e');
  const view = mergeOf([
    but({ ...bare, decisions: bare.decisions.slice(1) }, { decisions: ['e.1'] }),
  ]);
  const other = await open([view]);
  other.model.chooseCell('e', 'remote');
  expect(sourceOf(other.model, 'e')).toBe('a\ne\n');
  other.model.chooseCell('e', 'both');
  expect(sourceOf(other.model, 'e')).toBe('b\nd\ne\n');
});

test('gives what is open to one side and leaves what was decided', async () => {
  const { model } = await open();
  model.choose('c.0', 'base');
  model.chooseRest('remote');
  expect(openIds(model)).toEqual([]);
  expect(model.state.choices.decisions).toEqual({
    'c.0': 'base',
    'c.2': 'remote',
    'd.0': 'remote',
    'd.outputs': 'remote',
  });
});

test('takes a source by hand, also one that leaves an open conflict as it stands', async () => {
  const { model } = await open();
  model.goTo('c.0');
  model.edit();
  expect(model.state.editing).toBe('c');
  model.cancelEdit();
  expect(model.state.choices.sources).toEqual({});
  model.edit('c');
  model.finishEdit(sourceOf(model, 'c'));
  expect(openIds(model)).toEqual(['d.0', 'd.outputs']);
  model.edit('b');
  model.finishEdit(sourceOf(model, 'b'));
  expect(Object.keys(model.state.choices.sources)).toEqual(['c']);
  model.choose('c.0', 'remote');
  expect(model.state.choices.sources).toEqual({});
  expect(sourceOf(model, 'c')).toBe('c\nkept\ne\n');
});

test('keeps choices over a reload of the page, for the same merge only', async () => {
  const memory = createMemory();
  const first = await open([two], memory);
  first.model.choose('c.0', 'remote');
  const again = await open([two], memory);
  expect(again.model.state.choices.decisions).toEqual({ 'c.0': 'remote' });
  const other = await open([{ ...two, fingerprint: 'two' }], memory);
  expect(other.model.state.choices.decisions).toEqual({});
});

test('asks before it saves with open conflicts, and saves what was chosen', async () => {
  const { model, client, memory } = await open();
  model.chooseRest('local');
  model.undo();
  model.choose('c.0', 'remote');
  await model.save();
  expect([model.state.question, client.sent.length]).toEqual(['save', 0]);
  model.goToOpen();
  expect([model.state.question, model.state.current]).toEqual([undefined, 'c.2']);
  client.answer = (request) => ({ path: request.path, unresolved: 3 });
  await model.save({ withOpen: true });
  expect(client.sent).toEqual([
    {
      path: 'train.ipynb',
      fingerprint: 'one',
      choices: { decisions: { 'c.0': 'remote' }, sources: {} },
    },
  ]);
  expect(model.state).toMatchObject({ phase: 'saved', unresolved: 3 });
  expect((await open([two], memory)).model.state.choices.decisions).toEqual({});
  model.undo();
  expect(model.state.choices.decisions).toEqual({ 'c.0': 'remote' });
});

test('keeps choices where they still apply when the file changed meanwhile', async () => {
  const changed = mergeOf(
    [made('a', 'same'), made('c', 'a | b | c\nkept\nd | e | other'), made('d', 'g | h | i')],
    { fingerprint: 'two' },
  );
  const { model, client } = await open([two, changed]);
  model.choose('c.0', 'remote');
  model.choose('c.2', 'remote');
  model.choose('d.0', 'both');
  await model.save({ withOpen: true });
  expect(model.state).toMatchObject({ phase: 'ready', isStale: true });
  await model.save({ withOpen: true });
  expect(client.sent).toHaveLength(1);
  await model.load();
  expect(model.state.isStale).toBe(false);
  expect(model.state.choices.decisions).toEqual({ 'c.0': 'remote', 'd.0': 'both' });
  await model.save({ withOpen: true });
  expect(model.state.phase).toBe('saved');
});

test('keeps every choice when saving fails, and saves them the next time', async () => {
  const { model, client } = await open();
  model.chooseRest('remote');
  client.answer = () => {
    throw new Error('the disk is full');
  };
  await model.save();
  expect(model.state).toMatchObject({
    phase: 'ready',
    busy: false,
    problem: { kind: 'error', message: 'the disk is full' },
  });
  client.answer = undefined;
  await model.save();
  expect(model.state).toMatchObject({ phase: 'saved', problem: undefined });
  expect(client.sent[1]).toEqual(client.sent[0]);
});

test('leaves the tool after a question when choices would be lost', async () => {
  const { model, client } = await open();
  model.choose('c.0', 'remote');
  await model.leave();
  expect([model.state.question, client.left]).toEqual(['leave', []]);
  model.dismiss();
  expect(model.state.question).toBeUndefined();
  await model.leave({ withChoices: true });
  expect([model.state.phase, client.left]).toEqual(['left', ['left']]);
});

test('says that there is nothing to merge', async () => {
  const { model } = await open([]);
  expect(model.state.phase).toBe('absent');
});
