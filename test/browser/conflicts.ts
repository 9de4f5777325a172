import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

import { writeNotebook, type Json } from './notebooks.js';

const COMMAND = join(import.meta.dirname, '..', '..', 'dist', 'cellar.js');
const run = promisify(execFile);

/** Runs git in a folder as nobody in particular, untouched by the settings of this machine; gives what it prints. */
export async function git(
  folder: string,
  words: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<string> {
  const env = {
    ...process.env,
    ...environment,
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_AUTHOR_NAME: 'Ann',
    GIT_AUTHOR_EMAIL: 'ann@example.org',
    GIT_COMMITTER_NAME: 'Ann',
    GIT_COMMITTER_EMAIL: 'ann@example.org',
  };
  return (await run('git', words, { cwd: folder, env })).stdout;
}

/** Three states of one notebook. */
export interface Sides {
  readonly base: Json;
  readonly local: Json;
  readonly remote: Json;
}

/** Makes a folder a repository in which merging the branch "trees" into "main" has left a conflict in this notebook. */
export async function leaveConflict(folder: string, name: string, sides: Sides): Promise<void> {
  await git(folder, ['init', '-q', '-b', 'main']);
  const commit = async (content: Json, message: string): Promise<void> => {
    await writeNotebook(folder, name, content);
    await git(folder, ['add', name]);
    await git(folder, ['commit', '-q', '-m', message]);
  };
  await commit(sides.base, 'Begin');
  await git(folder, ['checkout', '-q', '-b', 'trees']);
  await commit(sides.remote, 'Grow trees');
  await git(folder, ['checkout', '-q', 'main']);
  await commit(sides.local, 'Tune');
  const merged = await git(folder, ['merge', 'trees']).then(
    () => true,
    () => false,
  );
  if (merged) throw new Error('the merge was to leave a conflict');
}

/** The sources of a notebook's cells, as its file has them. */
export async function readSources(folder: string, name: string): Promise<readonly string[]> {
  const { cells } = JSON.parse(await readFile(join(folder, name), 'utf8')) as {
    cells: readonly { source: string | readonly string[] }[];
  };
  return cells.map(({ source }) => (typeof source === 'string' ? source : source.join('')));
}

/** Runs a command of cellar in a folder. */
export async function cellarIn(folder: string, ...words: readonly string[]): Promise<void> {
  await run(process.execPath, [COMMAND, ...words], { cwd: folder });
}

/** The merge tool while a person is at it: the address that it told, and the code that it ends with. */
export interface Tool {
  readonly address: Promise<string>;
  readonly code: Promise<number | null>;
}

/** Starts `cellar merge --tool` on a notebook with conflicts, without a browser. */
export function startTool(folder: string, name: string): Tool {
  const child = spawn(process.execPath, [COMMAND, 'merge', '--tool', '--no-browser', name], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const code = once(child, 'exit').then(([status]) => status as number | null);
  const read = async (): Promise<string> => {
    for await (const line of createInterface({ input: child.stderr })) {
      const address = /https?:\S+/.exec(line)?.[0];
      if (address !== undefined) return address;
    }
    throw new Error('the merge tool told no address');
  };
  return { address: read(), code };
}
