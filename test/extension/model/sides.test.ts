import { expect, test } from 'vitest';

import type { ComparedSide } from '../../../contract/compare.js';
import { sideCaption, sidePath, sideTime, sideWords } from '../../../extension/model/sides.js';
import { formatFullTime } from '../../../extension/model/time.js';
import { NOON, row } from './fixture.js';

const now: ComparedSide = { kind: 'now', path: 'sub/a.ipynb' };
const disk: ComparedSide = { kind: 'file', path: 'sub/a.ipynb' };
const other: ComparedSide = { kind: 'file', path: 'b.ipynb' };
const version: ComparedSide = {
  kind: 'snapshot',
  snapshot: { ...row(1, 30), path: 'sub/a.ipynb' },
};
const commit: ComparedSide = {
  kind: 'git',
  path: 'sub/a.ipynb',
  revision: 'HEAD~1',
  commit: '0123456789abcdef',
  time: new Date(NOON).toISOString(),
  subject: 'Grow trees',
};

test.each<[string, ComparedSide, ComparedSide, string, string]>([
  ['file and editor', disk, now, 'on disk', 'now'],
  ['version and editor', version, now, '13:30', 'now'],
  ['commit and editor', commit, now, '0123456 Grow trees', 'now'],
  ['two notebooks', disk, other, 'a.ipynb', 'b.ipynb'],
  ['version and another notebook', version, other, 'a.ipynb 13:30', 'b.ipynb'],
  ['commit and another notebook', commit, other, 'a.ipynb at 0123456', 'b.ipynb'],
])('names %s', (_, base, head, one, two) => {
  expect(sideWords(base, head, NOON)).toEqual({ base: one, head: two });
});

test('tells two versions of one minute apart by their seconds', () => {
  const next: ComparedSide = {
    kind: 'snapshot',
    snapshot: {
      ...row(2, 30),
      path: 'sub/a.ipynb',
      time: new Date(NOON - 1_799_000).toISOString(),
    },
  };
  expect(sideWords(version, next, NOON)).toEqual({ base: '13:30:00', head: '13:30:01' });
});

test('says the whole of a side in its tooltip', () => {
  expect(sideCaption(disk)).toBe('sub/a.ipynb\nas it is on the disk');
  expect(sideCaption(commit)).toBe(
    `sub/a.ipynb\nGrow trees\n${formatFullTime(new Date(NOON).toISOString())}\n0123456789abcdef`,
  );
  expect(sidePath(version)).toBe('sub/a.ipynb');
  expect(sideTime(now)).toBeUndefined();
});
