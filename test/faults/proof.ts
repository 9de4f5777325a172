import { execFileSync } from 'node:child_process';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { CellarError } from '../../server/errors.js';
import { getSnapshot } from '../../server/history/history.js';
import { verifyStore } from '../../server/history/verify.js';
import { restoreBackup } from '../../server/store/backup/restore-backup.js';
import { nodeDisk } from '../../server/store/disk/disk.js';
import { ACTS } from './acts.js';
import { timeOwn } from './own-time.js';
import { BACKUP } from './long-acts.js';
import { findLost, openSession, type Fact, type Session, type SessionOptions } from './session.js';

/** Runs `work` in an empty folder that goes afterwards. */
export async function inFolder<Result>(work: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'cellar-faults-')));
  try {
    return await work(folder);
  } finally {
    // A git that outlives the process that started it may still put a file there.
    await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  }
}

export interface ProofOptions extends SessionOptions {
  /** What befell the store, for the failure's words. */
  readonly label?: string;
  /** Whether more is kept then; true by default. */
  readonly goOn?: boolean;
}

/**
 * Opens the store as after a fault, with no step by hand, and proves that every fact is there, that git finds nothing wrong, and that
 * work goes on. Returns how long it took to open by itself, in milliseconds: see timeOwn.
 */
export async function proveSound(
  root: string,
  facts: readonly Fact[],
  options: ProofOptions = {},
): Promise<number> {
  const { label = '', goOn = true } = options;
  const { result: session, ms } = await timeOwn(() =>
    openSession(root, options).catch((error: unknown) => {
      throw new Error(`${label}: it does not open`, { cause: error });
    }),
  );
  try {
    expectNone(await findLost(session, facts), label);
    expectNone(await findLostInBackup(session, facts), label);
    expectNone((await verifyStore(session.history)).damages, label);
    const more: Fact[] = [...facts];
    for (const act of ACTS)
      if (goOn && (act.name === 'take' || act.name === 'save'))
        await act.play({
          session,
          turn: 1_000_000,
          facts: more,
          note: (fact) => void more.push(fact),
        });
    if (goOn) expectNone(await findLost(session, more), label);
  } finally {
    await session.close();
  }
  fsck(root, label);
  return ms;
}

/** Throws with what is wrong, where something is. */
function expectNone(wrong: readonly unknown[], label: string): void {
  if (wrong.length > 0) throw new Error(`${label}: ${JSON.stringify(wrong, undefined, 1)}`);
}

/** Proves that git itself finds the repository whole. */
export function fsck(root: string, label = ''): void {
  const gitdir = join(root, '.cellar', 'store.git');
  try {
    const args = ['--git-dir', gitdir, 'fsck', '--full', '--strict', '--no-dangling'];
    execFileSync('git', args, { stdio: 'pipe' });
  } catch (error) {
    throw new Error(`${label}: git fsck finds ${String((error as { stderr?: Buffer }).stderr)}`, {
      cause: error,
    });
  }
}

/**
 * Restores the last backup that was acknowledged, or a later one that is whole, and gives the snapshots of then that it has lost. What
 * has expired since is not asked for.
 */
async function findLostInBackup(
  { history: { store } }: Session,
  facts: readonly Fact[],
): Promise<readonly string[]> {
  const last = facts.findLast((fact) => fact.kind === 'backup');
  if (last?.kind !== 'backup') return [];
  const wanted: Fact[] = [];
  for (const fact of facts)
    if (
      fact.kind === 'snapshot' &&
      ((await findNumber(store, fact.id)) ?? Infinity) <= last.through
    )
      wanted.push(fact);
  return inFolder(async (root) => {
    const folder = join(store.places.root, BACKUP);
    const lost = await restoreBackup({ folder, root, force: false, now: Date.now, disk: nodeDisk })
      .then(async () => {
        const session = await openSession(root);
        return findLost(session, wanted).finally(() => session.close());
      })
      .catch((error: unknown) => [String(error)]);
    return lost.map((each) => `in the backup: ${each}`);
  });
}

/** The number of a snapshot; undefined of one that has expired. */
async function findNumber(
  store: Session['history']['store'],
  id: string,
): Promise<number | undefined> {
  try {
    return (await getSnapshot(store, id)).number;
  } catch (error) {
    if (error instanceof CellarError && error.code === 'expired') return undefined;
    throw error;
  }
}
