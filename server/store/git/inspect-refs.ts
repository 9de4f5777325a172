import { join } from 'node:path';

import { isErrno } from '../../errors.js';
import type { Disk } from '../disk/disk.js';
import { inspectPackedRefs } from './packed-refs.js';

const NAME = /^[0-9a-f]{40}$/;
const HEAD = 'ref: refs/heads/main\n';

/** A ref as its file has it. */
export interface FoundRef {
  readonly ref: string;
  /** Undefined where its own file holds no name of an object, whatever git has packed of it. */
  readonly oid: string | undefined;
  /** Whether it has a file of its own. */
  readonly isLoose: boolean;
  /** What packed-refs says of it. */
  readonly packed: string | undefined;
}

/** A file of refs that is not what it should be; `path` is below the repository, with "/". */
export interface DamagedRefs {
  readonly path: string;
  readonly reason: string;
}

/** All that can be read of a repository's refs, and what cannot. */
export interface RefsFound {
  readonly refs: readonly FoundRef[];
  readonly damaged: readonly DamagedRefs[];
}

/** Reads every ref of the repository at `gitdir`, and HEAD, as strictly as what writes them is. A damaged file costs no other. */
export async function inspectRefs(gitdir: string, disk: Disk): Promise<RefsFound> {
  const damaged: DamagedRefs[] = [];
  const packed = await inspectPacked(gitdir, disk, damaged);
  const refs = new Map<string, FoundRef>();
  for (const [ref, oid] of packed) refs.set(ref, { ref, oid, isLoose: false, packed: oid });
  for (const ref of await listLoose(gitdir, 'refs', disk)) {
    const text = await read(join(gitdir, ref), disk);
    // Packed, or taken away, since it was listed.
    if (text === undefined) continue;
    const oid = text.trimEnd();
    const isSound = NAME.test(oid) && text === `${oid}\n`;
    if (!isSound) damaged.push({ path: ref, reason: 'it holds no name of an object' });
    refs.set(ref, {
      ref,
      oid: isSound ? oid : undefined,
      isLoose: true,
      packed: packed.get(ref),
    });
  }
  if ((await read(join(gitdir, 'HEAD'), disk)) !== HEAD)
    damaged.push({ path: 'HEAD', reason: 'it does not name the branch main' });
  return { refs: [...refs.values()], damaged };
}

async function inspectPacked(
  gitdir: string,
  disk: Disk,
  damaged: DamagedRefs[],
): Promise<ReadonlyMap<string, string>> {
  const text = await read(join(gitdir, 'packed-refs'), disk);
  if (text === undefined) return new Map();
  const { refs, reason } = inspectPackedRefs(text);
  if (reason !== undefined) damaged.push({ path: 'packed-refs', reason });
  return refs;
}

async function listLoose(gitdir: string, folder: string, disk: Disk): Promise<readonly string[]> {
  const found: string[] = [];
  try {
    for (const entry of await disk.readdir(join(gitdir, folder), { withFileTypes: true })) {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory()) found.push(...(await listLoose(gitdir, path, disk)));
      else if (!entry.name.endsWith('.lock')) found.push(path);
    }
  } catch (error) {
    if (!isErrno(error, 'ENOENT')) throw error;
  }
  return found.sort();
}

async function read(path: string, disk: Disk): Promise<string | undefined> {
  try {
    return await disk.readFile(path, 'utf8');
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw error;
  }
}
