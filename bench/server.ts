import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

import { CELLAR } from './places.js';

export interface Server {
  readonly url: string;
  readonly token: string;
  /** From the start of the process to its ready line, in milliseconds. */
  readonly ready: number;
  get(path: string): Promise<Response>;
  post(path: string, body: unknown): Promise<Response>;
  /** Resident memory, in MB. */
  memory(): number;
  stop(): Promise<void>;
}

/** As Jupyter starts it (python/cellar/node.py). */
const FLAGS = ['--max-semi-space-size=4'];

/** Starts `cellar serve` on a workspace and waits until it is ready. */
export async function startServer(root: string): Promise<Server> {
  const start = performance.now();
  const child = spawn(process.execPath, [...FLAGS, CELLAR, 'serve', '--root', root], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const line = await new Promise<string>((resolve, reject) => {
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (text.includes('\n')) resolve(text);
    });
    child.on('close', () => {
      reject(new Error('cellar serve ended early'));
    });
  });
  const ready = performance.now() - start;
  const { url, token } = JSON.parse(line) as { url: string; token: string };
  const headers = { authorization: `Bearer ${token}` };
  return {
    url,
    token,
    ready,
    get: (path) => fetch(`${url}/${path}`, { headers }),
    post: (path, body) =>
      fetch(`${url}/${path}`, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    memory: () => {
      const status = readFileSync(`/proc/${String(child.pid)}/status`, 'utf8');
      return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024;
    },
    stop: () =>
      new Promise((resolve) => {
        child.on('close', () => {
          resolve();
        });
        child.kill('SIGTERM');
      }),
  };
}
