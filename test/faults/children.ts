import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import { build } from 'esbuild';

import type { Errand, Told } from './child.js';
import type { Fact } from './session.js';

/** Bundles a program of this folder, e.g. "child.ts", which works on stores; returns its path. */
export async function buildChild(name: string, folder: string): Promise<string> {
  mkdirSync(folder, { recursive: true });
  const outfile = join(folder, 'child.mjs');
  await build({
    entryPoints: [fileURLToPath(new URL(name, import.meta.url))],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    banner: {
      js: "import { createRequire as bundleRequire } from 'node:module'; const require = bundleRequire(import.meta.url);",
    },
  });
  return outfile;
}

export interface Life {
  readonly facts: readonly Fact[];
  readonly steps: readonly string[];
  /** How long the store took to open; undefined when it never was. */
  readonly opened: number | undefined;
  /** Killed, or else what the process wrote when it ended. */
  readonly end: 'killed' | 'done' | { readonly failed: string };
}

/** Lets a child run its errand; kills it so many milliseconds after the store was opened. */
export async function live(program: string, errand: Errand, killAfter?: number): Promise<Life> {
  const child = spawn(process.execPath, [program, JSON.stringify(errand)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const facts: Fact[] = [];
  const steps: string[] = [];
  let opened: number | undefined;
  let isDone = false;
  let words = '';
  child.stderr.on('data', (chunk: Buffer) => {
    words += chunk.toString();
  });
  const ended = new Promise<NodeJS.Signals | null>((resolve) => {
    child.on('close', (_, signal) => {
      resolve(signal);
    });
  });
  for await (const line of createInterface({ input: child.stdout })) {
    const told = parse(line);
    if (told?.kind === 'fact') facts.push(told.fact);
    if (told?.kind === 'step') steps.push(told.step);
    if (told?.kind === 'done') isDone = true;
    if (told?.kind !== 'ready') continue;
    opened = told.ms;
    if (killAfter !== undefined) setTimeout(() => child.kill('SIGKILL'), killAfter);
  }
  const signal = await ended;
  const end = signal === 'SIGKILL' ? 'killed' : isDone ? 'done' : { failed: words };
  return { facts, steps, opened, end };
}

/** A line that a kill has torn was never told. */
function parse(line: string): Told | undefined {
  try {
    return JSON.parse(line) as Told;
  } catch {
    return undefined;
  }
}
