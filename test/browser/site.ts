import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

import { test as base, expect } from '@playwright/test';

import { removeHome, scratchHome } from './jupyter.js';

const COMMAND = join(import.meta.dirname, '..', '..', 'dist', 'cellar.js');
const run = promisify(execFile);

/** A workspace without Jupyter, and `cellar serve` on it. */
export interface Site {
  readonly root: string;
  /** Starts the server; gives the address of its page and the one-time link that it printed. */
  serve(env?: NodeJS.ProcessEnv): Promise<Served>;
}

export interface Served {
  readonly url: string;
  readonly login: string;
  /** The owner's secret. */
  readonly token: string;
  end(): Promise<void>;
}

export const test = base.extend<{ readonly site: Site }>({
  site: async ({}, use) => {
    const root = scratchHome('site');
    await mkdir(root);
    const running: ChildProcess[] = [];
    await use({
      root,
      serve: async (env = {}) => {
        const child = spawn(process.execPath, [COMMAND, 'serve', '--root', root, '--port', '0'], {
          stdio: ['ignore', 'pipe', 'inherit'],
          env: { ...process.env, ...env },
        });
        running.push(child);
        for await (const line of createInterface({ input: child.stdout }))
          return { ...(JSON.parse(line) as Served), end: () => end(child) };
        throw new Error('cellar serve ended before it was ready');
      },
    });
    for (const child of running) await end(child);
    await removeHome(root);
  },
});

export { expect };

/** Runs the command in a workspace with `--json`, and gives what it answers. */
export async function cellar<Answer>(root: string, ...args: readonly string[]): Promise<Answer> {
  const done = await run(process.execPath, [COMMAND, ...args, '--json'], { cwd: root });
  return JSON.parse(done.stdout) as Answer;
}

/** The notebook of a version, as the command prints it. */
export async function show(root: string, id: string): Promise<string> {
  return (await run(process.execPath, [COMMAND, 'show', id, '--notebook'], { cwd: root })).stdout;
}

/** Keeps a version of a notebook by the command; gives its id. */
export async function snapshot(root: string, name: string, message?: string): Promise<string> {
  const words = message === undefined ? [] : ['-m', message];
  return (await cellar<{ id: string }>(root, 'snapshot', name, ...words)).id;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}
