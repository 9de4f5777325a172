import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { findPort } from '../test/free-port.js';
import { startServer } from './server.js';

/** MLflow's server as it starts by default, the same with one worker and no job runner, and Cellar. */
export type TrackingKind = 'default' | 'lean' | 'cellar';

export interface Tracking {
  readonly kind: TrackingKind;
  readonly url: string;
  readonly token: string | undefined;
  /** The database behind it; undefined of Cellar, which has its API alone. */
  readonly store: string | undefined;
  /** From the start of the process until it answers, in milliseconds. */
  readonly started: number;
  /** Resident memory of all its processes, in MB. */
  memory(): number;
  stop(): Promise<void>;
}

const PATIENCE_MS = 180_000;

/** Starts a tracking server on an empty folder, and waits until it answers. */
export async function startTracking(kind: TrackingKind, python: string): Promise<Tracking> {
  const folder = mkdtempSync(join(tmpdir(), 'tracking-'));
  const remove = (): void => {
    rmSync(folder, { recursive: true, force: true });
  };
  if (kind === 'cellar') {
    const server = await startServer(folder);
    return {
      ...{ kind, url: server.url, token: server.token, started: server.ready },
      store: undefined,
      memory: () => server.memory(),
      stop: async () => {
        await server.stop();
        remove();
      },
    };
  }
  const port = await findPort();
  const store = `sqlite:///${join(folder, 'mlflow.db')}`;
  const words = [
    ...['-m', 'mlflow', 'server', '--host', '127.0.0.1', '--port', String(port)],
    ...['--backend-store-uri', store],
    ...['--serve-artifacts', '--artifacts-destination', join(folder, 'artifacts')],
    ...(kind === 'lean' ? ['--workers', '1'] : []),
  ];
  const start = performance.now();
  const child = spawn(python, words, {
    ...{ cwd: folder, stdio: 'ignore', detached: true },
    env: {
      ...process.env,
      MLFLOW_DISABLE_TELEMETRY: 'true',
      ...(kind === 'lean' ? { MLFLOW_SERVER_ENABLE_JOB_EXECUTION: 'false' } : {}),
    },
  });
  const url = `http://127.0.0.1:${String(port)}`;
  await untilHealthy(url, child);
  const started = performance.now() - start;
  return {
    ...{ kind, url, token: undefined, store, started },
    memory: () => processesOf(child.pid ?? 0).reduce((sum, pid) => sum + residentOf(pid), 0),
    stop: async () => {
      const ended = once(child, 'exit');
      // Its workers are of its group.
      process.kill(-(child.pid ?? 0), 'SIGTERM');
      await ended;
      remove();
    },
  };
}

async function untilHealthy(url: string, child: ChildProcess): Promise<void> {
  const ends = performance.now() + PATIENCE_MS;
  while (performance.now() < ends && child.exitCode === null) {
    const answer = await fetch(`${url}/health`).catch(() => undefined);
    if (answer?.ok === true) return;
    await sleep(50);
  }
  throw new Error(`the peer at ${url} does not answer`);
}

/** A process with all that it has started, as Linux tells it. */
function processesOf(pid: number): readonly number[] {
  try {
    const children = readFileSync(`/proc/${String(pid)}/task/${String(pid)}/children`, 'utf8');
    return [
      pid,
      ...children
        .split(' ')
        .filter(Boolean)
        .flatMap((child) => processesOf(Number(child))),
    ];
  } catch {
    return [];
  }
}

function residentOf(pid: number): number {
  try {
    const status = readFileSync(`/proc/${String(pid)}/status`, 'utf8');
    return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}
