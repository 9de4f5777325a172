import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { expect } from '@playwright/test';

import { findPort } from '../free-port.js';

/** The Python that has MLflow. */
export const PYTHON = join(import.meta.dirname, '..', '..', '.venv', 'bin', 'python');

export interface Mlflow {
  readonly url: string;
  /** It takes connections, and answers none of them until it goes on. */
  readonly pause: () => void;
  readonly goOn: () => void;
  readonly stop: () => Promise<void>;
}

/** A real MLflow server with one worker, which keeps what it has in a folder. */
export async function startMlflow(folder: string): Promise<Mlflow> {
  const port = await findPort();
  await mkdir(folder, { recursive: true });
  const words = [
    ...['-m', 'mlflow', 'server', '--host', '127.0.0.1', '--port', String(port), '--workers', '1'],
    ...['--backend-store-uri', `sqlite:///${join(folder, 'mlflow.db')}`],
    ...['--serve-artifacts', '--artifacts-destination', join(folder, 'artifacts')],
  ];
  const lean = { MLFLOW_SERVER_ENABLE_JOB_EXECUTION: 'false', MLFLOW_DISABLE_TELEMETRY: 'true' };
  const child = spawn(PYTHON, words, {
    ...{ cwd: folder, stdio: 'ignore', detached: true },
    env: { ...process.env, ...lean },
  });
  const url = `http://127.0.0.1:${String(port)}`;
  await expect
    .poll(
      () =>
        fetch(`${url}/health`).then(
          ({ ok }) => ok,
          () => false,
        ),
      { timeout: 120_000 },
    )
    .toBe(true);
  const signal = (name: NodeJS.Signals): void => {
    // Its workers are of its group.
    process.kill(-(child.pid ?? 0), name);
  };
  return {
    url,
    pause: () => {
      signal('SIGSTOP');
    },
    goOn: () => {
      signal('SIGCONT');
    },
    stop: async () => {
      signal('SIGCONT');
      const ended = once(child, 'exit');
      signal('SIGTERM');
      await ended;
    },
  };
}
