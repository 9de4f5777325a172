import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { tryLock } from '../../../server/store/lock.js';
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
  expect(await isAlive({ ...self, boot: 'another' })).toBe(false);
  expect(await isAlive({ ...self, started: '1' })).toBe(false);
  expect(await isAlive({ ...self, host: 'elsewhere' })).toBeUndefined();
});

test('that cannot be read was damaged, so nobody holds it', async () => {
  const path = join(await makeFolder(), 'lock');
  writeFileSync(path, '\0\0\0');
  expect((await tryLock(path)).kind).toBe('held');
});
