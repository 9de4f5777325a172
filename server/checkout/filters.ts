import { CellarError } from '../errors.js';
import { GitFailure, runGit } from './git.js';

/**
 * The words that keep git from running the filters which the configuration around `folder` names. Git runs them when it compares
 * the work tree, also by its plumbing, where a file is as young as the index. Throws forbidden for a name that cannot be turned off.
 */
export async function withoutFilters(folder: string): Promise<readonly string[]> {
  const names = new Set<string>();
  for (const key of await listKeys(folder)) {
    const [, name] = /^filter\.([^]*)\.[^.]*$/.exec(key) ?? [];
    if (name === undefined) continue;
    // `-c` ends a name at its first "=".
    if (name.includes('='))
      throw new CellarError('forbidden', `The git filter "${name}" cannot be turned off.`, {
        path: folder,
      });
    names.add(name);
  }
  return [...names].flatMap((name) =>
    ['clean=', 'smudge=', 'process=', 'required=false'].flatMap((setting) => [
      '-c',
      `filter.${name}.${setting}`,
    ]),
  );
}

async function listKeys(folder: string): Promise<string[]> {
  try {
    const words = ['config', '-z', '--name-only', '--get-regexp', '^filter\\.'];
    return (await runGit(folder, words)).toString('utf8').split('\0');
  } catch (error) {
    // It ends with 1 where there is none.
    if (error instanceof GitFailure) return [];
    throw error;
  }
}
