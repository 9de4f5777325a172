import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

import { CellarError } from '../errors.js';
import type { Context } from './command.js';

const run = promisify(execFile);

/** The two files of git that say how notebooks are handled, absolute. */
export interface GitFiles {
  readonly config: string;
  readonly attributes: string;
  readonly isGlobal: boolean;
}

/** The repository's own, or the person's by git's rules. Throws not_found outside of a repository. */
export async function findGitFiles(context: Context, isGlobal: boolean): Promise<GitFiles> {
  return isGlobal ? findGlobal(context) : findLocal(context.cwd);
}

async function findLocal(cwd: string): Promise<GitFiles> {
  const config = await ask(cwd, ['rev-parse', '--git-path', 'config']);
  const top = await ask(cwd, ['rev-parse', '--show-toplevel']);
  if (config === undefined || top === undefined || top === '')
    throw new CellarError(
      'not_found',
      `${cwd} is not in the work tree of a git repository. With --global it works everywhere.`,
      { path: cwd },
    );
  return {
    config: resolve(cwd, config),
    attributes: join(top, '.gitattributes'),
    isGlobal: false,
  };
}

async function findGlobal({ cwd, environment }: Context): Promise<GitFiles> {
  const home = environment['HOME'];
  if (home === undefined || home === '')
    throw new CellarError('bad_request', 'HOME is not set, so there is no global configuration.');
  const shared = environment['XDG_CONFIG_HOME'] || join(home, '.config');
  const candidates = [join(home, '.gitconfig'), join(shared, 'git', 'config')];
  const given = environment['GIT_CONFIG_GLOBAL'];
  const config = given || (await firstThere(candidates)) || join(home, '.gitconfig');
  const named = await ask(cwd, [
    'config',
    '--global',
    '--type=path',
    '--get',
    'core.attributesFile',
  ]);
  return {
    config: resolve(cwd, config),
    attributes: resolve(home, named ?? join(shared, 'git', 'attributes')),
    isGlobal: true,
  };
}

async function firstThere(paths: readonly string[]): Promise<string | undefined> {
  for (const path of paths) if (await stat(path).catch(() => undefined)) return path;
  return undefined;
}

/** What git answers, without the newline; undefined where it ends with a failure. Throws not_found where git is missing. */
export async function ask(cwd: string, words: readonly string[]): Promise<string | undefined> {
  try {
    const { stdout } = await run('git', [...words], { cwd });
    return stdout.replace(/\r?\n$/, '');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT')
      throw new CellarError(
        'not_found',
        'git is not installed, or not on PATH.',
        {},
        { cause: error },
      );
    return undefined;
  }
}
