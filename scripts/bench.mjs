import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { ROOT } from './steps/places.mjs';
import { buildParts, setUp } from './steps/setup.mjs';
import { installPackages } from './steps/packages.mjs';
import { main, step } from './steps/step.mjs';

const FOLDER = join(ROOT, 'bench');

/** Runs the measurements in bench/, by default all; their names are those of the files. */
await main(async () => {
  const files = readdirSync(FOLDER).filter((file) => /\.(bench|play)\.ts$/.test(file));
  const all = files.map((file) => file.split('.')[0]);
  const [asked, ...rest] = process.argv.slice(2);
  if (asked !== undefined && !all.includes(asked)) {
    console.error(`There is no bench "${asked}"; there are: ${all.join(', ')}.`);
    process.exitCode = 2;
    return;
  }
  const chosen = asked === undefined ? all : [asked];
  // What is measured in a browser needs a whole JupyterLab.
  const inLab = chosen.filter((name) => files.includes(`${name}.play.ts`));
  if (inLab.length > 0) await setUp();
  else {
    await step('Install the npm packages', installPackages);
    await buildParts(['server']);
  }
  const { build } = await import('esbuild');
  const outdir = join(ROOT, '.scratch', 'bench');
  mkdirSync(outdir, { recursive: true });
  for (const name of inLab) {
    const playwright = join(ROOT, 'node_modules', '@playwright', 'test', 'cli.js');
    const args = [playwright, 'test', '-c', join(FOLDER, 'playwright.config.ts'), name, ...rest];
    const { status } = spawnSync(process.execPath, args, { cwd: ROOT, stdio: 'inherit' });
    if (status !== 0) process.exitCode = 1;
  }
  for (const name of chosen.filter((each) => !inLab.includes(each))) {
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
