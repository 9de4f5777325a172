import { alone } from './steps/lock.mjs';
import { oneOf, readOptions } from './steps/options.mjs';
import { installPackages } from './steps/packages.mjs';
import { buildParts, PARTS } from './steps/setup.mjs';
import { main, step } from './steps/step.mjs';

const USAGE = `npm run build [-- --only ${Object.keys(PARTS).join('|')}]

Builds what changed: the server, the reviewers' page, the extension.`;

await main(async () => {
  const options = readOptions(USAGE, { only: { type: 'string' } });
  const only = oneOf('only', options.only, Object.keys(PARTS));
  await alone(async () => {
    await step('Install the npm packages', installPackages);
    await buildParts(only === undefined ? undefined : [only]);
  });
});
