import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { nodeDisk, type Disk } from '../../../../server/store/disk/disk.js';
import { makeFolder, writeDurable } from '../../../../server/store/disk/durable.js';
import { FaultyDisk, isSyncing, type Plan } from '../../../faults/faulty-disk.js';
import { interpose, isChange } from '../../../faults/interpose.js';
import { restoreAfterCut } from '../../../faults/power-cut.js';
import { Recorder } from '../../../faults/recording-disk.js';
import { Chance } from '../../../fuzz/mutate.js';
import { errno } from '../../disk.js';
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

test('nor is one whose maker does not know yet that the sync of another has put it in doubt', async () => {
  const root = await makeScratch();
  const at = (path: string): string => join(root, '.cellar', path);
  const [reached, released] = [createGate(), createGate()];
  let [calls, isHeld, isFailing] = [0, false, false];
  const disk = interpose(nodeDisk, async (call, make) => {
    calls += 1;
    if (call.kind === 'file.sync' && call.path === at('a') && !isHeld) {
      isHeld = true;
      reached.open();
      await released.opened;
    }
    if (call.kind === 'file.sync' && isFailing) throw errno('EIO', call.path);
    return make();
  });
  const recorder = new Recorder(root, disk);
  await makeFolder(join(root, '.cellar'), recorder.disk);

  // The first has made its folders, and is at the sync of the inner one.
  const made = makeFolder(at('a/b'), recorder.disk);
  await reached.opened;
  // The sync of another in the outer one fails: what the first has put there may be lost, and no later sync says so.
  isFailing = true;
  await expect(makeFolder(at('other'), recorder.disk)).rejects.toThrow('EIO');
  isFailing = false;
  // A third relies on what it finds, if it asks the disk at all before the first knows: then it is let to its end.
  const before = calls;
  const written = writeDurable(at('a/b/file'), 'x', 0o600, recorder.disk);
  if (calls > before) await written;
  released.open();
  await Promise.all([written, made]);

  const after = await makeScratch();
  await restoreAfterCut(recorder, recorder.changes.length, 'least', new Chance(1), after);
  expect(existsSync(join(after, '.cellar', 'a', 'b', 'file'))).toBe(true);
});

/** Closed until it is opened. */
function createGate(): { readonly opened: Promise<void>; readonly open: () => void } {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}
