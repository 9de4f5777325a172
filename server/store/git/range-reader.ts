import type { FileHandle } from 'node:fs/promises';

import type { ByteCache } from '../disk/byte-cache.js';
import type { Disk } from '../disk/disk.js';

const PAGE = 64 * 1024;
/** After this long without a read the file is closed; the next read opens it again. */
const IDLE_MS = 30_000;

/** Pages of files that never change, by path and number. */
export type Pages = ByteCache<Buffer>;

/** One opening of the file, shared by all who read at a time. */
interface Shared {
  readonly opening: Promise<FileHandle>;
  readers: number;
}

/** Reads pieces of a file that never changes, such as a pack; small ones through pages, since what is asked for lies close together. */
export class RangeReader {
  private shared: Shared | undefined;
  private length: number | undefined;
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
    const { shared } = this;
    if (shared === undefined || shared.readers > 0) return;
    this.shared = undefined;
    end(shared);
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
    const shared = (this.shared ??= { opening: this.disk.open(this.path, 'r'), readers: 0 });
    shared.readers += 1;
    try {
      return await work(await shared.opening);
    } catch (error) {
      // The next read opens it anew: it could not be opened, e.g. because too many files are open, or is not to be trusted.
      if (this.shared === shared) this.shared = undefined;
      throw error;
    } finally {
      shared.readers -= 1;
      if (shared.readers === 0) this.rest(shared);
    }
  }

  /** Nobody reads by this opening now; one that was left is closed by the last who did. */
  private rest(shared: Shared): void {
    if (this.shared !== shared) end(shared);
    else
      this.idle = setTimeout(() => {
        this.close();
      }, IDLE_MS).unref();
  }
}

/** It was only read: there is nothing to lose in closing it. */
function end({ opening }: Shared): void {
  opening.then((handle) => handle.close()).catch(() => undefined);
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
