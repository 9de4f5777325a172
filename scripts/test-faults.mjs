import { readdirSync } from 'node:fs';
import { join } from 'node:path';

import { alone } from './steps/lock.mjs';
import { oneOf, readOptions } from './steps/options.mjs';
import { installPackages } from './steps/packages.mjs';
import { ROOT } from './steps/places.mjs';
import { buildParts } from './steps/setup.mjs';
import { main, step } from './steps/step.mjs';
import { StepError } from './steps/run.mjs';
import { runFaults } from './steps/suites.mjs';
import { installGit } from './steps/system.mjs';

const ENDING = '.faults.ts';
/** The suites, and the folders that hold several; so the long form can be run in pieces. */
const FILES = readdirSync(join(ROOT, 'test', 'faults'), { recursive: true })
  .filter((name) => name.endsWith(ENDING))
  .map((name) => name.replaceAll('\\', '/').slice(0, -ENDING.length));
const NAMES = [...new Set(FILES.flatMap((name) => [name.split('/')[0], name]))].sort();

const USAGE = `npm run test:faults [-- OPTIONS]

Fails disks, cuts the power, kills processes, flips bytes and turns clocks under a store, and proves that nothing
acknowledged is lost. Each test prints its seed.

  --full       the long form: some hours; in pieces with --only
  --only NAME  one of ${NAMES.join(', ')}
  --seed N     the choices of an earlier run again
  --cuts N     moments at which the power goes (60; --full 500)
  --kills N    kills at random moments (200; --full 1000)
  --flips N    damaged files (60; --full 500)
  --writes N   snapshots by two servers' eight writers (400; --full 4000)
  --stride N   trouble at every Nth call of the disk (40; --full 1)
  --rows N     lives in which trouble comes again and again (12; --full 100)
  --purges N   purges beside people at work, and as many that die (5; --full 100)`;

const NUMBERS = ['seed', 'cuts', 'kills', 'flips', 'writes', 'stride', 'rows', 'purges'];

await main(async () => {
  const numbers = Object.fromEntries(NUMBERS.map((name) => [name, { type: 'string' }]));
  const options = readOptions(USAGE, {
    ...numbers,
    full: { type: 'boolean' },
    only: { type: 'string' },
  });
  const only = oneOf('only', options.only, NAMES);
  await alone(async () => {
    await step('Install the npm packages', installPackages);
    await step('Find git and git-lfs', installGit);
    await buildParts(['server']);
  });
  const env = options.full ? { CELLAR_TEST_FULL: '1' } : {};
  for (const name of NUMBERS)
    if (options[name] !== undefined)
      env[`CELLAR_FAULTS_${name.toUpperCase()}`] = String(wholeNumber(name, options[name]));
  // A suite, or what is in a folder.
  const filters = only === undefined ? [] : [`faults/${only}${ENDING}`, `faults/${only}/`];
  const { passed, failed, code } = await runFaults(env, filters);
  console.log(`\n${passed} passed, ${failed} failed`);
  return failed === 0 && passed > 0 ? code : 1;
});

function wholeNumber(option, text) {
  if (/^\d+$/.test(text)) return Number(text);
  const message = `--${option} takes a whole number, not "${text}".`;
  throw Object.assign(new StepError(message), { usage: true });
}
