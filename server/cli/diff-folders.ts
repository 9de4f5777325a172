import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';

import ignore from 'ignore';

import { CellarError } from '../errors.js';
import type { Pair, Source } from './diff-pairs.js';
import { getFile } from './read-file.js';

/** Folders whose notebooks are nobody's own. */
const SKIPPED = ['.git', '.cellar', '.ipynb_checkpoints', 'node_modules'];

/** What a side that stands for several notebooks means: a folder, and what of it. */
export interface Group {
  readonly folder: string;
  /** A glob relative to the folder; undefined for all that is below it. */
  readonly glob: string | undefined;
}

/** A folder, or a glob ("a/*.ipynb", "**" for any depth); undefined for what is neither. A file that exists wins. */
export async function findGroup(cwd: string, asked: string): Promise<Group | undefined> {
  const facts = await stat(resolve(cwd, asked)).catch(() => undefined);
  if (facts !== undefined)
    return facts.isDirectory() ? { folder: resolve(cwd, asked), glob: undefined } : undefined;
  if (!/[*?[]/.test(asked)) return undefined;
  const parts = asked.split('/');
  const first = parts.findIndex((part) => /[*?[]/.test(part));
  const folder = parts.slice(0, first).join('/');
  return {
    folder: resolve(cwd, asked.startsWith('/') && folder === '' ? '/' : folder),
    glob: parts.slice(first).join('/'),
  };
}

/** The notebooks of two groups, paired by their paths below each; in the order of paths. Throws not_found when there is none at all. */
export async function pairGroups(base: Group, head: Group): Promise<Pair[]> {
  const [left, right] = await Promise.all([list(base), list(head)]);
  const paths = [...new Set([...left.keys(), ...right.keys()])].sort();
  if (paths.length === 0)
    throw new CellarError('not_found', `There is no notebook in ${base.folder} or ${head.folder}.`);
  return paths.map((path) => ({ path, base: left.get(path), head: right.get(path) }));
}

async function list({ folder, glob }: Group): Promise<ReadonlyMap<string, Source>> {
  const matcher = glob === undefined ? undefined : ignore().add(`/${glob}`);
  const paths: string[] = [];
  await walk(folder, '', paths);
  const matching = paths.filter((path) => matcher === undefined || matcher.ignores(path));
  return new Map(
    matching.map((path) => {
      const place = join(folder, path);
      return [path, { read: () => getFile(place, place) }];
    }),
  );
}

/** Links are not followed: they could lead round in a circle. */
async function walk(top: string, below: string, paths: string[]): Promise<void> {
  let entries: Dirent[];
  try {
    entries = await readdir(join(top, below), { withFileTypes: true });
  } catch (error) {
    throw new CellarError('forbidden', `${join(top, below)} cannot be read.`, {}, { cause: error });
  }
  for (const entry of entries) {
    const path = below === '' ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory() && !SKIPPED.includes(entry.name)) await walk(top, path, paths);
    else if (entry.isFile() && /\.ipynb$/i.test(entry.name)) paths.push(path);
  }
}
