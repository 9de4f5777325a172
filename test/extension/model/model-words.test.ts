import { expect, test } from 'vitest';

import type { TrailEntry, VersionPage } from '../../../contract/models.js';
import {
  moveWords,
  personName,
  placeWords,
  ruleWords,
  toModelFilter,
  versionWords,
} from '../../../extension/model/model-words.js';

const NOON = new Date(2026, 10, 23, 12, 0).getTime();

const VERSION: VersionPage = {
  ...{ name: 'wine', version: 3, stage: 'None', aliases: [], description: '', tags: [] },
  ...{ created: 0, updated: 0, by: '', metrics: {}, run: '', snapshot: null, size: null },
  ...{ approved: 0, origin: 's3://b/k', logged: '', params: {}, data: [], files: [], cells: [] },
  ...{ runName: '', ranOn: null, rule: null, mayChange: false, warnings: [], trail: [] },
  standing: { approvals: [], missing: 0, waiting: [], own: false, mayApprove: false, why: null },
};

test('says where a version comes from, and leaves out what is not known', () => {
  expect(versionWords(VERSION, NOON)).toBe('wine v3');
  const whole: VersionPage = {
    ...VERSION,
    snapshot: {
      ...{ id: 's', notebook: 'n', parent: null, path: 'train.ipynb', trigger: 'run-all' },
      ...{ time: new Date(2026, 10, 23, 11, 32).toISOString(), clean: true },
    },
    cells: [
      { id: 'a', index: 4 },
      { id: 'b', index: null },
    ],
    data: [{ name: 'wine.csv', digest: 'd', rows: 178, context: 'training' }],
    metrics: { accuracy: 0.97222, loss: 1 },
  };
  expect(versionWords(whole, NOON)).toBe(
    'wine v3, from train.ipynb as of 11:32 (cell 5), on wine.csv (178 rows), accuracy 0.9722, clean run.',
  );
});

test.each<[readonly number[], string]>([
  [[5], 'cell 5'],
  [[3, 2, 4], 'cells 2–4'],
  [[7, 2], 'cells 2, 7'],
])('names the cells %j as "%s"', (places, words) => {
  expect(placeWords(places)).toBe(words);
});

test.each<[string, string]>([
  ['  ', ''],
  ['wine', "name ILIKE '%wine%'"],
  ["o'clock", "name ILIKE '%oclock%'"],
  ["tags.team = 'red'", "tags.team = 'red'"],
  ["name LIKE 'w%'", "name LIKE 'w%'"],
])('searches for %j by %j', (text, filter) => {
  expect(toModelFilter(text)).toBe(filter);
});

const MOVE: TrailEntry = {
  ...{ order: 1, time: 0, kind: 'registered', version: 3, who: 'Ada', grant: 'owner' },
  ...{ name: 'wine', what: 'champion', from: '1', to: '3', comment: null, sha256: '' },
};

test.each<[Partial<TrailEntry>, string]>([
  [{ kind: 'alias set' }, 'moved @champion from v1 to v3'],
  [{ kind: 'alias set', from: null }, 'set @champion to v3'],
  [{ kind: 'alias removed' }, 'took @champion off v1'],
  [{ kind: 'stage set', from: 'None', to: 'Production' }, 'moved v3 from None to Production'],
  [{ kind: 'version made' }, 'registered v3'],
  [{ kind: 'registered', version: null }, 'registered wine'],
  [{ kind: 'tagged', version: null, what: 'team', to: 'red' }, 'tagged it team = red'],
  [{ kind: 'version untagged', what: 'team' }, 'took the tag team off v3'],
  [{ kind: 'rules set', to: '' }, 'asks for no approval any more'],
  [{ kind: 'approval withdrawn' }, 'took the approval of v3 back'],
])('tells %j as "%s"', (move, words) => {
  expect(moveWords({ ...MOVE, ...move })).toBe(words);
});

test('says what a rule asks for, and calls people by their names', () => {
  const rule = { aliases: ['champion', 'prod'], persons: ['Anna', 'Ben'], needed: 2, own: false };
  expect(ruleWords(rule)).toBe('Before @champion, @prod moves: 2 of Anna, Ben');
  expect(ruleWords({ ...rule, persons: ['Anna'], needed: 1 })).toContain('moves: Anna');
  expect(personName('Ada <ada@example.org>')).toBe('Ada');
  expect(personName('')).toBe('somebody');
});
