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
import { ACTS } from './acts.js';
import { KILLS } from './options.js';
import { inFolder, proveSound } from './proof.js';
import { findLost, openSession, type Fact, type Session } from './session.js';

const run = promisify(execFile);
const ROUNDS = Math.ceil(KILLS / 25);

/** What looks after a store while people work; each is done over and over. */
const UPKEEP: readonly ((session: Session, backup: string) => Promise<unknown>)[] = [
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

test(`packing, collecting, sealing, reindexing and backing up beside ${ROUNDS} rounds of work lose nothing, and the last backup comes back whole`, async () => {
  await inFolder(async (folder) => {
    const root = join(folder, 'workspace');
    const backup = join(folder, 'backup');
    const session = await openSession(root);
    const facts: Fact[] = [];
    const note = (fact: Fact): void => void facts.push(fact);
    const ended = new AbortController();
    const keeping = (async () => {
      let jobs = 0;
      for (; !ended.signal.aborted; jobs += 1)
        await UPKEEP[jobs % UPKEEP.length]?.(session, backup);
      return jobs;
    })();
    let turn = 0;
    const work = async (): Promise<void> => {
      for (let round = 0; round < ROUNDS; round += 1)
        for (const act of ACTS) {
          turn += 1;
          await act.play({ session, turn, facts, note });
        }
    };
    await work().finally(() => {
      ended.abort();
    });
    const jobs = await keeping;
    expect(jobs).toBeGreaterThan(UPKEEP.length);
    expect(await findLost(session, facts)).toEqual([]);
    expect((await verifyStore(session.history)).damages).toEqual([]);
    await backUp(session.history.store, { folder: backup });
    await session.close();
    await proveSound(root, facts);
    const back = join(folder, 'back');
    await restoreBackup({
      folder: backup,
      root: back,
      force: false,
      now: Date.now,
      disk: nodeDisk,
    });
    await proveSound(back, facts);
    console.log(`beside: ${jobs} jobs beside ${turn} acts`);
  });
});
