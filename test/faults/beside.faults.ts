import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { expect, test } from 'vitest';

import { collect } from '../../server/history/gc.js';
import { reindex } from '../../server/history/reindex.js';
import { sealPending } from '../../server/history/seal.js';
import { verifyStore } from '../../server/history/verify.js';
import { backUp } from '../../server/store/backup/back-up.js';
import { nodeDisk } from '../../server/store/disk/disk.js';
import { restoreBackup } from '../../server/store/backup/restore-backup.js';
import { Chance } from '../fuzz/mutate.js';
import { ACTS } from './acts.js';
import { KILLS, SEED } from './options.js';
import { inFolder, proveSound } from './proof.js';
import { findLost, openSession, type Fact, type Session } from './session.js';

const run = promisify(execFile);
const ROUNDS = Math.ceil(KILLS / 25);

type Upkeep = (session: Session, backup: string) => Promise<unknown>;

/** What looks after a store while people work; each is done over and over. */
const UPKEEP: readonly Upkeep[] = [
  ({ history }) => history.store.repository.pack(new AbortController().signal),
  ({ history }) =>
    collect(history, {
      retention: { off: false, all: 7, hourly: 30, daily: null },
      ...{ grace: 7, dryRun: false, signal: new AbortController().signal },
    }),
  ({ history }) => sealPending(history),
  ({ history }, backup) => backUp(history.store, { folder: backup }),
  ({ history }) =>
    run('git', ['--git-dir', history.store.places.git, ...'repack -a -d -q'.split(' ')]),
  ({ history }) => reindex(history),
  ({ history }) => run('git', ['--git-dir', history.store.places.git, 'gc', '--quiet']),
];

test(`packing, collecting, sealing, reindexing and backing up beside ${ROUNDS} rounds of work lose nothing, and the last backup comes back whole (seed ${SEED})`, async () => {
  await inFolder(async (folder) => {
    const root = join(folder, 'workspace');
    const backup = join(folder, 'backup');
    const session = await openSession(root);
    const facts: Fact[] = [];
    const note = (fact: Fact): void => void facts.push(fact);
    const ended = new AbortController();
    let [passes, isBroken] = [0, false];
    const keeping = (async () => {
      const chance = new Chance(SEED);
      while (!ended.signal.aborted) {
        for (const job of shuffle(UPKEEP, chance)) await job(session, backup);
        passes += 1;
      }
    })();
    // The failure itself is awaited below.
    keeping.catch(() => {
      isBroken = true;
    });
    const chance = new Chance(SEED + 1);
    let turn = 0;
    const work = async (): Promise<void> => {
      // However fast the work is done, some of it comes beside each of them.
      for (let round = 0; round < ROUNDS || (passes === 0 && !isBroken); round += 1)
        for (const act of shuffle(ACTS, chance)) {
          turn += 1;
          await act.play({ session, turn, facts, note });
        }
    };
    await work().finally(() => {
      ended.abort();
    });
    await keeping;
    expect(await findLost(session, facts), `seed ${SEED}`).toEqual([]);
    expect((await verifyStore(session.history)).damages).toEqual([]);
    await backUp(session.history.store, { folder: backup });
    await session.close();
    await proveSound(root, facts, { label: `seed ${SEED}` });
    const back = join(folder, 'back');
    await restoreBackup({
      folder: backup,
      root: back,
      force: false,
      now: Date.now,
      disk: nodeDisk,
    });
    // What is still coming in parts is nobody's yet: a backup does without.
    const kept = facts.filter(({ kind }) => kind !== 'parts');
    await proveSound(back, kept, { label: `seed ${SEED}, from the backup` });
    console.log(`beside: all upkeep ${passes} times beside ${turn} acts, seed ${SEED}`);
  });
});

/** The same things in another order, which the chance decides. */
function shuffle<Item>(items: readonly Item[], chance: Chance): readonly Item[] {
  const left = [...items];
  return items.map(() => left.splice(chance.below(left.length), 1)).flat();
}
