import { oneOf, readOptions } from './steps/options.mjs';
import { StepError } from './steps/run.mjs';
import { setUp } from './steps/setup.mjs';
import { main, step } from './steps/step.mjs';
import { installMlflow } from './steps/python.mjs';
import { SUITES, sumUp } from './steps/suites.mjs';
import { installChromium, installGit } from './steps/system.mjs';

const USAGE = `npm test [-- OPTIONS]

Sets everything up, then runs every suite. The last line is "N passed, N failed".

  --full       the long forms of the suites
  --only NAME  one suite: ${Object.keys(SUITES).join(', ')}`;

await main(async () => {
  const options = readOptions(USAGE, { full: { type: 'boolean' }, only: { type: 'string' } });
  const only = oneOf('only', options.only, Object.keys(SUITES));
  const names = only === undefined ? Object.keys(SUITES) : [only];
  const env = options.full ? { CELLAR_TEST_FULL: '1' } : {};

  try {
    await setUp();
    await step('Find git and git-lfs', installGit);
    if (names.some((name) => ['mlflow', 'python', 'browser'].includes(name)))
      await step('Install MLflow', installMlflow);
    if (names.includes('browser'))
      await step('Find Chromium', async () => {
        const path = await installChromium();
        if (path !== undefined) env.CHROMIUM_PATH = path;
      });
  } catch (error) {
    // Whoever reads the last line alone must not take a broken set-up for a pass.
    console.log(
      `\n${error instanceof StepError ? error.message : error.stack}\n\n0 passed, 1 failed`,
    );
    return 1;
  }
  const { passed, failed } = await sumUp(
    names.map((name) => SUITES[name]),
    env,
  );
  console.log(`\n${passed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
});
