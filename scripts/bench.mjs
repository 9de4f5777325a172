import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { ROOT } from './steps/places.mjs';
import { buildParts } from './steps/setup.mjs';
import { installPackages } from './steps/packages.mjs';
import { main, step } from './steps/step.mjs';

const FOLDER = join(ROOT, 'bench');

/** Runs the measurements in bench/, by default all; their names are those of the files. */
await main(async () => {
  const all = readdirSync(FOLDER)
    .filter((file) => file.endsWith('.bench.ts'))
    .map((file) => file.slice(0, -'.bench.ts'.length));
  const [asked, ...rest] = process.argv.slice(2);
  if (asked !== undefined && !all.includes(asked)) {
    console.error(`There is no bench "${asked}"; there are: ${all.join(', ')}.`);
    process.exitCode = 2;
    return;
  }
  await step('Install the npm packages', installPackages);
  await buildParts(['server']);
  const { build } = await import('esbuild');
  const outdir = join(ROOT, '.scratch', 'bench');
  mkdirSync(outdir, { recursive: true });
  for (const name of asked === undefined ? all : [asked]) {
    const outfile = join(outdir, `${name}.mjs`);
    await build({
      entryPoints: [join(FOLDER, `${name}.bench.ts`)],
      outfile,
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'node20',
      banner: {
        js: "import { createRequire as benchRequire } from 'node:module'; const require = benchRequire(import.meta.url);",
      },
    });
    const env = { ...process.env, CELLAR_CHECKOUT: ROOT };
    const { status } = spawnSync(process.execPath, [outfile, ...rest], { stdio: 'inherit', env });
    if (status !== 0) process.exitCode = 1;
  }
});
