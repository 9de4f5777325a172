import { appendFile, readdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import * as fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';

import { openJournalFolder } from '../../../../server/store/journal/journal-folder.js';
import type { Journal } from '../../../../server/store/journal/journal.js';
import { makeFolder } from '../../scratch.js';
import { createFailingDisk, errno, type Faults } from './failing-disk.js';
import { recordOf } from './journal.contract.js';

interface Opened {
  readonly journal: Journal;
  readonly reported: readonly string[];
}

async function open(
  folder: string,
  options: Partial<Parameters<typeof openJournalFolder>[1]> = {},
): Promise<Opened> {
  const reported: string[] = [];
  const journal = await openJournalFolder(folder, {
    report: (error) => reported.push(String(error)),
    ...options,
  });
  // Closing it writes nothing, so that those which a test leaves as a kill would are closed too.
  onTestFinished(() => journal.close());
  return { journal, reported };
}

const numbersOf = (journal: Journal): number[] => journal.pending(0).map(({ number }) => number);
const pathOf = (folder: string, first: number): string =>
  join(folder, `${String(first).padStart(16, '0')}.ndjson`);

async function fill(folder: string, count: number): Promise<void> {
  const { journal } = await open(folder);
  for (let number = 1; number <= count; number += 1) await journal.append([recordOf(number)]);
  await journal.close();
}

describe('the files of a journal', () => {
  test('hold a record a line, after 16 digits of its SHA-256', async () => {
    const folder = await makeFolder();
    const { journal } = await open(folder);
    await journal.append([recordOf(3)]);
    expect(await readFile(pathOf(folder, 3), 'utf8')).toMatch(
      /^[0-9a-f]{16} \{"number":3,"kind":"note","time":1003,"data":\{"at":3\}\}\n$/,
    );
  });

  test('go once their records are sealed; the file in use goes with the next seal', async () => {
    const folder = await makeFolder();
    const { journal } = await open(folder);
    await journal.append([recordOf(1), recordOf(2)]);
    await journal.seal(1);
    await journal.append([recordOf(3)]);
    expect(await readdir(folder)).toEqual([1, 3].map((first) => pathOf('', first)));
    await journal.seal(2);
    expect(await readdir(folder)).toEqual([pathOf('', 3)]);
    await journal.seal(3);
    expect(await readdir(folder)).toEqual([]);
  });

  test('share one sync among all appends that wait', async () => {
    const faults: Faults = { syncs: 0 };
    const { journal } = await open(await makeFolder(), { disk: createFailingDisk(faults) });
    await journal.append([recordOf(1)]);
    faults.syncs = 0;
    await Promise.all(Array.from({ length: 500 }, (_, at) => journal.append([recordOf(at + 2)])));
    expect(faults.syncs).toBe(1);
  });

  test('lose no acknowledged record whatever byte the last write stopped at', async () => {
    const folder = await makeFolder();
    await fill(folder, 6);
    const whole = await readFile(pathOf(folder, 1));
    const starts = [...whole].flatMap((byte, at) => (byte === 10 ? [at + 1] : []));
    for (let length = 0; length <= whole.length; length += 1) {
      await writeFile(pathOf(folder, 1), whole.subarray(0, length));
      const { journal, reported } = await open(folder);
      const complete = starts.filter((end) => end <= length).length;
      expect(numbersOf(journal)).toEqual([1, 2, 3, 4, 5, 6].slice(0, complete));
      // An empty file may have lost all that it held: that is said too.
      expect(reported.length).toBe(starts.includes(length) ? 0 : 1);
      expect((await readFile(pathOf(folder, 1))).length).toBe(
        Math.max(0, ...starts.filter((end) => end <= length)),
      );
      await journal.close();
    }
    expect(await readdir(folder)).toEqual([pathOf('', 1)]);
  });

  test('tell a torn end from the zeros that a power cut leaves', async () => {
    const folder = await makeFolder();
    await fill(folder, 2);
    await appendFile(pathOf(folder, 1), Buffer.alloc(4096));
    const { journal, reported } = await open(folder);
    expect(numbersOf(journal)).toEqual([1, 2]);
    expect(reported[0]).toContain('4096 bytes');
    await journal.append([recordOf(3)]);
    expect(numbersOf((await open(folder)).journal)).toEqual([1, 2, 3]);
  });

  test('never give a number twice, also when its record was cut off', async () => {
    const folder = await makeFolder();
    const { journal } = await open(folder);
    await journal.append([recordOf(9)]);
    await journal.close();
    await truncate(pathOf(folder, 9), 5);
    const again = await open(folder);
    expect(again.journal.lastNumber()).toBe(9);
    await again.journal.append([recordOf(10)]);
    expect(numbersOf((await open(folder)).journal)).toEqual([10]);
  });

  test('keep a file with a damaged record beside, and read the others; one flipped bit costs nothing', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.integer({ min: 1, max: 255 }), async (seed, flip) => {
        const folder = await makeFolder();
        await fill(folder, 5);
        const path = pathOf(folder, 1);
        const sound = await readFile(path);
        const at = seed % (sound.length - 1);
        const spoilt = Buffer.from(sound);
        spoilt[at] = (spoilt[at] ?? 0) ^ flip;
        await writeFile(path, spoilt);
        const hit = sound.subarray(0, at).filter((byte) => byte === 10).length + 1;
        const { journal, reported } = await open(folder);
        // So it is where only the line feed between two records is spoilt.
        const isOneBit = (flip & (flip - 1)) === 0;
        const isLost = sound[at] !== 10 && !isOneBit;
        expect(numbersOf(journal)).toEqual([1, 2, 3, 4, 5].filter((n) => !isLost || n !== hit));
        expect(reported.length).toBe(1);
        expect(reported[0]).toContain(isLost ? 'cannot be read' : 'nothing of it is lost');
        expect(await readFile(`${path}.damaged`)).toEqual(spoilt);
        const again = await open(folder);
        expect(numbersOf(again.journal)).toEqual(numbersOf(journal));
        expect(again.reported).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  test('stay as they are in a store that is read-only', async () => {
    const folder = await makeFolder();
    await fill(folder, 2);
    await appendFile(pathOf(folder, 1), 'half a rec');
    const before = await readFile(pathOf(folder, 1));
    const { journal, reported } = await open(folder, { readOnly: true });
    expect(numbersOf(journal)).toEqual([1, 2]);
    expect(reported.length).toBe(1);
    expect(await readFile(pathOf(folder, 1))).toEqual(before);
  });
});

describe('on a disk that fails', () => {
  async function openFailing(): Promise<Opened & { folder: string; faults: Faults }> {
    const folder = await makeFolder();
    const faults: Faults = { syncs: 0 };
    const opened = await open(folder, { disk: createFailingDisk(faults) });
    await opened.journal.append([recordOf(1)]);
    return { ...opened, folder, faults };
  }

  test('an append whose sync fails is refused, and the next has a file of its own', async () => {
    const { journal, folder, faults } = await openFailing();
    faults.datasync = errno('EIO');
    await expect(journal.append([recordOf(2)])).rejects.toThrow('EIO');
    await journal.append([recordOf(3)]);
    expect(numbersOf(journal)).toEqual([1, 3]);
    expect(await readdir(folder)).toEqual([1, 3].map((first) => pathOf('', first)));
    expect(numbersOf((await open(folder)).journal)).toEqual([1, 3]);
  });

  test('a file that cannot even be cut back is left alone', async () => {
    const { journal, folder, faults } = await openFailing();
    faults.datasync = errno('EIO');
    faults.truncate = errno('EIO');
    await expect(journal.append([recordOf(2)])).rejects.toThrow('EIO');
    await journal.append([recordOf(3)]);
    const again = await open(folder);
    expect(numbersOf(again.journal)).toEqual(expect.arrayContaining([1, 3]));
    expect(again.reported).toEqual([]);
  });

  test('a full disk is said in words, for all who shared the write, and nothing half stays', async () => {
    const { journal, folder, faults } = await openFailing();
    faults.write = errno('ENOSPC');
    const tries = [journal.append([recordOf(2)]), journal.append([recordOf(3)])];
    for (const result of await Promise.allSettled(tries))
      expect(result).toMatchObject({ status: 'rejected', reason: { code: 'disk_full' } });
    await journal.append([recordOf(4)]);
    expect(numbersOf((await open(folder)).journal)).toEqual([1, 4]);
  });

  test('short writes are gone on with', async () => {
    const { journal, folder, faults } = await openFailing();
    faults.write = 7;
    await journal.append([recordOf(2, 'x'.repeat(100)), recordOf(3)]);
    expect(numbersOf((await open(folder)).journal)).toEqual([1, 2, 3]);
  });

  test('whoever is not the owner any more appends nothing', async () => {
    const folder = await makeFolder();
    const { journal } = await open(folder, { guard: () => Promise.reject(new Error('replaced')) });
    await expect(journal.append([recordOf(1)])).rejects.toThrow('replaced');
    expect(await readdir(folder)).toEqual([]);
  });

  test('whoever was replaced while it wrote acknowledges nothing, and what the new owner keeps stays', async () => {
    const folder = await makeFolder();
    let resume: () => void = () => undefined;
    const paused = new Promise<void>((resolve) => (resume = resolve));
    let isOurs = true;
    const guard = (): Promise<void> =>
      isOurs ? Promise.resolve() : Promise.reject(new Error('replaced'));
    const faults: Faults = { syncs: 0 };
    const old = (await open(folder, { guard, disk: createFailingDisk(faults) })).journal;
    await old.append([recordOf(1, 'old')]);
    faults.before = (call) => (call === 'write' ? paused : undefined);
    const late = [old.append([recordOf(2, 'old')]), old.append([recordOf(3, 'old')])];
    const refused = Promise.allSettled(late);
    await sleep(20);
    isOurs = false;
    const { journal } = await open(folder);
    await journal.append([recordOf(2, 'new')]);
    resume();
    for (const { status } of await refused) expect(status).toBe('rejected');
    expect(numbersOf(old)).toEqual([1]);
    await journal.append([recordOf(3, 'new')]);
    const again = (await open(folder)).journal;
    expect(again.pending(1).map(({ data }) => data)).toEqual(['new', 'new']);
  });
});

test('any order of appends, seals and kills keeps every acknowledged record that is not sealed', async () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('append' as const), count: fc.integer({ min: 1, max: 4 }) }),
    fc.record({
      kind: fc.constant('seal' as const),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
    fc.record({ kind: fc.constant('kill' as const), tear: fc.nat(40) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      const folder = await makeFolder();
      let { journal } = await open(folder);
      let kept: number[] = [];
      let sealed = 0;
      for (const each of steps) {
        if (each.kind === 'append') {
          // A store gives no number that git holds already.
          const first = Math.max(journal.lastNumber(), sealed) + 1;
          const numbers = Array.from({ length: each.count }, (_, at) => first + at);
          await Promise.all(numbers.map((number) => journal.append([recordOf(number)])));
          kept.push(...numbers);
        } else if (each.kind === 'seal') {
          sealed = Math.max(sealed, Math.floor(each.share * journal.lastNumber()));
          await journal.seal(sealed);
          kept = kept.filter((number) => number > sealed);
        } else {
          // What was being written when it ended, and nobody was told of.
          const last = (await readdir(folder)).sort().at(-1);
          const line = '0123456789abcdef {"number":999,"kind":"note","time":1}';
          if (last !== undefined) await appendFile(join(folder, last), line.slice(0, each.tear));
          ({ journal } = await open(folder));
        }
        const pending = numbersOf(journal).filter((number) => number > sealed);
        expect(pending).toEqual(kept);
      }
    }),
    { numRuns: 60 },
  );
});
