import { randomBytes } from 'node:crypto';
import { basename, dirname, join, relative, sep } from 'node:path';

import { CellarError, isErrno } from '../errors.js';
import type { Disk } from './disk/disk.js';
import { isTemporary, makeFolder, syncFolder, temporaryName } from './disk/durable.js';
import { toWorkspacePath } from './disk/names.js';
import { inSteadyFolder } from './disk/steady-folder.js';
import { listNames } from './disk/list-names.js';

/** A file that is about to be made beside a person's own, until that one is replaced by it. */
export interface Writing {
  /** Its name, one that no other has. */
  readonly name: string;
  /** Forgets it once it is not there any more, for certain. */
  done(): Promise<void>;
}

/** Where the notes are: each says of one file where it is, relative to the workspace. */
function folderOf(root: string): string {
  return join(root, '.cellar', 'writing');
}

/**
 * Notes durably that a file is about to be made in a folder of a workspace, so that it is swept at the next opening when this process
 * ends before it is renamed. `folder` is absolute, with every link followed.
 */
export async function noteWriting(root: string, folder: string, disk: Disk): Promise<Writing> {
  const notes = folderOf(root);
  const name = basename(temporaryName('a'));
  const note = join(notes, `${randomBytes(8).toString('hex')}.path`);
  const path = join(relative(await disk.realpath(root), folder), name);
  await makeFolder(notes, disk);
  // A half note is of a file that was never made.
  const handle = await disk.open(note, 'wx', 0o600);
  try {
    await handle.writeFile(`${path.split(sep).join('/')}\n`);
    await handle.datasync();
  } finally {
    await handle.close();
  }
  await syncFolder(notes, disk);
  return { name, done: () => disk.rm(note, { force: true }) };
}

/**
 * Takes away the files that a killed owner's notes name, as far as they are where it made them: no link is followed to them. A note
 * stays whose file cannot be reached now.
 */
export async function sweepWriting(root: string, disk: Disk): Promise<void> {
  const notes = folderOf(root);
  for (const name of await listNames(notes, disk, 'ENOTDIR')) {
    const note = join(notes, name);
    try {
      const path = parse(await disk.readFile(note, 'utf8'));
      if (path !== undefined) await remove(root, path, disk);
    } catch (error) {
      // Its folder is gone, or another by now: there it is nobody's of ours.
      const isElsewhere = error instanceof CellarError || isErrno(error, 'ENOENT', 'ENOTDIR');
      if (!isElsewhere && !isErrno(error, 'ELOOP')) continue;
    }
    await disk.rm(note, { force: true });
  }
}

/** The path that a note names; undefined of one that is half, or names no such file. */
function parse(text: string): string | undefined {
  if (!text.endsWith('\n')) return undefined;
  const path = text.slice(0, -1);
  return isTemporary(basename(path)) ? toWorkspacePath(path) : undefined;
}

async function remove(root: string, path: string, disk: Disk): Promise<void> {
  const real = join(await disk.realpath(root), ...path.split('/'));
  await inSteadyFolder(
    dirname(real),
    path,
    async (folder) => {
      const place = join(folder, basename(real));
      if (!(await disk.lstat(place)).isFile()) return;
      await disk.unlink(place);
      await syncFolder(folder, disk);
    },
    disk,
  );
}
