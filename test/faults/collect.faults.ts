import { expect, test } from 'vitest';

import { collect } from '../../server/history/gc.js';
import { ACTS } from './acts.js';
import { KILLS } from './options.js';
import { inFolder, proveSound } from './proof.js';
import { findLost, openSession, type Fact } from './session.js';

const ROUNDS = Math.ceil(KILLS / 25);
/** A store's clock that is this far ahead of the disk's takes all that was ever written for old. */
const AHEAD_MS = 2 * 60 * 60 * 1000;

test(`collecting what no version needs, without any grace, beside ${ROUNDS} rounds of snapshots, restores, pins and expiries loses nothing`, async () => {
  await inFolder(async (root) => {
    const now = (): number => Date.now() + AHEAD_MS;
    const session = await openSession(root, { now });
    const { history } = session;
    const facts: Fact[] = [];
    const ended = new AbortController();
    const freed = { count: 0, bytes: 0, times: 0 };
    const collecting = (async () => {
      while (!ended.signal.aborted) {
        const done = await collect(history, {
          // What thins out is chosen by the acts, which know then what must be gone.
          retention: { off: true, all: 7, hourly: 30, daily: null },
          ...{ grace: 14, dryRun: false, signal: new AbortController().signal },
        });
        freed.count += done.objects.count;
        freed.bytes += done.objects.bytes;
        freed.times += 1;
        expect(done.heldBack).toBeNull();
        if (freed.times % 8 === 0)
          await history.store.repository.pack(new AbortController().signal);
      }
    })();
    // What another collection frees is not there to be counted.
    const acts = ACTS.filter(({ name }) => name !== 'free');
    let turn = 0;
    const work = async (): Promise<void> => {
      for (let round = 0; round < ROUNDS; round += 1)
        for (const act of acts) {
          turn += 1;
          await act.play({ session, turn, facts, note: (fact) => void facts.push(fact) });
        }
    };
    await Promise.race([
      work().finally(() => {
        ended.abort();
      }),
      // Its failure is the test's, at once.
      collecting,
    ]);
    await collecting;
    expect(freed.count).toBeGreaterThan(ROUNDS);
    expect(freed.bytes).toBeGreaterThan(0);
    expect(await findLost(session, facts)).toEqual([]);
    expect(session.reports).toEqual([]);
    await session.close();
    await proveSound(root, facts, { now });
    console.log(
      `collect: ${freed.times} collections freed ${freed.count} objects beside ${turn} acts`,
    );
  });
});
