import { describe, expect, test } from 'vitest';

import type { HistoryRow } from '../../../contract/history.js';
import type { LiveRun } from '../../../contract/live.js';
import { GoingOnLayout, isGoingOn, type Going } from '../../../extension/model/going-on.js';
import { NOON, row } from './fixture.js';

const NOW = 10_000_000;
const run = (patch: Partial<LiveRun>): LiveRun => ({
  ...{ id: 'a', name: 'a', status: 'running', snapshot: null, notebook: null },
  ...{ start: NOW - 60_000, changed: NOW - 1_000, made: [], metrics: [], total: 0 },
  ...patch,
});
const minutes = (count: number): number => NOW - count * 60_000;
const burst = (started: number, isRunning = true): Parameters<typeof isGoingOn>[1]['burst'] => ({
  ...{ started, cells: 1, isRunning },
});

test.each([
  ['logs', run({}), undefined, true],
  ['has ended', run({ status: 'finished' }), burst(minutes(2)), false],
  ['is silent for long', run({ changed: minutes(6) }), undefined, false],
  ['is silent, and its cell runs', run({ changed: minutes(6) }), burst(minutes(2)), true],
  [
    'is silent, and its cell has run',
    run({ changed: minutes(6) }),
    burst(minutes(2), false),
    false,
  ],
  [
    'is of a kernel that died before this burst',
    run({ start: minutes(60), changed: minutes(30) }),
    burst(minutes(2)),
    false,
  ],
] as const)('a run that %s', (_, one, cells, expected) => {
  expect(isGoingOn(one, { now: NOW, burst: cells })).toBe(expected);
});

/** "a b+ | burst" is the run a, the run b that has ended, and cells that run; "over" are cells that have run. */
function going(text: string): Going {
  const words = text.split(' ').filter((word) => word !== '' && word !== '|');
  return {
    runs: words
      .filter((word) => word.length < 3)
      .map((word) => {
        const id = word.charAt(0);
        // A capital letter is a run that a cell of the same letter has made in a thread, after its version was kept.
        const isLate = id !== id.toLowerCase();
        const made = [{ cell: id.toLowerCase(), count: null }];
        return { id, isOver: word.endsWith('+'), start: isLate ? NOON + 1 : 0, made };
      }),
    burst: words.includes('burst') ? 'running' : words.includes('over') ? 'over' : undefined,
  };
}

/** "2: a b+" is the version 2 with the run a, which goes on, and b, which has ended. */
function version(text: string): HistoryRow | undefined {
  const [number = '', runs = ''] = text.split(':');
  if (number === '') return undefined;
  return row(Number(number), 0, {
    executions: [{ cell: 't', index: 0, count: 1, status: 'ok' }],
    runs: runs
      .split(' ')
      .filter((word) => word !== '')
      .map((word) => ({
        ...{ id: word.charAt(0), name: '', metrics: {}, params: {} },
        status: word.endsWith('+') ? 'finished' : 'running',
      })),
  });
}

describe('what goes on', () => {
  // What goes on with the newest version, one after the other; and what is above and within then.
  test.each<[string, readonly (readonly [going: string, newest: string, shown: string])[]]>([
    [
      'becomes the version that claims it',
      [
        ['a burst', '1', 'a burst / '],
        ['a+ burst', '1', 'a burst / '],
        ['a+ over', '1', 'a burst / '],
        ['a+ over', '2: a+', ' / '],
      ],
    ],
    [
      'goes on in the version that claims it before it ends',
      [
        ['a over', '1', 'a burst / '],
        ['a over', '2: a', ' / a'],
        ['a', '2: a', ' / a'],
        ['a+', '2: a', ' / '],
        ['a+', '2: a+', ' / '],
      ],
    ],
    [
      'is not shown twice while the version knows more than the last answer',
      [
        ['a over', '1', 'a burst / '],
        ['a over', '2: a+', ' / '],
      ],
    ],
    [
      'stays when it ends in an older version, until there is a new one',
      [
        ['a', '3', 'a / '],
        ['a+', '3', 'a / '],
        ['a+', '4', ' / '],
      ],
    ],
    [
      'of a thread goes on in the version of its cell, which claims it when it ends',
      [
        ['T', '2', ' / T'],
        ['T+', '2', ' / T'],
        ['T+', '2: T+', ' / '],
      ],
    ],
    [
      'of a thread goes on above while other cells run',
      [
        ['T burst', '2', 'T burst / '],
        ['X', '2', 'X / '],
      ],
    ],
    [
      'of cells alone becomes their version',
      [
        ['burst', '', ' burst / '],
        ['over', '', ' burst / '],
        ['over', '1', ' / '],
        ['burst', '1', ' burst / '],
        ['burst', '2', ' burst / '],
      ],
    ],
    [
      'of cells ends where no version comes of it',
      [
        ['over', '1', ' burst / '],
        ['', '1', ' / '],
      ],
    ],
  ])('%s', (_, steps) => {
    const layout = new GoingOnLayout();
    const seen = steps.map(([now, newest]) => {
      layout.take(going(now), version(newest));
      const { above, burst: cells, within } = layout.layOut(version(newest));
      return `${above.join('')}${cells ? ' burst' : ''} / ${within.join('')}`;
    });
    expect(seen).toEqual(steps.map(([, , shown]) => shown));
  });
});
