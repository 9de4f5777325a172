import { join } from 'node:path';

import { isErrno } from '../../errors.js';
import type { Disk } from '../disk/disk.js';
import type { Proof } from './checked-copy.js';
import { listNames } from '../disk/list-names.js';

/** A file whose name says what is in it; it never changes. `path` is relative to `.cellar`, and to a backup, with "/". */
export interface KeptFile {
  readonly path: string;
  readonly size: number;
}

/** The files of a backup's set that list what it holds beside. */
export const LISTS = { objects: 'objects.txt', artifacts: 'artifacts.txt' };

const PACKED = /^pack-[0-9a-f]{40}\.(pack|idx)$/;

/** The proof that a kept file has to stand. */
export function proofOf(path: string): Proof {
  const parts = path.split('/');
  const last = parts.at(-1) ?? '';
  if (parts[0] === 'artifacts') return { kind: 'sha256', name: last };
  if (PACKED.test(last)) return { kind: 'trailer' };
  return { kind: 'object', name: `${parts.at(-2) ?? ''}${last}` };
}

/**
 * The files of git's objects. Loose ones are listed before packs: what git packs meanwhile is then in one list or the other. An
 * index comes after its pack, so that no index is copied whose pack is not.
 */
export async function listObjects(cellar: string, disk: Disk): Promise<readonly KeptFile[]> {
  const objects = join(cellar, 'store.git', 'objects');
  const found: KeptFile[] = [];
  for (const folder of await listNames(objects, disk, 'ENOTDIR'))
    if (/^[0-9a-f]{2}$/.test(folder))
      for (const name of await listNames(join(objects, folder), disk, 'ENOTDIR'))
        if (/^[0-9a-f]{38}$/.test(name))
          await add(found, cellar, `store.git/objects/${folder}/${name}`, disk);
  const packs = (await listNames(join(objects, 'pack'), disk, 'ENOTDIR')).filter((name) =>
    PACKED.test(name),
  );
  const packFirst = (name: string): number => (name.endsWith('.pack') ? 0 : 1);
  for (const name of packs.sort((a, b) => packFirst(a) - packFirst(b)))
    await add(found, cellar, `store.git/objects/pack/${name}`, disk);
  return found;
}

/** Where an artifact is. */
export function artifactPath(sha256: string): string {
  return `artifacts/sha256/${sha256.slice(0, 2)}/${sha256.slice(2, 4)}/${sha256}`;
}

async function add(found: KeptFile[], cellar: string, path: string, disk: Disk): Promise<void> {
  try {
    found.push({ path, size: (await disk.stat(join(cellar, path))).size });
  } catch (error) {
    // Git has just packed it.
    if (!isErrno(error, 'ENOENT')) throw error;
  }
}

/** One file a line, its size first. */
export function formatKept(files: readonly KeptFile[]): Buffer {
  return Buffer.from(files.map(({ path, size }) => `${size} ${path}\n`).join(''));
}

/** The inverse of formatKept; what is no such line, or leads out of the folder, is left out. */
export function parseKept(bytes: Buffer): readonly KeptFile[] {
  return bytes
    .toString('utf8')
    .split('\n')
    .flatMap((line) => {
      const match =
        /^(\d+) ((?:store\.git\/objects|artifacts\/sha256)(?:\/[0-9a-z-]+)+(?:\.\w+)?)$/.exec(line);
      return match?.[1] === undefined || match[2] === undefined
        ? []
        : [{ size: Number(match[1]), path: match[2] }];
    });
}
