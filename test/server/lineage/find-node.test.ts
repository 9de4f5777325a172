import { describe, expect, test } from 'vitest';

import { register } from '../../../server/registry/change-models.js';
import { addFile, ask, beginRun, fill, keepData, type Filled } from './filled.js';
import { ADA, openTestRegistry } from '../registry/opened.js';

describe('a node is found', () => {
  test.each<[string, (at: Filled) => string, (at: Filled) => string]>([
    ["a run's id", ({ run }) => run, ({ run }) => `run:${run}`],
    ["the start of a run's id", ({ run }) => run.slice(0, 12), ({ run }) => `run:${run}`],
    ["a run's address", ({ run }) => `runs:/${run}/model`, ({ run }) => `run:${run}`],
    ['a version', ({ snapshot }) => snapshot, ({ snapshot }) => `snapshot:${snapshot}`],
    [
      'the start of its id',
      ({ snapshot }) => snapshot.slice(0, 16).toUpperCase(),
      ({ snapshot }) => `snapshot:${snapshot}`,
    ],
    [
      'a cell that ran',
      ({ snapshot }) => `cell:${snapshot.slice(0, 16)}/c2`,
      ({ snapshot }) => `cell:${snapshot}/c2`,
    ],
    [
      'a cell that never ran',
      ({ snapshot }) => `cell:${snapshot}/c5`,
      ({ snapshot }) => `cell:${snapshot}/c5`,
    ],
    ["a notebook's path", () => 'train.ipynb', ({ notebook }) => `notebook:${notebook}`],
    ["a notebook's id", ({ notebook }) => notebook, ({ notebook }) => `notebook:${notebook}`],
    ['a file by its hash', ({ file }) => file, ({ file }) => `artifact:${file}`],
    ['a file by the start of it', ({ file }) => file.slice(0, 8), ({ file }) => `artifact:${file}`],
    ['a file by its name', () => 'wine.joblib', ({ file }) => `artifact:${file}`],
    ['data by its name', () => 'wine.csv', ({ data }) => `dataset:${data}`],
    ['a logged model', ({ model }) => `models:/${model}`, ({ model }) => `model:${model}`],
  ])('by %s', async (_, toText, toId) => {
    const filled = await fill();
    const { focus } = await ask(filled.lineage, { node: toText(filled) });
    expect(focus).toBe(toId(filled));
  });

  test.each([
    'models:/wine/2',
    'models:/wine@champion',
    'version:wine/2',
    'wine/2',
    'wine@champion',
  ])('by %s, and by the id that is answered', async (text) => {
    const { lineage } = await fill();
    const { focus } = await ask(lineage, { node: text });
    expect((await ask(lineage, { node: focus })).words).toMatch(/^wine v2, /);
  });
});

describe('no node is found', () => {
  test.each([
    ['run:abcdef', /^Nothing here is "run:abcdef"\. A run is named by its id of 32/],
    ['run:', /A run is named/],
    ['snapshot:zzzz', /"cellar log NOTEBOOK" lists them/],
    ['cell:zzzz', /VERSION\/CELL/],
    ['models:/wine/9', /NAME\/NUMBER or NAME@ALIAS/],
    ['models:/wine@nobody', /NAME@ALIAS/],
    ['notebook:other.ipynb', /path in the workspace/],
    ['sha256:abcdef', /SHA-256/],
    ['model:m-1', /begins with "m-"/],
    ['dataset:other.csv', /the name that it was logged with/],
    ['whatever', /Name it as KIND:ID \(dataset, notebook, snapshot/],
    ['__proto__', /Name it as KIND:ID/],
  ])('by %s, and it is said how they are named', async (text, words) => {
    const { lineage } = await fill();
    await expect(ask(lineage, { node: text })).rejects.toMatchObject({
      code: 'not_found',
      message: expect.stringMatching(words) as string,
    });
  });

  test('by a name or a start of an id that several have, and these are listed', async () => {
    const { lineage, history } = await fill();
    await addFile(history, await beginRun(history, 'again'), 'wine.joblib', 'another forest');
    await keepData(history, 'wine.csv', 200);
    await expect(ask(lineage, { node: 'wine.joblib' })).rejects.toMatchObject({
      code: 'ambiguous_id',
      message: expect.stringMatching(
        /may mean artifact:\w+ \(wine\.joblib\), artifact:\w+/,
      ) as string,
    });
    await expect(ask(lineage, { node: 'wine.csv' })).rejects.toMatchObject({
      message: expect.stringMatching(/dataset:\w+ \(wine\.csv, digest d1\)/) as string,
    });
    // Two versions of a model, and no number.
    await register(openTestRegistry(history), ADA, { name: 'empty', description: '', tags: [] });
    await expect(ask(lineage, { node: 'models:/wine' })).rejects.toMatchObject({
      message: expect.stringMatching(/wine v1.*wine v2/) as string,
    });
    await expect(ask(lineage, { node: 'models:/empty' })).rejects.toMatchObject({
      code: 'not_found',
    });
  });
});
