import type { Disk } from '../disk/disk.js';
import { makeFolder, syncFolder } from '../disk/durable.js';
import { writeAll } from '../disk/write-all.js';
import { journalPath } from './journal-file.js';

type Handle = Awaited<ReturnType<Disk['open']>>;

/** A file of the journal: the highest number in it, and of the one that is written its synced length in bytes. */
interface WrittenFile {
  readonly path: string;
  last: number;
}

interface OpenFile extends WrittenFile {
  readonly handle: Handle;
  size: number;
}

/**
 * Writes a journal's files, one call at a time. A write or sync that failed is never tried again on the same file: what the disk
 * holds of it is unknown, and a second sync may succeed without writing anything (the kernel reports an error once).
 */
export class JournalWriter {
  private open: OpenFile | undefined;
  private readonly closed: WrittenFile[] = [];

  constructor(
    private readonly folder: string,
    private readonly disk: Disk,
  ) {}

  /** Takes note of a file from before, whose highest number is `last`. */
  meet(path: string, last: number): void {
    this.closed.push({ path, last });
  }

  /** Writes and syncs lines whose numbers go from `first` to `last`. */
  async write(bytes: Buffer, first: number, last: number): Promise<void> {
    const file = this.open ?? (await this.begin(first));
    try {
      await writeAll(file.handle, bytes, file.size);
      await file.handle.datasync();
    } catch (error) {
      await this.abandon(file);
      throw error;
    }
    file.size += bytes.length;
    file.last = last;
  }

  /** Deletes the files with no number above `through`; later lines go into a file of their own. */
  async seal(through: number): Promise<void> {
    await this.rotate();
    const sealed = this.closed.filter(({ last }) => last <= through);
    for (const file of sealed) {
      await this.disk.rm(file.path, { force: true });
      this.closed.splice(this.closed.indexOf(file), 1);
    }
  }

  async rotate(): Promise<void> {
    const file = this.open;
    if (file === undefined) return;
    this.open = undefined;
    this.closed.push({ path: file.path, last: file.last });
    await file.handle.close();
  }

  private async begin(first: number): Promise<OpenFile> {
    const path = journalPath(this.folder, first);
    await makeFolder(this.folder, this.disk);
    const handle = await this.disk.open(path, 'wx', 0o600);
    const file: OpenFile = { path, handle, size: 0, last: first };
    try {
      await syncFolder(this.folder, this.disk);
    } catch (error) {
      await this.abandon(file);
      throw error;
    }
    this.open = file;
    return file;
  }

  /** Leaves a file with what was synced, as far as the disk still lets it; whole lines beyond are read at the next start. */
  private async abandon(file: OpenFile): Promise<void> {
    this.open = undefined;
    const { handle, path, size, last } = file;
    if (size > 0) this.closed.push({ path, last });
    try {
      if (size === 0) await this.disk.rm(path, { force: true });
      else {
        await handle.truncate(size);
        await handle.datasync();
      }
    } catch {
      // The caller is told of the first failure; that the mending failed too changes nothing for anybody.
      if (size === 0) this.closed.push({ path, last });
    }
    await handle.close().catch(() => undefined);
  }
}
