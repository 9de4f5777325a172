import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import type { Context } from './command.js';

const run = promisify(execFile);

/** Prints text, by way of a pager where a person reads it on a terminal. */
export async function print(context: Context, text: string, paged: boolean): Promise<void> {
  const pager = paged && context.terminal ? await findPager(context) : undefined;
  if (pager === undefined || !(await context.page(pager, text))) context.out(text);
}

/** The person's pager as git finds it, else less; undefined for none ("" or "cat"). */
async function findPager({ cwd, environment }: Context): Promise<string | undefined> {
  const pager =
    environment['GIT_PAGER'] ?? (await readCorePager(cwd)) ?? environment['PAGER'] ?? 'less';
  return pager.trim() === '' || pager.trim() === 'cat' ? undefined : pager;
}

/** Only what the person has set for themselves: a pager that a repository names is a program of whoever made it. */
async function readCorePager(cwd: string): Promise<string | undefined> {
  try {
    const asked = ['config', '--null', '--show-scope', '--get-all', 'core.pager'];
    const { stdout } = await run('git', asked, { cwd });
    const words = stdout.split('\0').slice(0, -1);
    // Scopes and values in turn, the strongest last.
    const own = words.flatMap((scope, n) =>
      n % 2 === 0 && scope !== 'local' && scope !== 'worktree' ? [words[n + 1]] : [],
    );
    return own.at(-1);
  } catch {
    // git is missing, or knows of none.
    return undefined;
  }
}
