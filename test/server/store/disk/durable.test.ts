import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import type { Disk } from '../../../../server/store/disk/disk.js';
import { makeFolder, writeDurable } from '../../../../server/store/disk/durable.js';
import { FaultyDisk, isSyncing, type Plan } from '../../../faults/faulty-disk.js';
import { isChange } from '../../../faults/interpose.js';
import { restoreAfterCut } from '../../../faults/power-cut.js';
import { Recorder } from '../../../faults/recording-disk.js';
import { Chance } from '../../../fuzz/mutate.js';
import { makeFolder as makeScratch } from '../../scratch.js';

interface Stage {
  readonly disk: Disk;
  /** Of a path below the store. */
  readonly at: (path: string) => string;
  /** The disk is well from then on. */
  readonly mend: () => void;
}

/**
 * Carries out a plan while `work` makes folders of a store. Proves that the files which it says are written are there when the power
 * goes afterwards. True if it
 * befell a call.
 */
async function prove(
  plan: Plan,
  work: (stage: Stage) => Promise<readonly string[]>,
): Promise<boolean> {
  const root = await makeScratch();
  const faulty = new FaultyDisk(undefined);
  const recorder = new Recorder(root, faulty.disk);
  const { disk } = recorder;
  await makeFolder(join(root, '.cellar'), disk);
  faulty.plan = plan;
  const written = await work({
    disk,
    at: (path) => join(root, '.cellar', path),
    mend: () => void (faulty.plan = undefined),
  });
  const after = await makeScratch();
  await restoreAfterCut(recorder, recorder.changes.length, 'least', new Chance(1), after);
  const lost = written.filter((path) => !existsSync(join(after, '.cellar', path)));
  expect(lost, `at call ${plan.at}`).toEqual([]);
  return faulty.struck > 0;
}

const succeeds = (work: Promise<unknown>): Promise<boolean> =>
  work.then(
    () => true,
    () => false,
  );

test('a folder that could not be synced nor taken away is not relied on, also by another within it', async () => {
  let calls = 0;
  for (let wasStruck = true; wasStruck; calls += 1)
    wasStruck = await prove(
      { fault: { kind: 'refuse', code: 'EROFS' }, matches: isChange, at: calls, lasting: true },
      async ({ disk, at: path, mend }) => {
        const isDone = await succeeds(makeFolder(path('a/b/c'), disk));
        mend();
        for (const file of ['a/b/d/file', 'a/e/file'])
          await writeDurable(path(file), 'x', 0o600, disk);
        return ['a/b/d/file', 'a/e/file', ...(isDone ? ['a/b/c'] : [])];
      },
    );
  expect(calls).toBeGreaterThan(5);
});

test('nor is one that another has made whose sync fails just then', async () => {
  const files = ['a/b/1', 'a/b/2', 'a/c/3', 'a/4', 'd/e/5'];
  let calls = 0;
  for (let wasStruck = true; wasStruck; calls += 1)
    wasStruck = await prove(
      { fault: { kind: 'refuse', code: 'EIO' }, matches: isSyncing, at: calls, lasting: false },
      async ({ disk, at: path }) => {
        const ends = await Promise.all(
          files.map((file) => succeeds(writeDurable(path(file), 'x', 0o600, disk))),
        );
        return files.filter((_, index) => ends[index]);
      },
    );
  expect(calls).toBeGreaterThan(10);
});
