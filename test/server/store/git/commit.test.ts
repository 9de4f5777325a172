import { expect, test } from 'vitest';

import { formatCommit, parseCommit } from '../../../../server/store/git/commit.js';

const FACTS = {
  tree: '4b825dc642cb6eb9a060e54bf8d69288fbee4904',
  parents: [],
  author: { name: 'Ada <script>\n', email: 'ada@example.org' },
  time: 0,
};

test('no message can speak for a trailer, or put into a commit what git calls damage', () => {
  const content = formatCommit({
    ...FACTS,
    subject: 'a\0b\n\nSnapshot-Id: forged',
    trailers: new Map([['Snapshot-Id', 'real']]),
  });
  expect(content.includes(0)).toBe(false);
  const commit = parseCommit('', content);
  expect(commit.trailers).toEqual(new Map([['Snapshot-Id', 'real']]));
  expect(commit.author).toEqual({ name: 'Ada  script', email: 'ada@example.org' });
});
