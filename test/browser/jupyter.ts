import { spawn, type ChildProcess } from 'node:child_process';
import { openSync, closeSync } from 'node:fs';
import { cp, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const CHECKOUT = join(import.meta.dirname, '..', '..');
const READY_WITHIN = 60_000;
const END_WITHIN = 15_000;

/** A running Jupyter server of the checkout's .venv, on a workspace and with settings of its own. */
export interface Jupyter {
  /** The workspace's folder. */
  readonly root: string;
  /** Ends with "/". */
  readonly url: string;
  readonly token: string;
  /** The link through which Cellar's server is started: without it a server that ended stays away. */
  readonly node: string;
  readonly process: ChildProcess;
  /** What the server has logged. */
  log(): Promise<string>;
  /** Ends the server with its kernels, and removes its settings; the workspace stays. */
  stop(): Promise<void>;
}

export interface JupyterOptions {
  /** A new, empty folder for everything of this server. */
  readonly home: string;
  /** "lab" by default. */
  readonly app?: 'lab' | 'notebook';
  /** Copied into the workspace: by default the example. */
  readonly files?: readonly string[];
  readonly args?: readonly string[];
}

/** Starts a server and waits until it answers; throws with its log when it does not. */
export async function startJupyter(options: JupyterOptions): Promise<Jupyter> {
  const { home, app = 'lab', files = [join(CHECKOUT, 'examples', 'wine.ipynb')] } = options;
  const root = join(home, 'workspace');
  await mkdir(root, { recursive: true });
  for (const file of files) await cp(file, join(root, file.split('/').at(-1) ?? file));
  const env = await isolate(home);
  const logFile = join(home, 'jupyter.log');
  const output = openSync(logFile, 'w');
  const child = spawn(
    join(CHECKOUT, '.venv', 'bin', 'jupyter'),
    [
      app,
      '--no-browser',
      '--allow-root',
      '--ServerApp.port=0',
      `--ServerApp.root_dir=${root}`,
      `--${app === 'lab' ? 'LabApp' : 'JupyterNotebookApp'}.expose_app_in_browser=True`,
      ...(options.args ?? []),
    ],
    { cwd: root, env, stdio: ['ignore', output, output], detached: true },
  );
  closeSync(output);
  const log = () => readFile(logFile, 'utf8');
  const stop = () => end(child);
  const server = await untilReady(child, join(home, 'runtime'));
  if (server === undefined) {
    await stop();
    throw new Error(`Jupyter did not start:\n${await log()}`);
  }
  return { root, ...server, node: join(home, 'bin', 'node'), process: child, log, stop };
}

/** A short-named scratch folder for one server: a socket's path may have 107 bytes. */
export function scratchHome(name: string): string {
  return join(tmpdir(), `cellar-${name}-${process.pid.toString(36)}-${Date.now().toString(36)}`);
}

/** Removes a scratch folder; what a process that is ending still writes there is waited for. */
export async function removeHome(home: string): Promise<void> {
  await rm(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
}

async function isolate(home: string): Promise<NodeJS.ProcessEnv> {
  const settings = join(home, 'settings');
  const notification = join(settings, '@jupyterlab', 'apputils-extension');
  await mkdir(notification, { recursive: true });
  await mkdir(join(home, 'runtime'), { mode: 0o700 });
  await mkdir(join(home, 'bin'));
  await symlink(process.execPath, join(home, 'bin', 'node'));
  await writeFile(
    join(notification, 'notification.jupyterlab-settings'),
    '{ "fetchNews": "false", "checkForUpdates": false }\n',
  );
  return {
    ...process.env,
    PATH: `${join(home, 'bin')}${delimiter}${join(CHECKOUT, '.venv', 'bin')}${delimiter}${process.env['PATH'] ?? ''}`,
    JUPYTER_CONFIG_DIR: join(home, 'config'),
    JUPYTER_DATA_DIR: join(home, 'data'),
    JUPYTER_RUNTIME_DIR: join(home, 'runtime'),
    JUPYTERLAB_SETTINGS_DIR: settings,
    JUPYTERLAB_WORKSPACES_DIR: join(home, 'workspaces'),
    IPYTHONDIR: join(home, 'ipython'),
  };
}

async function untilReady(
  child: ChildProcess,
  runtime: string,
): Promise<{ url: string; token: string } | undefined> {
  const file = join(runtime, `jpserver-${String(child.pid)}.json`);
  for (let waited = 0; waited < READY_WITHIN; waited += 100) {
    if (child.exitCode !== null) return undefined;
    const server = await readServer(file);
    if (server !== undefined && (await answers(server))) return server;
    await sleep(100);
  }
  return undefined;
}

async function readServer(file: string): Promise<{ url: string; token: string } | undefined> {
  try {
    const { url, token } = JSON.parse(await readFile(file, 'utf8')) as Record<string, string>;
    return url === undefined || token === undefined ? undefined : { url, token };
  } catch {
    // Not there yet, or only half written.
    return undefined;
  }
}

async function answers({ url, token }: { url: string; token: string }): Promise<boolean> {
  try {
    const response = await fetch(`${url}api/status`, {
      headers: { Authorization: `token ${token}` },
    });
    return response.ok;
  } catch {
    return false;
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const late = await Promise.race([ended, sleep(END_WITHIN, 'late', { ref: false })]);
  // The group holds what did not end with the server.
  if (late === 'late') process.kill(-child.pid, 'SIGKILL');
  await ended;
}
