import { buildLabextension, buildLib, buildPage, buildServer } from './build.mjs';
import { alone } from './lock.mjs';
import { installPackages } from './packages.mjs';
import { buildWheel, installPython, installWheel } from './python.mjs';
import { step } from './step.mjs';

/** The parts that `npm run build -- --only` can name. */
export const PARTS = {
  server: [['Build the server and the command', buildServer]],
  page: [["Build the reviewers' page", buildPage]],
  extension: [
    ['Compile the extension', buildLib],
    ['Build the extension for JupyterLab', buildLabextension],
  ],
};

/** Packages of npm and of Python: what the checks need. */
export async function setUpTools() {
  await step('Install the npm packages', installPackages);
  await step('Install JupyterLab and the Python packages into .venv', installPython);
}

/** Builds these parts, by default all. */
export async function buildParts(names = Object.keys(PARTS)) {
  for (const name of names) for (const [title, work] of PARTS[name]) await step(title, work);
}

/** Everything up to a JupyterLab in .venv with this checkout's Cellar in it. */
export function setUp() {
  return alone(async () => {
    await setUpTools();
    await buildParts();
    await step('Build the wheel', buildWheel);
    await step('Install the wheel', installWheel);
  });
}
