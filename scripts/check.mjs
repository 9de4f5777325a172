import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { alone } from './steps/lock.mjs';
import { readOptions } from './steps/options.mjs';
import { ROOT, venvProgram } from './steps/places.mjs';
import { run, StepError } from './steps/run.mjs';
import { setUpTools } from './steps/setup.mjs';
import { main, step } from './steps/step.mjs';

const node = (name, script, ...args) => [
  name,
  process.execPath,
  [`node_modules/${script}`, ...args],
];
const types = (folder) =>
  node(
    `types-${folder === '.' ? 'server' : folder.replace('/', '-')}`,
    'typescript/bin/tsc',
    '-p',
    folder,
    '--noEmit',
  );
const ruff = (...args) => [
  `ruff-${args[0]}`,
  venvProgram('ruff'),
  [...args, '--quiet', '--config', 'python/ruff.toml', 'python', 'test/python', 'test/mlflow'],
];
const LAYERED = ['contract', 'server', 'extension'];

const CHECKS = [
  ['Format', node('format', 'prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', '.')],
  ['Types of the server and the tests', types('.')],
  ['Types of the extension', types('extension')],
  ["Types of the extension's tests", types('test/extension')],
  ['Lint', node('lint', 'eslint/bin/eslint.js', '--max-warnings=0', '.')],
  [
    'Layers',
    node(
      'layers',
      'dependency-cruiser/bin/dependency-cruise.mjs',
      ...['--config', '.dependency-cruiser.cjs', '--output-type', 'err'],
      ...LAYERED.filter((folder) => existsSync(join(ROOT, folder))),
    ),
  ],
  ['Dead code', node('dead', 'knip/bin/knip.js')],
  ['Format of the Python', ruff('format', '--check')],
  ['Lint of the Python', ruff('check')],
];

await main(async () => {
  readOptions('npm run check\n\nFormat, types, lint, layers and dead code; every check runs.', {});
  await alone(setUpTools);
  const failures = [];
  for (const [title, command] of CHECKS) {
    try {
      await step(title, () => run(...command, { lines: 80 }));
    } catch (error) {
      if (!(error instanceof StepError)) throw error;
      failures.push(`${title}\n${error.message}`);
    }
  }
  if (failures.length > 0) throw new StepError(failures.join('\n\n'));
});
