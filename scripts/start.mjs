import { resolve } from 'node:path';

import { copyExamples, startJupyter } from './steps/jupyter.mjs';
import { readOptions, toPort } from './steps/options.mjs';
import { setUp } from './steps/setup.mjs';
import { main, step } from './steps/step.mjs';

const USAGE = `npm start [-- OPTIONS]

Sets everything up in this checkout and opens JupyterLab with Cellar on a copy of examples/.

  --prepare-only  set up, then end
  --no-browser    open no browser; print the address with its token
  --port N        JupyterLab's port (default: the first free one from 8888)
  --root DIR      open this folder instead of the examples`;

await main(async () => {
  const options = readOptions(USAGE, {
    'prepare-only': { type: 'boolean' },
    'no-browser': { type: 'boolean' },
    port: { type: 'string' },
    root: { type: 'string' },
  });
  const port = toPort(options.port);
  await setUp();
  if (options['prepare-only']) return;

  let jupyter;
  let stopping = false;
  const stop = async () => {
    if (stopping) return;
    stopping = true;
    if (jupyter === undefined) process.exit(130);
    console.log('\nEnding JupyterLab …');
    await jupyter.stop();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, stop);

  // npm runs scripts in the checkout; INIT_CWD is where the person was.
  const root = options.root && resolve(process.env.INIT_CWD ?? '.', options.root);
  await step('Start JupyterLab', async () => {
    jupyter = await startJupyter({
      root: root ?? copyExamples(),
      port,
      browser: !options['no-browser'],
    });
  });
  console.log('\nPress Ctrl-C to end JupyterLab and Cellar. It is open at');
  console.log(jupyter.url);
  await jupyter.ended;
  if (!stopping) console.log('JupyterLab has ended.');
});
