import { basename } from 'node:path';

import { CellarError } from '../../errors.js';
import type { Disk } from '../disk/disk.js';
import { readPackNames } from '../git/pack-names.js';
import { openRepository } from '../git/repository-folder.js';
import type { Repository } from '../git/repository.js';
import { FOLDER_MODE } from '../git/tree.js';
import type { KeptFile } from './kept-files.js';
import type { Moment } from './moment.js';

/**
 * The first object that refs lead to and that is not in the listed files of a backup's repository, in words; undefined when all are.
 * The files were proven as they were copied, so a blob's name in one of them is enough; commits and trees are read.
 */
export async function findMissing(
  gitdir: string,
  files: readonly KeptFile[],
  { refs, cuts }: Pick<Moment, 'refs' | 'cuts'>,
  { disk, signal }: { readonly disk: Disk; readonly signal: AbortSignal | undefined },
): Promise<string | undefined> {
  const held = await namesIn(gitdir, files, disk);
  const repository = openRepository(gitdir, disk);
  try {
    const seen = new Set<string>();
    for (const [ref, tip] of Object.entries(refs))
      for (let at: string | undefined = tip; at !== undefined && !seen.has(at);) {
        signal?.throwIfAborted();
        if (!held.has(at)) return `commit ${at}, which ${ref} leads to`;
        seen.add(at);
        const { tree, parents } = await repository.readCommit(at);
        const missing = await findMissingBelow(repository, tree, { held, seen });
        if (missing !== undefined) return `object ${missing}, which commit ${at} of ${ref} holds`;
        at = cuts.has(at) ? undefined : parents[0];
      }
    return undefined;
  } catch (error) {
    if (error instanceof CellarError) return error.message;
    throw error;
  } finally {
    repository.close();
  }
}

async function findMissingBelow(
  repository: Repository,
  tree: string,
  sets: { readonly held: ReadonlySet<string>; readonly seen: Set<string> },
): Promise<string | undefined> {
  const { held, seen } = sets;
  if (seen.has(tree)) return undefined;
  if (!held.has(tree)) return tree;
  seen.add(tree);
  for (const { mode, oid } of (await repository.readTree(tree)).values()) {
    const missing =
      mode === FOLDER_MODE
        ? await findMissingBelow(repository, oid, sets)
        : held.has(oid)
          ? undefined
          : oid;
    if (missing !== undefined) return missing;
  }
  return undefined;
}

/** The objects of loose files and packs. */
async function namesIn(
  gitdir: string,
  files: readonly KeptFile[],
  disk: Disk,
): Promise<ReadonlySet<string>> {
  const held = new Set<string>();
  for (const { path } of files) {
    const loose = /objects\/([0-9a-f]{2})\/([0-9a-f]{38})$/.exec(path);
    if (loose !== null) held.add(`${loose[1] ?? ''}${loose[2] ?? ''}`);
    if (!path.endsWith('.idx')) continue;
    for (const oid of await readPackNames(gitdir, basename(path, '.idx'), disk)) held.add(oid);
  }
  return held;
}
