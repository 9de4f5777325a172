import { join } from 'node:path';

import { CellarError, isErrno } from '../../errors.js';
import type { Disk } from '../disk/disk.js';
import { listNames } from '../disk/list-names.js';

/** What git writes down beside its refs, from which it would keep or name objects that no ref leads to. */
const BESIDE = ['logs', 'ORIG_HEAD', 'FETCH_HEAD'];
const GRAPHS = ['info/commit-graph', 'info/commit-graphs'];
/** Unfinished packs and indexes, indexes over several packs, and what a push that was ended has left. */
const UNFINISHED = /^(tmp_|[.]tmp-|multi-pack-index|incoming-)/;

/**
 * Throws bad_request where something beside the refs holds on to objects and cannot be written anew: a linked work tree, an index, a
 * HEAD that is at a commit.
 */
export async function checkRewritable(gitdir: string, disk: Disk): Promise<void> {
  const refuse = (path: string, what: string, advice: string): never => {
    throw new CellarError(
      'bad_request',
      `${path} is ${what}, which may hold the text too and cannot be rewritten. ${advice} Then try again: nothing was changed.`,
      { path },
    );
  };
  for (const name of await listNames(join(gitdir, 'worktrees'), disk, 'ENOTDIR')) {
    const path = join(gitdir, 'worktrees', name);
    const link = await disk.readFile(join(path, 'gitdir'), 'utf8').catch(() => '');
    const tree = link.trim().replace(/[/\\][.]git$/, '');
    refuse(path, `a linked work tree (${tree})`, `Run "git worktree remove --force ${tree}".`);
  }
  if ((await listNames(gitdir, disk, 'ENOTDIR')).includes('index'))
    refuse(join(gitdir, 'index'), "a work tree's index", 'Delete it.');
  const head = await disk.readFile(join(gitdir, 'HEAD'), 'utf8');
  if (!head.startsWith('ref: '))
    refuse(join(gitdir, 'HEAD'), 'at a commit and at no branch', 'Write "ref: refs/heads/main".');
}

/** Takes away what git has written beside refs and packs, and can make anew: logs of refs, graphs of commits, unfinished packs. */
export async function clearLeftovers(gitdir: string, disk: Disk): Promise<void> {
  const objects = join(gitdir, 'objects');
  const paths = [
    ...BESIDE.map((name) => join(gitdir, name)),
    ...GRAPHS.map((name) => join(objects, name)),
  ];
  for (const folder of [objects, join(objects, 'pack')])
    for (const name of await listNames(folder, disk, 'ENOTDIR'))
      if (UNFINISHED.test(name)) paths.push(join(folder, name));
  for (const path of paths) await disk.rm(path, { recursive: true, force: true });
}

/** The folders of objects that a repository borrows from. */
export async function listAlternates(gitdir: string, disk: Disk): Promise<readonly string[]> {
  try {
    const text = await disk.readFile(join(gitdir, 'objects', 'info', 'alternates'), 'utf8');
    return text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return [];
    throw error;
  }
}
