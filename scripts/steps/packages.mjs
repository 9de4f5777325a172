import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { ROOT } from './places.mjs';
import { run, StepError } from './run.mjs';

const LOCK = 'package-lock.json';

/** Installs what package-lock.json names, unless node_modules holds just that. */
export async function installPackages() {
  const major = Number(process.versions.node.split('.')[0]);
  if (major < 20)
    throw new StepError(
      `Node 20 or newer is needed; this is ${process.version} (nodejs.org has it).`,
    );
  if (isInstalled()) return 'already';
  await run('npm', 'npm', ['ci', '--no-audit', '--no-fund']);
  return 'done';
}

function isInstalled() {
  const hidden = join(ROOT, 'node_modules', `.${LOCK}`);
  if (!existsSync(hidden)) return false;
  const wanted = JSON.parse(readFileSync(join(ROOT, LOCK), 'utf8')).packages;
  const present = JSON.parse(readFileSync(hidden, 'utf8')).packages;
  return Object.entries(wanted).every(
    ([path, entry]) =>
      path === '' || present[path]?.version === entry.version || (entry.optional && !present[path]),
  );
}
