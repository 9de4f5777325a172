import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import { onTestFinished } from 'vitest';

/** The command as built: `npm test` builds it before any suite runs. */
export const CELLAR = fileURLToPath(new URL('../../../dist/cellar.js', import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
  /** Standard output as one JSON value; throws when it is anything else. */
  json<Value = Record<string, unknown>>(): Value;
}

/** Runs the command in a folder and waits for its end. */
export async function cellar(
  cwd: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  const child = start(cwd, args, environment);
  const [out, err] = [collect(child.stdout), collect(child.stderr)];
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  const text = out();
  return { code, out: text, err: err(), json: <Value>() => JSON.parse(text) as Value };
}

export interface Server {
  readonly url: string;
  readonly token: string;
  readonly login: string;
  readonly process: ChildProcess;
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

/** Starts `cellar serve` and waits for its line. */
export async function serve(
  cwd: string,
  args: readonly string[] = [],
  environment: Readonly<Record<string, string>> = {},
): Promise<Server> {
  const child = start(cwd, ['serve', ...args], environment);
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  const stop = (signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> => {
    child.kill(signal);
    return ended;
  };
  onTestFinished(async () => {
    await stop('SIGKILL');
  });
  const line = await firstLine(child);
  return {
    ...(JSON.parse(line) as { url: string; token: string; login: string }),
    process: child,
    stop,
  };
}

export function start(
  cwd: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): ChildProcess {
  const env = {
    ...process.env,
    CELLAR_AUTHOR_NAME: 'Ada',
    CELLAR_AUTHOR_EMAIL: 'ada@example.org',
    ...environment,
  };
  return spawn(process.execPath, [CELLAR, ...args], {
    cwd,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

function collect(stream: ChildProcess['stdout']): () => string {
  const chunks: Buffer[] = [];
  stream?.on('data', (chunk: Buffer) => chunks.push(chunk));
  return () => Buffer.concat(chunks).toString('utf8');
}

function firstLine(child: ChildProcess): Promise<string> {
  const [out, err] = [collect(child.stdout), collect(child.stderr)];
  return new Promise((resolve, reject) => {
    child.stdout?.on('data', () => {
      const text = out();
      if (text.includes('\n')) resolve(text.slice(0, text.indexOf('\n')));
    });
    child.on('close', (code) => {
      reject(new Error(`cellar serve ended with ${String(code)}: ${err()}`));
    });
  });
}
