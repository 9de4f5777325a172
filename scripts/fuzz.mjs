import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

import { installPackages } from './steps/packages.mjs';
import { ROOT, SCRATCH } from './steps/places.mjs';
import { main, step } from './steps/step.mjs';

/** Reads, compares, patches and merges notebooks made up at random: --minutes N (10), --seed N. */
await main(async () => {
  await step('Install the npm packages', installPackages);
  const { build } = await import('esbuild');
  const outfile = join(SCRATCH, 'fuzz', 'fuzz.mjs');
  await build({
    entryPoints: [join(ROOT, 'test', 'fuzz', 'fuzz.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    banner: {
      js: "import { createRequire as fuzzRequire } from 'node:module'; const require = fuzzRequire(import.meta.url);",
    },
  });
  const env = { ...process.env, CELLAR_CHECKOUT: ROOT };
  const args = [outfile, ...process.argv.slice(2)];
  return spawnSync(process.execPath, args, { stdio: 'inherit', env }).status ?? 1;
});
