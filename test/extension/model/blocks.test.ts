import { expect, test } from 'vitest';

import { toBlockRuns } from '../../../extension/model/blocks.js';

/** Blocks by their signs ("." is kept); runs as signs again, with a number for blocks that are left out. */
function show(signs: string, whole = false): string {
  const blocks = signs.split('').map((sign) => ({
    op: sign === '.' ? (' ' as const) : (sign as '~' | '-' | '+'),
  }));
  return toBlockRuns(blocks, whole)
    .map((run) =>
      run.kind === 'left' ? String(run.count) : run.block.op === ' ' ? '.' : run.block.op,
    )
    .join('');
}

test.each([
  ['~', '~'],
  ['.~.', '.~.'],
  ['...~', '2.~'],
  ['..~', '..~'],
  ['~.....+', '~.3.+'],
  ['~...+', '~...+'],
  ['....', '4'],
])('shows %s as %s', (signs, shown) => {
  expect(show(signs)).toBe(shown);
});

test('leaves nothing out when the whole text is asked for', () => {
  expect(show('....~....', true)).toBe('....~....');
});
