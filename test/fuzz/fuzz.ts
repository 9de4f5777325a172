import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { check } from './check.js';
import type { Value } from './mutate.js';
import { anyNotebook, Chance, mutate, toBytes } from './mutate.js';

const ROOT = process.env['CELLAR_CHECKOUT'] ?? process.cwd();
/** A case that takes longer on the processor than this, in milliseconds, is a failure. */
const SLOWEST = 20_000;

/** Real notebooks: the example, and those that nbdime tests itself with, where `npm run bench -- diff` has installed it. */
function findNotebooks(): Value[] {
  const library = join(ROOT, '.scratch', 'nbdime', 'lib');
  const folders = [join(ROOT, 'examples')];
  if (existsSync(library))
    for (const version of readdirSync(library))
      folders.push(join(library, version, 'site-packages', 'nbdime', 'tests', 'files'));
  return folders
    .filter((folder) => existsSync(folder))
    .flatMap((folder) =>
      readdirSync(folder)
        .filter((name) => name.endsWith('.ipynb'))
        .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as Value),
    );
}

/** Three files that have much in common. */
function makeCase(seed: number, real: readonly Value[]): [Uint8Array, Uint8Array, Uint8Array] {
  const chance = new Chance(seed);
  const edit = (value: Value): Value => {
    let edited = value;
    for (let n = chance.below(5); n > 0; n--) edited = mutate(edited, chance);
    return edited;
  };
  const root = real.length > 0 && chance.next() < 0.5 ? chance.pick(real) : anyNotebook(chance);
  const base = edit(root);
  const head = chance.next() < 0.1 && real.length > 0 ? chance.pick(real) : edit(base);
  return [toBytes(base, chance), toBytes(head, chance), toBytes(edit(base), chance)];
}

/** Ends with 1 at the first case that fails, with its files and how to make it again. */
function main(): void {
  const { values } = parseArgs({
    options: { minutes: { type: 'string', default: '10' }, seed: { type: 'string' } },
  });
  const end = performance.now() + Number(values.minutes) * 60_000;
  const first = values.seed === undefined ? Date.now() % 1_000_000_000 : Number(values.seed);
  if (!Number.isFinite(end) || !Number.isInteger(first))
    throw new RangeError('--minutes takes a number and --seed a whole number');
  const real = findNotebooks();
  console.log(`${real.length} real notebooks, first seed ${first}, ${values.minutes} minutes`);
  let [cases, read] = [0, 0];
  let slowest = { seed: first, ms: 0 };
  for (let seed = first; performance.now() < end; seed++, cases++) {
    const files = makeCase(seed, real);
    const start = process.cpuUsage();
    try {
      read += check(files);
      const used = process.cpuUsage(start);
      const ms = (used.user + used.system) / 1000;
      if (ms > slowest.ms) slowest = { seed, ms };
      if (ms > SLOWEST) throw new Error(`it took ${Math.round(ms)} ms`);
    } catch (error) {
      const folder = join(ROOT, '.scratch', 'fuzz', String(seed));
      mkdirSync(folder, { recursive: true });
      ['base', 'local', 'remote'].forEach((name, n) =>
        writeFileSync(join(folder, `${name}.ipynb`), files[n] ?? ''),
      );
      console.error(error);
      console.error(`Seed ${seed} fails: .scratch/fuzz/${seed}, npm run fuzz -- --seed ${seed}`);
      process.exitCode = 1;
      return;
    }
  }
  console.log(
    `${cases} cases, ${read} notebooks read, no failure; the slowest (seed ${slowest.seed}) took ${Math.round(slowest.ms)} ms`,
  );
}

main();
