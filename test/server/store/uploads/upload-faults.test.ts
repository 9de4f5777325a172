import { randomBytes } from 'node:crypto';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { FaultyDisk, isSyncing, type Plan } from '../../../faults/faulty-disk.js';
import { isChange } from '../../../faults/interpose.js';
import { restoreAfterCut } from '../../../faults/power-cut.js';
import { Recorder } from '../../../faults/recording-disk.js';
import { Chance } from '../../../fuzz/mutate.js';
import { makeFolder } from '../../scratch.js';
import { complete, cut, expectFile, filesOf, open, OF, send, type Stage } from './stage.js';

/** Only folders of a store are looked after by whoever finds them there. */
const STORE = join('.cellar', 'artifacts');
const SIZE = 1000;
const BYTES = randomBytes(2 * SIZE + 10);

/** Sends three parts at once and completes them, each call as often as it takes. */
async function sendAll(stage: Stage): Promise<void> {
  const upload = await again(() => stage.uploads.start(OF, 3));
  const etags = await Promise.all(
    cut(BYTES, SIZE).map((part, index) => again(() => send(stage, upload, index + 1, part))),
  );
  await again(() => complete(stage, upload, etags));
}

async function again<Result>(work: () => Promise<Result>): Promise<Result> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (tries > 5) throw error;
    }
  }
}

test('loses nothing acknowledged when a call of the disk fails, and then the power', async () => {
  let calls = 0;
  for (let wasStruck = true; wasStruck; calls += 1)
    for (const [code, matches] of [
      ['EIO', isSyncing],
      ['ENOSPC', isChange],
    ] as const) {
      const folder = await makeFolder();
      const plan: Plan = { fault: { kind: 'refuse', code }, matches, at: calls, lasting: false };
      const faulty = new FaultyDisk(plan);
      const recorder = new Recorder(folder, faulty.disk);
      await sendAll(open(join(folder, STORE), recorder.disk));
      wasStruck = faulty.struck > 0;
      const after = await makeFolder();
      await restoreAfterCut(recorder, recorder.changes.length, 'least', new Chance(1), after);
      await expectFile(open(join(after, STORE)), BYTES);
    }
  expect(calls).toBeGreaterThan(30);
});

test('goes on where the process died, whatever it was about', async () => {
  let calls = 0;
  for (let wasStruck = true; wasStruck; calls += 1) {
    const folder = await makeFolder();
    const upload = await open(folder).uploads.start(OF, 3);
    const plan: Plan = { fault: { kind: 'die' }, matches: isChange, at: calls, lasting: false };
    const faulty = new FaultyDisk(plan);
    const dying = open(folder, faulty.disk);
    const etags: (string | undefined)[] = [];
    const work = async (): Promise<void> => {
      for (const [index, part] of cut(BYTES, SIZE).entries())
        etags[index] = await send(dying, upload, index + 1, part);
      await complete(dying, upload, etags as string[]);
    };
    await Promise.race([work(), faulty.death]);
    wasStruck = faulty.struck > 0;
    const stage = open(folder);
    // What was acknowledged is not sent again, unless all of it has become the file already.
    for (const [index, part] of cut(BYTES, SIZE).entries())
      etags[index] ??= await send(stage, upload, index + 1, part);
    await complete(stage, upload, etags as string[]);
    await expectFile(stage, BYTES);
    expect(filesOf(stage, upload)).toEqual(['upload.json']);
  }
  expect(calls).toBeGreaterThan(15);
});
