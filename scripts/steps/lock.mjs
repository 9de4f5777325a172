import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { SCRATCH } from './places.mjs';

/** Does `work` while no other script of this checkout sets up; a lock whose process is gone is taken over. */
export async function alone(work) {
  const lock = join(SCRATCH, 'setup.lock');
  mkdirSync(SCRATCH, { recursive: true });
  for (let waited = 0; !take(lock); waited += 1) {
    if (waited === 1) console.log('  another set-up of this checkout runs; waiting for it …');
    await sleep(500);
  }
  const release = () => rmSync(lock, { force: true });
  process.once('exit', release);
  try {
    return await work();
  } finally {
    release();
    process.off('exit', release);
  }
}

function take(lock) {
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx' });
    return true;
  } catch {
    if (!isHeld(lock)) rmSync(lock, { force: true });
    return false;
  }
}

function isHeld(lock) {
  try {
    const holder = Number(readFileSync(lock, 'utf8'));
    // Between creating and writing the file is empty.
    if (!holder) return true;
    process.kill(holder, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
