import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { ROOT, SCRATCH } from './places.mjs';

const SKIPPED = new Set(['node_modules', '__pycache__', '.ruff_cache', '.pytest_cache']);

/**
 * Does `work` unless its inputs are what they were when it last succeeded and its outputs are there.
 * `inputs` and `outputs` are files or folders of the checkout; a missing input counts as such; `facts` are further inputs.
 */
export async function unlessDone(name, { inputs, outputs, facts = [] }, work) {
  const stamp = join(SCRATCH, 'stamps', name);
  const print = fingerprint(inputs, facts);
  const done = existsSync(stamp) && readFileSync(stamp, 'utf8') === print;
  if (done && outputs.every((each) => existsSync(join(ROOT, each)))) return 'already';
  await work();
  mkdirSync(join(SCRATCH, 'stamps'), { recursive: true });
  writeFileSync(stamp, print);
  return 'done';
}

function fingerprint(inputs, facts) {
  const hash = createHash('sha256').update(JSON.stringify([process.platform, process.arch, facts]));
  for (const path of inputs.flatMap((each) => files(each))) {
    hash.update(`${path}\0`);
    if (existsSync(join(ROOT, path))) hash.update(readFileSync(join(ROOT, path)));
    hash.update('\0');
  }
  return hash.digest('hex');
}

function files(path) {
  const full = join(ROOT, path);
  if (!existsSync(full) || !statSync(full).isDirectory()) return [path];
  return readdirSync(full)
    .filter((name) => !SKIPPED.has(name))
    .sort()
    .flatMap((name) => files(`${path}/${name}`));
}
