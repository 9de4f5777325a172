import { beforeEach, describe, expect, it } from 'vitest';

import { BurstTracker, type EndedBurst } from '../../../extension/capture/burst-tracker.js';
import { ManualClock } from './manual-clock.js';

const QUIET = 300;

/** Executions as "a#1:ok"; "-" stands for no count. */
function ran(burst: EndedBurst | undefined): string {
  return (burst?.executions ?? [])
    .map(({ cell, count, status }) => `${cell}#${count === null ? '-' : String(count)}:${status}`)
    .join(' ');
}

describe('BurstTracker', () => {
  let clock: ManualClock;
  let ended: EndedBurst[];
  let progress: string[];
  let tracker: BurstTracker;

  beforeEach(() => {
    clock = new ManualClock();
    ended = [];
    progress = [];
    tracker = new BurstTracker({
      clock,
      quiet: () => QUIET,
      onEnd: (burst) => {
        ended.push(burst);
      },
      onProgress: ({ cells, isRunning }) => {
        progress.push(`${String(cells)}${isRunning ? ' run' : ''}`);
      },
    });
  });

  it('tells how it goes on: how many cells have run or run now, and when none does', async () => {
    tracker.scheduled('a');
    tracker.scheduled('b');
    tracker.executed({ cell: 'a', ok: true, count: 1 });
    tracker.executed({ cell: 'b', ok: true, count: 2 });
    await clock.pass(QUIET);
    tracker.scheduled('c');
    tracker.kernelGone();
    expect(progress).toEqual(['1 run', '1 run', '2 run', '2', '1 run', '1']);
  });

  function run(cell: string, count: number): void {
    tracker.scheduled(cell);
    tracker.kernel('busy');
    tracker.executed({ cell, ok: true, count });
    tracker.kernel('idle');
  }

  it('ends once nothing is pending and the kernel was quiet for the quiet time', async () => {
    run('a', 1);
    await clock.pass(QUIET - 1);
    expect(ended).toEqual([]);
    await clock.pass(1);
    expect(ended.map(ran)).toEqual(['a#1:ok']);
    expect(tracker.isOpen).toBe(false);
  });

  it('takes executions that follow one another quickly as one burst, in the order they ran', async () => {
    run('b', 1);
    await clock.pass(QUIET - 1);
    run('a', 2);
    await clock.pass(QUIET);
    expect(ended.map(ran)).toEqual(['b#1:ok a#2:ok']);
  });

  it('waits for a cell that runs long, whatever the kernel says in between', async () => {
    tracker.scheduled('a');
    tracker.kernel('busy');
    await clock.pass(3_600_000);
    expect(ended).toEqual([]);
    tracker.executed({ cell: 'a', ok: true, count: 1 });
    tracker.kernel('idle');
    await clock.pass(QUIET);
    expect(ended.map(ran)).toEqual(['a#1:ok']);
  });

  it('waits for the kernel to be idle after the last reply, but not for another user of it for ever', async () => {
    tracker.scheduled('a');
    tracker.kernel('busy');
    tracker.executed({ cell: 'a', ok: true, count: 1 });
    await clock.pass(29_999);
    expect(ended).toEqual([]);
    await clock.pass(1);
    expect(ended).toHaveLength(1);
  });

  it('marks the failing cell of a run-all as an error and those after it as skipped', async () => {
    for (const cell of ['a', 'b', 'c']) tracker.scheduled(cell);
    tracker.kernel('busy');
    tracker.executed({ cell: 'a', ok: true, count: 1 });
    tracker.executed({ cell: 'b', ok: false, count: 2 });
    tracker.executed({ cell: 'c', ok: false, count: null });
    tracker.kernel('idle');
    await clock.pass(QUIET);
    expect(ended.map(ran)).toEqual(['a#1:ok b#2:error c#-:skipped']);
    expect(ended[0]?.attempted).toEqual(['a', 'b', 'c']);
    expect(ended[0]?.executions[2]).toEqual({ cell: 'c', count: null, status: 'skipped' });
  });

  it('settles what was pending as aborted when the kernel is restarted', async () => {
    for (const cell of ['a', 'b']) tracker.scheduled(cell);
    tracker.kernel('busy');
    tracker.executed({ cell: 'a', ok: true, count: 1 });
    tracker.kernelGone();
    await clock.pass(QUIET);
    expect(ended.map(ran)).toEqual(['a#1:ok b#-:aborted']);
  });

  it('settles a pending cell that was deleted, and goes on waiting for the others', async () => {
    for (const cell of ['a', 'b']) tracker.scheduled(cell);
    tracker.kernel('busy');
    tracker.keepOnly(new Set(['b']));
    await clock.pass(60_000);
    expect(ended).toEqual([]);
    tracker.executed({ cell: 'b', ok: true, count: 2 });
    tracker.kernel('idle');
    await clock.pass(QUIET);
    expect(ended.map(ran)).toEqual(['a#-:aborted b#2:ok']);
  });

  it('gives a pending cell up when the kernel stays idle: its reply was lost', async () => {
    tracker.scheduled('a');
    tracker.kernel('idle');
    await clock.pass(5_000 + QUIET);
    expect(ended.map(ran)).toEqual(['a#-:aborted']);
  });

  it('waits for a kernel that is still starting', async () => {
    tracker.scheduled('a');
    await clock.pass(120_000);
    expect(ended).toEqual([]);
  });

  it('takes rendered text as a burst without executions', async () => {
    tracker.rendered('m');
    await clock.pass(QUIET);
    expect(ended.map((burst) => burst.executions)).toEqual([[]]);
  });

  it('does not wait for an empty code cell, which no kernel runs', async () => {
    tracker.scheduled('empty');
    tracker.rendered('empty');
    await clock.pass(QUIET);
    expect(ended.map(ran)).toEqual(['']);
  });

  it('counts a cell that was sent again before it ended once', async () => {
    tracker.scheduled('a');
    tracker.scheduled('a');
    tracker.executed({ cell: 'a', ok: true, count: 2 });
    await clock.pass(QUIET);
    expect(ended.map(ran)).toEqual(['a#2:ok']);
    expect(ended[0]?.attempted).toEqual(['a']);
  });

  it('hands over at once what has ended when its tab closes', () => {
    run('a', 1);
    tracker.flush();
    expect(ended.map(ran)).toEqual(['a#1:ok']);
    tracker.flush();
    expect(ended).toHaveLength(1);
  });

  it('keeps a cell that still runs for a burst of its own when its tab does not close after all', async () => {
    run('a', 1);
    tracker.scheduled('b');
    tracker.flush();
    expect(ended.map(ran)).toEqual(['a#1:ok']);
    tracker.executed({ cell: 'b', ok: true, count: 2 });
    await clock.pass(QUIET);
    expect(ended.map(ran)).toEqual(['a#1:ok', 'b#2:ok']);
    expect(ended[1]?.attempted).toEqual(['b']);
  });

  it('has nothing to hand over while the only cell still runs', () => {
    tracker.scheduled('a');
    tracker.flush();
    expect(ended).toEqual([]);
  });

  it('is silent once disposed', async () => {
    run('a', 1);
    tracker.dispose();
    await clock.pass(60_000);
    expect(ended).toEqual([]);
  });

  it('keeps the times that are known and says when the burst began and ended', async () => {
    const start = clock.now();
    tracker.scheduled('a');
    await clock.pass(50);
    tracker.executed({ cell: 'a', ok: true, count: 1, started: start + 10 });
    await clock.pass(QUIET);
    expect(ended[0]).toMatchObject({
      started: start,
      finished: start + 50 + QUIET,
      executions: [{ started: start + 10, finished: start + 50 }],
    });
  });
});
