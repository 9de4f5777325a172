import { isUtf8 } from 'node:buffer';

import { CellarError } from '../errors.js';
import { GitFailure, isOutside, runGit } from './git.js';
import { splitAtNul, streamGit } from './stream.js';

/** A git repository whose history can be read. */
export interface GitSource {
  /** Where git is run. */
  readonly folder: string;
  /** The top of the work tree, absolute; undefined for a bare repository. */
  readonly top: string | undefined;
  /** The commit of HEAD; undefined while there is none. */
  readonly head: string | undefined;
}

/** The repository at or around a folder; undefined where there is none. Throws bad_request where git refuses to read it. */
export async function findSource(folder: string): Promise<GitSource | undefined> {
  try {
    const inside = (await runGit(folder, ['rev-parse', '--is-inside-work-tree'])).toString('utf8');
    const top =
      inside.trim() === 'true'
        ? (await runGit(folder, ['rev-parse', '--show-toplevel']))
            .toString('utf8')
            .replace(/\r?\n$/, '')
        : undefined;
    return { folder, top, head: await findHead(folder) };
  } catch (error) {
    if (!(error instanceof GitFailure)) throw error;
    if (isOutside(error)) return undefined;
    throw new CellarError(
      'bad_request',
      `git does not read ${folder}: ${error.said}`,
      { path: folder },
      { cause: error },
    );
  }
}

async function findHead(folder: string): Promise<string | undefined> {
  try {
    const words = ['rev-parse', '--verify', '--quiet', 'HEAD^{commit}'];
    return (await runGit(folder, words)).toString('utf8').trim();
  } catch (error) {
    if (error instanceof GitFailure) return undefined;
    throw error;
  }
}

/** The objects of the notebooks in a commit's tree, by their paths from the top of the repository. */
export async function listNotebooks(
  { folder }: GitSource,
  commit: string,
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const words = ['ls-tree', '-r', '-z', '--full-tree', commit];
  const found = new Map<string, string>();
  for await (const row of splitAtNul(streamGit(folder, words, signal))) {
    const [, oid, path] = /^100\d+ blob ([0-9a-f]+)\t([^]+\.ipynb)$/i.exec(String(row)) ?? [];
    if (oid !== undefined && path !== undefined && isUtf8(row)) found.set(path, oid);
  }
  return found;
}
