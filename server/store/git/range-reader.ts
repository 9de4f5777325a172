import type { FileHandle } from 'node:fs/promises';

import type { ByteCache } from '../disk/byte-cache.js';
import type { Disk } from '../disk/disk.js';

const PAGE = 64 * 1024;
/** After this long without a read the file is closed; the next read opens it again. */
const IDLE_MS = 30_000;

/** Pages of files that never change, by path and number. */
export type Pages = ByteCache<Buffer>;

/** Reads pieces of a file that never changes, such as a pack; small ones through pages, since what is asked for lies close together. */
export class RangeReader {
  private opening: Promise<FileHandle> | undefined;
  private length: number | undefined;
  private readers = 0;
  private idle: NodeJS.Timeout | undefined;

  constructor(
    readonly path: string,
    private readonly pages: Pages,
    private readonly disk: Disk,
  ) {}

  /** In bytes. */
  async size(): Promise<number> {
    this.length ??= await this.using(async (handle) => (await handle.stat()).size);
    return this.length;
  }

  /** Up to `length` bytes from `offset`: fewer at the file's end. */
  async read(offset: number, length: number): Promise<Buffer> {
    if (length > PAGE) return this.using((handle) => readFully(handle, offset, length));
    const first = Math.floor(offset / PAGE);
    const last = Math.floor((offset + length - 1) / PAGE);
    const page = await this.page(first);
    const start = offset - first * PAGE;
    if (last === first) return page.subarray(start, start + length);
    const rest = (await this.page(last)).subarray(0, offset + length - last * PAGE);
    return Buffer.concat([page.subarray(start), rest]);
  }

  /** Lets go of the file; reads under way still end. */
  close(): void {
    clearTimeout(this.idle);
    if (this.readers > 0 || this.opening === undefined) return;
    const { opening } = this;
    this.opening = undefined;
    // It was only read: there is nothing to lose in closing it.
    opening.then((handle) => handle.close()).catch(() => undefined);
  }

  private async page(number: number): Promise<Buffer> {
    const key = `${this.path}:${number}`;
    const cached = this.pages.find(key);
    if (cached !== undefined) return cached;
    const { epoch } = this.pages;
    const page = await this.using((handle) => readFully(handle, number * PAGE, PAGE));
    this.pages.add(key, page, page.length, epoch);
    return page;
  }

  private async using<Result>(work: (handle: FileHandle) => Promise<Result>): Promise<Result> {
    clearTimeout(this.idle);
    this.readers += 1;
    const opening = (this.opening ??= this.disk.open(this.path, 'r'));
    try {
      return await work(await opening);
    } catch (error) {
      // One that could not be opened, e.g. because too many files are open, is tried again.
      if (this.opening === opening) this.opening = undefined;
      await opening.then(
        (handle) => handle.close(),
        () => undefined,
      );
      throw error;
    } finally {
      this.readers -= 1;
      if (this.readers === 0)
        this.idle = setTimeout(() => {
          this.close();
        }, IDLE_MS).unref();
    }
  }
}

async function readFully(handle: FileHandle, offset: number, length: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(length);
  let done = 0;
  while (done < length) {
    const { bytesRead } = await handle.read(bytes, done, length - done, offset + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return bytes.subarray(0, done);
}
