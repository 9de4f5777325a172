import { expect, test } from 'vitest';

import { planExport } from '../../../server/tracking/export.js';
import { ExportNames } from '../../../server/tracking/export-names.js';
import { openTestHistory } from '../scratch.js';
import { keep } from '../history/kept.js';

test('names are such that every system holds them, and no two of them are one anywhere', () => {
  const names = new ExportNames();
  expect(names.folder('deep/Train.ipynb')).toBe('deep/Train');
  expect(names.folder('deep/train.ipynb')).toBe('deep/train (2)');
  expect(names.folder('con.ipynb')).toBe('%63on');
  expect(names.folder('what? a "name".ipynb')).toBe('what%3F a %22name%22');
  expect(names.folder('Caf\u00e9.ipynb')).toBe('Caf\u00e9');
  expect(names.folder('Cafe\u0301.ipynb')).toBe('Cafe\u0301 (2)');
  expect(names.file('deep/Train', 'model.pkl')).toBe('deep/Train/model.pkl');
  expect(names.file('deep/Train', 'Model.pkl')).toBe('deep/Train/Model (2).pkl');
});

test('no file takes the place of a folder, nor a folder that of a file', () => {
  const names = new ExportNames();
  expect(names.folder('readme.txt.ipynb')).toBe('readme.txt (2)');
  expect(names.folder('README.txt/a.ipynb')).toBe('README.txt (2)/a');
  expect(names.folder('train.ipynb')).toBe('train');
  expect(names.file('train', 'history.json')).toBe('train/history.json');
  expect(names.folder('train/history.json/deep.ipynb')).toBe('train/history.json (2)/deep');
  expect(names.folder('train/history.csv.ipynb')).toBe('train/history.csv');
  expect(names.file('train', 'history.csv')).toBe('train/history (2).csv');
});

test('an export holds each version under its number and time, with what is known of it', async () => {
  const history = await openTestHistory();
  await keep(history, 'train.ipynb', ['a = 1'], { message: 'start, with "quotes"' });
  const { row } = await keep(history, 'train.ipynb', ['a = 2'], { message: '=1+1' });
  await keep(history, 'other.ipynb', ['completely', 'different']);
  const whole = await planExport(history.store, { artifacts: false });
  expect(whole.files.map(({ path }) => path.replace(/ [0-9a-z]{16}\./, ' ID.'))).toEqual([
    'README.txt',
    expect.stringMatching(/^other\/0001 2026-11-23 14\.00 ID\.ipynb$/) as string,
    'other/history.json',
    'other/history.csv',
    'train/0001 2026-11-23 14.00 ID.ipynb',
    'train/0002 2026-11-23 14.00 ID.ipynb',
    'train/history.json',
    'train/history.csv',
  ]);
  const one = await planExport(history.store, { snapshot: row.id.slice(0, 20), artifacts: true });
  expect(one.files.map(({ source }) => source.kind)).toEqual(['text', 'snapshot', 'text', 'text']);
  const texts = one.files.flatMap(({ source }) => (source.kind === 'text' ? source.text : []));
  expect(JSON.parse(texts[1] ?? '')).toMatchObject({
    path: 'train.ipynb',
    versions: [{ number: 2, id: row.id, message: '=1+1' }],
  });
  expect(texts[2]).toMatch(
    /^number,id,file,time,path,message[^\n]*\r\n2,[^\n]*,'=1\+1,manual,Ada,\r\n$/,
  );
  await expect(
    planExport(history.store, { notebook: '0'.repeat(26), artifacts: false }),
  ).rejects.toMatchObject({ code: 'not_found' });
});
