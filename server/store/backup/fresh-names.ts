import { dirname, join } from 'node:path';

import { isErrno } from '../../errors.js';
import type { Disk } from '../disk/disk.js';
import { isTemporary, syncFolder, temporaryName } from '../disk/durable.js';
import { listNames } from '../disk/list-names.js';

/**
 * The names of files and folders in a backup that no whole backup relies on yet. One that an earlier run left may be there in vain: a
 * sync of it may have failed and nothing could be taken away, and a second sync may say "done" of what the first has lost. So each is
 * given anew in this run, the folders' before what is in them, and synced at its end. Paths are relative to the backup.
 */
export class FreshNames {
  private readonly safe = new Set<string>();
  private readonly given = new Set<string>();
  private readonly folders = new Map<string, Promise<void>>();

  /** `safe`: the files that the last whole backup lists; their names are on the disk, and those of their folders. */
  constructor(
    private readonly folder: string,
    safe: Iterable<string>,
    private readonly disk: Disk,
  ) {
    for (const file of safe)
      for (let at = file; !this.safe.has(at) && at !== '.'; at = dirname(at)) this.safe.add(at);
  }

  /** Makes the folder that a file is to be in, or gives it its name anew: before anything is put there. */
  makeFolderOf(path: string): Promise<void> {
    const folder = dirname(path);
    const known = this.folders.get(folder);
    if (known !== undefined) return known;
    const making = this.makeFolder(folder);
    this.folders.set(folder, making);
    return making;
  }

  /** The whole and synced file has just been put there. */
  add(path: string): void {
    this.given.add(path);
  }

  /** Gives a whole and synced file that is there its name anew where that is needed. */
  async renew(path: string): Promise<void> {
    if (this.safe.has(path) || this.given.has(path)) return;
    await this.giveAgain(path);
    this.add(path);
  }

  /** All names that were given are on the disk when it returns. */
  async settle(): Promise<void> {
    const folders = new Set<string>();
    for (const path of this.given)
      for (let at = dirname(path); !folders.has(at); at = dirname(at)) folders.add(at);
    try {
      for (const each of folders) await syncFolder(join(this.folder, each), this.disk);
    } catch (error) {
      // The next run would rely on these without a look.
      for (const path of this.given)
        if (this.safe.has(path))
          await this.disk.unlink(join(this.folder, path)).catch(() => undefined);
      throw error;
    }
    // Who made the backup's own folder may have been killed before that, or was a person just now; this one may not be read by us.
    await syncFolder(dirname(this.folder), this.disk).catch((error: unknown) => {
      if (!isErrno(error, 'EACCES', 'EPERM')) throw error;
    });
  }

  private async makeFolder(path: string): Promise<void> {
    if (path !== '.') {
      await this.makeFolderOf(path);
      const isThere = await this.disk.mkdir(join(this.folder, path)).then(
        () => false,
        (error: unknown) => {
          if (isErrno(error, 'EEXIST')) return true;
          throw error;
        },
      );
      if (!isThere) return;
      if (!this.safe.has(path)) await this.giveAgain(path);
    }
    // What a run left that was killed while it copied, or between the two renames.
    for (const name of await listNames(join(this.folder, path), this.disk, 'ENOTDIR'))
      if (isTemporary(name))
        await this.disk.rm(join(this.folder, path, name), { recursive: true, force: true });
  }

  private async giveAgain(path: string): Promise<void> {
    const at = join(this.folder, path);
    const temporary = temporaryName(at);
    await this.disk.rename(at, temporary);
    await this.disk.rename(temporary, at);
  }
}
