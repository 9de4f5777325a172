import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, readdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';

import { setTimeout as sleep } from 'node:timers/promises';

import { expect, onTestFinished, test } from 'vitest';

import { nodeDisk } from '../../../server/store/disk/disk.js';
import { fenceDisk } from '../../../server/store/fence.js';
import { HolderWatch } from '../../../server/store/heartbeat.js';
import { findHolder, tryLock, type HeldLock } from '../../../server/store/lock.js';
import { identifySelf, isAlive } from '../../../server/store/process-identity.js';
import { makeFolder } from '../scratch.js';

test('has one holder, who can give it back', async () => {
  const path = join(await makeFolder(), 'lock');
  const first = await tryLock(path);
  expect(first.kind).toBe('held');
  const second = await tryLock(path);
  expect(second).toMatchObject({ kind: 'taken', holder: { pid: process.pid } });
  if (first.kind === 'held') await first.lock.release();
  expect((await tryLock(path)).kind).toBe('held');
});

test('is taken over from a process that was killed, by one of many', async () => {
  const folder = await makeFolder();
  const path = join(folder, 'lock');
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6)']);
  await once(child, 'spawn');
  const stat = readFileSync(`/proc/${child.pid}/stat`, 'utf8');
  const started = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  const { boot } = await identifySelf();
  const holder = { pid: child.pid, started, boot, host: hostname(), nonce: 'n' };
  writeFileSync(path, JSON.stringify(holder));
  expect((await tryLock(path)).kind).toBe('taken');
  child.kill('SIGKILL');
  await once(child, 'exit');
  const attempts = await Promise.all(Array.from({ length: 8 }, () => tryLock(path)));
  expect(attempts.filter(({ kind }) => kind === 'held')).toHaveLength(1);
  expect(readdirSync(folder)).toEqual(['lock']);
});

test('of an earlier boot, or with the number of a later process, belongs to nobody', async () => {
  const self = await identifySelf();
  expect(await isAlive(self)).toBe(true);
  expect(await isAlive({ ...self, started: '1' })).toBe(false);
  const first = { namespace: 'pid:[4026531836]', machine: 'm' };
  const onHost = self.namespace === first.namespace && self.machine !== '';
  expect(await isAlive({ ...self, boot: 'another' })).toBe(onHost ? false : undefined);
});

test('of a process that cannot be asked belongs to it: on another machine, in another container', async () => {
  const self = await identifySelf();
  expect(await isAlive({ ...self, boot: 'another', host: 'elsewhere' })).toBeUndefined();
  expect(await isAlive({ ...self, boot: 'another', machine: 'a twin' })).toBeUndefined();
  expect(await isAlive({ ...self, boot: 'another', namespace: 'pid:[1]' })).toBeUndefined();
  expect(await isAlive({ ...self, namespace: 'pid:[1]', started: '1' })).toBeUndefined();
  // The same boot is the same machine, whatever it is called today.
  expect(await isAlive({ ...self, host: 'renamed' })).toBe(true);
});

test('of an older Cellar is judged by process, boot and the name of the machine', async () => {
  const { pid, started, boot, host } = await identifySelf();
  const old = { pid, started, boot, host };
  expect(await isAlive(old)).toBe(true);
  expect(await isAlive({ ...old, boot: 'another' })).toBe(false);
  expect(await isAlive({ ...old, host: 'elsewhere' })).toBeUndefined();
});

test('that cannot be read was damaged, so nobody holds it', async () => {
  const path = join(await makeFolder(), 'lock');
  writeFileSync(path, '\0\0\0');
  expect((await tryLock(path)).kind).toBe('held');
});

/** A lock as a process wrote it that cannot be asked, with its file's own number as it would be. */
async function writeForeign(path: string): Promise<void> {
  writeFileSync(path, '');
  const { ino } = await nodeDisk.stat(path, { bigint: true });
  const elsewhere = { boot: 'another', host: 'elsewhere', nonce: 'n', file: String(ino) };
  writeFileSync(path, JSON.stringify({ ...(await identifySelf()), ...elsewhere }));
}

/** A watch whose clock the test sets. */
function createWatch(): {
  readonly watch: HolderWatch;
  readonly pass: (milliseconds: number) => void;
} {
  let now = 0;
  return {
    watch: new HolderWatch(() => now),
    pass: (milliseconds) => {
      now += milliseconds;
    },
  };
}

test('of a holder elsewhere is taken over after 30 s without a sign of life, and not a moment before', async () => {
  const path = join(await makeFolder(), 'lock');
  await writeForeign(path);
  const { watch, pass } = createWatch();
  for (let second = 0; second < 30; second += 1) {
    const attempt = await tryLock(path, { watch });
    expect(attempt).toMatchObject({ kind: 'taken', silence: { silent: second * 1000 } });
    pass(1000);
  }
  expect((await tryLock(path, { watch })).kind).toBe('held');
});

test('of a holder elsewhere stays its own for as long as it gives signs of life', async () => {
  const path = join(await makeFolder(), 'lock');
  await writeForeign(path);
  const { watch, pass } = createWatch();
  for (let second = 0; second < 120; second += 1) {
    if (second % 25 === 0) writeFileSync(`${path}.beat`, `n ${second}`);
    expect((await tryLock(path, { watch })).kind).toBe('taken');
    pass(1000);
  }
});

test('is not taken over by one who looked away, slept, or set its clock on', async () => {
  const path = join(await makeFolder(), 'lock');
  await writeForeign(path);
  const { watch, pass } = createWatch();
  for (let looks = 0; looks < 10; looks += 1) {
    expect(await tryLock(path, { watch })).toMatchObject({ silence: { silent: 0 } });
    pass(10 * 365 * 86_400_000);
  }
  expect((await tryLock(path)).kind).toBe('taken');
});

test('in a folder that was copied while in use is not taken for the owner’s, and is free soon', async () => {
  const folder = await makeFolder();
  const path = join(folder, 'lock');
  const owner = await hold(path);
  owner.beat(() => undefined);
  onTestFinished(() => owner.release());
  const copy = join(folder, 'copy');
  cpSync(path, copy);
  expect(await findHolder(path)).toMatchObject({ pid: process.pid });
  expect(await findHolder(copy)).toBeUndefined();
  const { watch, pass } = createWatch();
  let attempt = await tryLock(copy, { watch });
  for (let second = 0; second < 8; second += 1) {
    expect(attempt.kind).toBe('taken');
    pass(1000);
    attempt = await tryLock(copy, { watch });
  }
  expect(attempt.kind).toBe('held');
  expect((await tryLock(path, { watch })).kind).toBe('taken');
});

async function hold(path: string): Promise<HeldLock> {
  const attempt = await tryLock(path);
  if (attempt.kind !== 'held') throw new Error('the lock is taken');
  return attempt.lock;
}

test('gives a sign of life that changes, and takes it along when it goes', async () => {
  const path = join(await makeFolder(), 'lock');
  const lock = await hold(path);
  lock.beat(() => undefined);
  const read = (): string =>
    existsSync(`${path}.beat`) ? readFileSync(`${path}.beat`, 'utf8') : '';
  await expect.poll(read).not.toBe('');
  const first = read();
  await expect.poll(read, { timeout: 10_000 }).not.toBe(first);
  await lock.release();
  expect(existsSync(`${path}.beat`)).toBe(false);
  await sleep(10);
  expect(existsSync(path)).toBe(false);
});

test('that another has taken fences its former holder off: it renames nothing, and learns of it', async () => {
  const folder = await makeFolder();
  const path = join(folder, 'lock');
  const lock = await hold(path);
  const disk = fenceDisk(nodeDisk, lock.check);
  writeFileSync(join(folder, 'a'), 'before');
  await disk.rename(join(folder, 'a'), join(folder, 'b'));
  let lost = 0;
  unlinkSync(path);
  const next = await hold(path);
  writeFileSync(join(folder, 'c'), 'after');
  await expect(disk.rename(join(folder, 'c'), join(folder, 'b'))).rejects.toMatchObject({
    code: 'store_busy',
  });
  expect(readFileSync(join(folder, 'b'), 'utf8')).toBe('before');
  lock.beat(() => {
    lost += 1;
  });
  await expect.poll(() => lost).toBe(1);
  await lock.release();
  await next.check();
});

test('says what is missing where the file system has no hard links', async () => {
  const path = join(await makeFolder(), 'lock');
  const disk = {
    ...nodeDisk,
    link: () => Promise.reject(Object.assign(new Error('no links'), { code: 'EPERM' })),
  };
  await expect(tryLock(path, { disk })).rejects.toThrow(/has no hard links/);
});
