import { execFileSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { expect } from 'vitest';

import type { Verified } from '../../../../contract/upkeep.js';
import {
  getSnapshot,
  readSnapshotState,
  type History,
} from '../../../../server/history/history.js';
import { reindex } from '../../../../server/history/reindex.js';
import { verifyStore } from '../../../../server/history/verify.js';
import { logPoints } from '../../../../server/tracking/record-runs.js';
import { makeFolder, openTestHistory } from '../../scratch.js';
import { fill, readAll, RUN, type Filled } from '../filled.js';
import { keep, LONG } from '../kept.js';

export type Opened = Filled & {
  history: History;
  root: string;
  texts: ReadonlyMap<string, string | undefined>;
};

export const quiet = { report: (): void => undefined };

export async function open(): Promise<Opened> {
  const root = await makeFolder();
  const history = await openTestHistory(root, quiet);
  const filled = await fill(history);
  return { ...filled, history, root, texts: await readAll(history) };
}

/** Closes the store, damages it, and opens it again. */
export async function reopen({ history, root }: Opened, damage: () => void): Promise<History> {
  await history.store.close();
  damage();
  return openTestHistory(root, quiet);
}

export function fsck(history: History): string {
  const args = [
    '--git-dir',
    history.store.places.git,
    'fsck',
    '--full',
    '--strict',
    '--no-dangling',
  ];
  try {
    return execFileSync('git', args, { encoding: 'utf8', stdio: 'pipe' });
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    return `${stdout}${stderr}`;
  }
}

/** Everything is as it was, git finds nothing, the catalog is what git says, and versions are kept. */
export async function expectWhole(
  history: History,
  { texts }: Opened,
  repaired: Verified,
): Promise<void> {
  expect(repaired).toMatchObject({ status: 'ok', damages: [], lost: [], repaired: { lost: [] } });
  expect(repaired.repaired?.mended.length).toBeGreaterThan(0);
  expect(history.store.readOnly).toBe(false);
  expect(await readAll(history)).toEqual(texts);
  expect(fsck(history)).toBe('');
  for (const id of texts.keys())
    expect(
      (await readSnapshotState(history.store, await getSnapshot(history.store, id))).snapshot?.id,
    ).toBe(id);
  await expectGoesOn(history);
}

export async function expectGoesOn(history: History): Promise<void> {
  const { row } = await keep(history, 'a.ipynb', [...LONG, 'on()'], { message: 'goes on' });
  await keep(history, 'deep/b.ipynb', ['on()'], { trigger: 'save' });
  await logPoints(history, RUN, { points: [{ name: 'loss', value: 2, step: 2, time: 2 }] });
  const rows = await history.store.catalog.rows();
  await reindex(history);
  expect({ ...(await history.store.catalog.rows()), position: {} }).toEqual({
    ...rows,
    position: {},
  });
  expect((await verifyStore(history)).damages).toEqual([]);
  expect(await history.store.catalog.findSnapshot(row.id)).toBeDefined();
}

/** Every file that was put aside, below .cellar. */
export function listAside(history: History): readonly string[] {
  const folder = join(history.store.places.cellar, 'damaged');
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) =>
    statSync(join(folder, path)).isFile(),
  );
}
