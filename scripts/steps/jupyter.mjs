import { spawn } from 'node:child_process';
import {
  closeSync,
  cpSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { ROOT, SCRATCH, venvEnvironment, venvProgram } from './places.mjs';
import { StepError, tail } from './run.mjs';

const LOG = join(SCRATCH, 'logs', 'jupyter.log');
const READY_WITHIN = 60_000;
const QUIET_WITHIN = 10_000;

/** The workspace of `npm start`: a copy of examples/, in which a file that is there is never touched. */
export function copyExamples() {
  const folder = join(SCRATCH, 'examples');
  cpSync(join(ROOT, 'examples'), folder, { recursive: true, force: false });
  return folder;
}

/**
 * Starts JupyterLab on a folder with settings of its own, apart from the person's. Resolves once it answers, to its
 * address with the token and `stop`, which ends it with its kernels; throws a StepError when it does not come up.
 */
export async function startJupyter({ root, port, browser }) {
  if (!existsSync(root)) throw new StepError(`There is no folder ${root}.`);
  const env = privateEnvironment();
  mkdirSync(join(SCRATCH, 'logs'), { recursive: true });
  const log = openSync(LOG, 'w');
  const child = spawn(venvProgram('jupyter'), labArguments({ root, port, browser }), {
    env,
    cwd: root,
    // A group of its own: Ctrl-C reaches this script alone, which then ends Jupyter in order.
    detached: process.platform !== 'win32',
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  process.once('exit', () => child.kill('SIGTERM'));
  const ended = new Promise((resolve) => {
    child.on('error', resolve);
    child.on('exit', resolve);
  });
  const stop = () => end(child, ended);
  const server = await untilReady(child, env.JUPYTER_RUNTIME_DIR).catch(async (error) => {
    await stop();
    throw error;
  });
  const url = new URL('lab', server.url);
  url.searchParams.set('token', server.token);
  return { url: url.href, ended, stop };
}

function labArguments({ root, port, browser }) {
  return [
    'lab',
    `--ServerApp.root_dir=${root}`,
    ...(port === undefined ? [] : [`--ServerApp.port=${port}`, '--ServerApp.port_retries=0']),
    ...(browser ? [] : ['--no-browser']),
    // Containers run as root; nobody else can connect without the token.
    ...(process.getuid?.() === 0 ? ['--allow-root'] : []),
  ];
}

function privateEnvironment() {
  const home = join(SCRATCH, 'jupyter');
  const settings = join(home, 'settings');
  const notification = join(settings, '@jupyterlab', 'apputils-extension');
  const runtime = join(home, 'runtime');
  for (const folder of [notification, runtime]) mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = join(notification, 'notification.jupyterlab-settings');
  if (!existsSync(file))
    writeFileSync(file, '{ "fetchNews": "false", "checkForUpdates": false }\n');
  return {
    ...venvEnvironment(),
    JUPYTER_CONFIG_DIR: join(home, 'config'),
    JUPYTER_DATA_DIR: join(home, 'data'),
    JUPYTER_RUNTIME_DIR: runtime,
    JUPYTERLAB_SETTINGS_DIR: settings,
    JUPYTERLAB_WORKSPACES_DIR: join(home, 'workspaces'),
    IPYTHONDIR: join(home, 'ipython'),
  };
}

async function untilReady(child, runtime) {
  const file = join(runtime, `jpserver-${child.pid}.json`);
  for (let waited = 0; waited < READY_WITHIN; waited += 100) {
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) break;
    const server = readServer(file);
    if (server && (await answers(server))) return server;
    await sleep(100);
  }
  throw new StepError(
    `JupyterLab did not start. The end of ${relative(ROOT, LOG)}:\n\n${tail(LOG)}`,
  );
}

function readServer(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    // Not there yet, or only half written.
    return undefined;
  }
}

async function answers({ url, token }) {
  try {
    const headers = { Authorization: `token ${token}` };
    return (await fetch(new URL('api/status', url), { headers })).ok;
  } catch {
    return false;
  }
}

async function end(child, ended) {
  child.kill('SIGTERM');
  const late = await Promise.race([
    ended.then(() => false),
    sleep(QUIET_WITHIN, true, { ref: false }),
  ]);
  if (!late) return;
  // The group holds the kernels too.
  if (process.platform === 'win32') child.kill('SIGKILL');
  else process.kill(-child.pid, 'SIGKILL');
  await ended;
}
