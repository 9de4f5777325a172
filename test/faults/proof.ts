import { execFileSync } from 'node:child_process';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect } from 'vitest';

import { verifyStore } from '../../server/history/verify.js';
import { ACTS } from './acts.js';
import { findLost, openSession, type Fact, type SessionOptions } from './session.js';

/** Runs `work` in an empty folder that goes afterwards. */
export async function inFolder<Result>(work: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'cellar-faults-')));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * Opens the store as after a fault, with no step by hand, and proves that every fact is there, that git finds nothing wrong, and that
 * work goes on. Returns how long it took to open, in milliseconds.
 */
export async function proveSound(
  root: string,
  facts: readonly Fact[],
  options: SessionOptions & { readonly label?: string } = {},
): Promise<number> {
  const { label = '' } = options;
  const start = performance.now();
  const session = await openSession(root, options).catch((error: unknown) =>
    expect.fail(`${label}: it does not open: ${String((error as Error).stack)}`),
  );
  const took = performance.now() - start;
  try {
    expect(await findLost(session, facts), label).toEqual([]);
    expect((await verifyStore(session.history)).damages, label).toEqual([]);
    const more: Fact[] = [...facts];
    for (const act of ACTS)
      if (act.name === 'take' || act.name === 'save')
        await act.play({
          session,
          turn: 1_000_000,
          facts: more,
          note: (fact) => void more.push(fact),
        });
    expect(await findLost(session, more), label).toEqual([]);
  } finally {
    await session.close();
  }
  fsck(root, label);
  return took;
}

/** Proves that git itself finds the repository whole. */
export function fsck(root: string, label = ''): void {
  const gitdir = join(root, '.cellar', 'store.git');
  try {
    const args = ['--git-dir', gitdir, 'fsck', '--full', '--strict', '--no-dangling'];
    execFileSync('git', args, { stdio: 'pipe' });
  } catch (error) {
    expect.fail(`${label}: git fsck finds ${String((error as { stderr?: Buffer }).stderr)}`);
  }
}
