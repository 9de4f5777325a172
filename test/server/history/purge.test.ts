import { readFile } from 'node:fs/promises';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { Readable } from 'node:stream';

import { expect, test } from 'vitest';

import type { Purged } from '../../../contract/purge.js';
import {
  getSnapshot,
  readNotebook,
  readSnapshotState,
  type History,
} from '../../../server/history/history.js';
import { renamePath } from '../../../server/history/move.js';
import { setPin } from '../../../server/history/pin.js';
import { purge } from '../../../server/history/purge.js';
import { verifyStore } from '../../../server/history/verify.js';
import { nodeDisk, type Disk } from '../../../server/store/disk/disk.js';
import { makeFolder, openTestHistory } from '../scratch.js';
import { gitOf, keep } from './kept.js';

const SECRET = 'tülip "hunter" 4711';
const MARK = '[redacted: purged]';

function run(history: History, dryRun: boolean, texts = [SECRET]): Promise<Purged> {
  return purge(history, { texts, dryRun, signal: new AbortController().signal });
}

/** Versions on main and on a day, renamed, pinned beside the newest, and one before the secret came. */
async function fill(history: History): Promise<readonly string[]> {
  const ids: string[] = [];
  const add = async (path: string, source: string, options = {}): Promise<void> => {
    ids.push((await keep(history, path, [source, 'x = 1'], options)).row.id);
  };
  await add('a.ipynb', 'clean');
  await add('a.ipynb', `key = '${SECRET}'`, { message: `with ${SECRET}` });
  await add('a.ipynb', `key = '${SECRET}' # saved`, { trigger: 'save' });
  await add('a.ipynb', `key = '${SECRET}' # pinned`, { trigger: 'save' });
  await renamePath(history, 'a.ipynb', 'folder/b.ipynb');
  await add('folder/b.ipynb', 'clean again');
  await setPin(history, ids[3] ?? '', true);
  await add('folder/b.ipynb', `saved\nkey = '${SECRET}'`, { trigger: 'save' });
  return ids;
}

/** Every object of the repository, whether anything leads to it or not, and every file of the store but git's. */
function everything(history: History): string {
  const gitdir = history.store.places.git;
  const objects = execFileSync('git', [
    ...['--git-dir', gitdir, 'cat-file', '--batch', '--batch-all-objects'],
  ]);
  const files = execFileSync(
    'sh',
    [...['-c', 'find . -type f ! -path "./store.git/*" ! -path "./artifacts/*" -exec cat {} +']],
    { cwd: history.store.places.cellar },
  );
  return objects.toString('utf8') + files.toString('utf8');
}

const escaped = JSON.stringify(SECRET).slice(1, -1);

async function expectPurged(history: History, ids: readonly string[]): Promise<void> {
  const all = everything(history);
  for (const form of [SECRET, escaped]) expect(all).not.toContain(form);
  for (const [index, id] of ids.entries()) {
    const text = (
      await readNotebook(history.store, await getSnapshot(history.store, id))
    ).toString();
    expect(text.includes(MARK)).toBe([1, 2, 3, 5].includes(index));
    JSON.parse(text);
  }
  gitOf(history)('fsck', '--full', '--strict');
}

test('a purged text is in no object and no file, and every version has its id, time and place', async () => {
  const history = await openTestHistory();
  const ids = await fill(history);
  const file = await history.store.artifacts.add(Readable.from([Buffer.from(`a ${SECRET} b`)]));
  const before = await Promise.all(ids.map((id) => getSnapshot(history.store, id)));
  expect(everything(history)).toContain(escaped);
  const heads = await history.store.repository.listRefs('refs/');
  const plan = await run(history, true);
  expect(await history.store.repository.listRefs('refs/')).toEqual(heads);
  expect(plan).toMatchObject({ dryRun: true, generation: 0, unread: 0 });
  expect(plan.artifacts).toEqual([{ ...file, uses: [], goes: false }]);
  expect(plan.snapshots.rows.map(({ id }) => id)).toEqual([1, 2, 3, 5].map((index) => ids[index]));
  const done = await run(history, false);
  expect(done).toEqual({ ...plan, dryRun: false, generation: 1 });
  await expectPurged(history, ids);
  for (const row of before) {
    const now = await getSnapshot(history.store, row.id);
    const { commit: _, blob: __, size: ___, message, ...facts } = now;
    expect(row).toMatchObject(facts);
    expect(message).toBe(row.message?.replace(SECRET, MARK) ?? null);
    expect(now.size).toBe((await readNotebook(history.store, now)).length);
  }
  expect(await verifyStore(history)).toMatchObject({ damages: [] });
  expect((await run(history, true)).snapshots.count).toBe(0);
});

test('what is kept after a purge is without the text, and a backup knows of it by the generation', async () => {
  const history = await openTestHistory();
  await fill(history);
  await run(history, false);
  const { row } = await keep(history, 'folder/b.ipynb', [`again = '${SECRET}'`]);
  expect((await readNotebook(history.store, row)).toString()).toContain(MARK);
  expect(JSON.parse(gitOf(history)('show', 'main:.cellar/generation.json'))).toEqual({
    generation: 1,
  });
});

test('objects in packs go too, with what nothing led to before', async () => {
  const history = await openTestHistory();
  const ids = await fill(history);
  gitOf(history)('repack', '-a', '-d', '-q');
  execFileSync('git', ['--git-dir', history.store.places.git, 'hash-object', '-w', '--stdin'], {
    input: SECRET,
  });
  await run(history, false);
  await expectPurged(history, ids);
});

test('a text that is part of an id of the store is refused, and nothing is changed', async () => {
  const history = await openTestHistory();
  const [id = ''] = await fill(history);
  const heads = await history.store.repository.listRefs('refs/');
  await expect(run(history, false, [id.slice(0, 10)])).rejects.toMatchObject({
    code: 'bad_request',
  });
  expect(await history.store.repository.listRefs('refs/')).toEqual(heads);
});

/** A disk that refuses everything from its n-th change on, as if the process had been killed there. */
function endingDisk(): { readonly disk: Disk; arm(left: number): void; hasEnded(): boolean } {
  let left = Infinity;
  const changes = new Set(['rename', 'rm', 'unlink', 'link', 'mkdir', 'rmdir', 'open']);
  const disk = new Proxy(nodeDisk, {
    get: (target, name, receiver) => {
      const call: unknown = Reflect.get(target, name, receiver);
      if (typeof name !== 'string' || typeof call !== 'function') return call;
      if (!changes.has(name)) return call;
      return (...given: unknown[]): unknown => {
        if (name === 'open' && given[1] === 'r') return Reflect.apply(call, target, given);
        left -= 1;
        if (left < 0) return Promise.reject(Object.assign(new Error('ended'), { code: 'EIO' }));
        return Reflect.apply(call, target, given);
      };
    },
  });
  return {
    disk,
    arm: (count) => {
      left = count;
    },
    hasEnded: () => left < 0,
  };
}

test('a purge that ends anywhere has changed nothing, or is finished by the next opening', async () => {
  let [undone, resumed] = [0, 0];
  for (let step = 0; ; step += 5) {
    const root = await makeFolder();
    const ending = endingDisk();
    const first = await openTestHistory(root, { disk: ending.disk, report: () => undefined });
    const ids = await fill(first);
    if (step % 2 === 1) gitOf(first)('repack', '-a', '-d', '-q');
    const before = await Promise.all(
      ids.map(async (id) => readNotebook(first.store, await getSnapshot(first.store, id))),
    );
    ending.arm(step);
    const failure = await run(first, false).catch((error: unknown) => error);
    const hasEnded = ending.hasEnded();
    ending.arm(Infinity);
    const marked = await readFile(join(first.store.places.state, 'purge.json')).catch(() => null);
    await first.store.close();
    const next = await openTestHistory(root);
    if (!hasEnded || marked !== null) {
      await expectPurged(next, ids);
      resumed += marked === null ? 0 : 1;
    } else if (!everything(next).includes(escaped)) await expectPurged(next, ids);
    else {
      expect(failure).toBeInstanceOf(Error);
      for (const [index, id] of ids.entries())
        expect(await readNotebook(next.store, await getSnapshot(next.store, id))).toEqual(
          before[index],
        );
      gitOf(next)('fsck', '--full', '--strict');
      undone += 1;
    }
    await next.store.close();
    if (!hasEnded) break;
  }
  expect(undone).toBeGreaterThan(3);
  expect(resumed).toBeGreaterThan(1);
}, 300_000);

test('who looked a version up before a purge and reads it afterwards gets it as it is now', async () => {
  const history = await openTestHistory();
  const ids = await fill(history);
  const rows = await Promise.all(ids.map((id) => getSnapshot(history.store, id)));
  await run(history, false);
  for (const [index, row] of rows.entries()) {
    const text = (await readNotebook(history.store, row)).toString();
    expect(text.includes(MARK)).toBe([1, 2, 3, 5].includes(index));
    expect((await readSnapshotState(history.store, row)).snapshot?.id).toBe(row.id);
  }
});
