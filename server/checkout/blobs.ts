import { CellarError } from '../errors.js';
import { startGit } from './stream.js';

/** A file of the repository, or why it cannot be had. */
export type FoundBlob =
  | { readonly kind: 'bytes'; readonly bytes: Buffer }
  /** A partial clone does not hold it. */
  | { readonly kind: 'missing' }
  | { readonly kind: 'too large'; readonly size: number };

/** Reads files of a repository by the names of their objects, one after another, through one git. */
export interface BlobReader {
  read(oid: string): Promise<FoundBlob>;
  close(): void;
}

/** Starts a reader of files of at most `most` bytes in the repository around `folder`. */
export function openBlobReader(folder: string, most: number, signal?: AbortSignal): BlobReader {
  const { child, ended } = startGit(folder, ['cat-file', '--batch'], signal);
  const pieces = child.stdout[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  let rest: Buffer = Buffer.alloc(0);

  const more = async (): Promise<Buffer> => {
    const next = await pieces.next();
    if (next.done !== true) return next.value;
    await ended;
    throw new CellarError('store_busy', `git ended while ${folder} was read.`, { path: folder });
  };

  const readLine = async (): Promise<string> => {
    let end = rest.indexOf(0x0a);
    while (end < 0) {
      rest = Buffer.concat([rest, await more()]);
      end = rest.indexOf(0x0a);
    }
    const line = rest.toString('latin1', 0, end);
    rest = rest.subarray(end + 1);
    return line;
  };

  /** Takes `size` bytes; gives none of them where they are not wanted. */
  const take = async (size: number, wanted: boolean): Promise<Buffer> => {
    const parts: Buffer[] = [];
    for (let left = size; left > 0;) {
      if (rest.length === 0) rest = await more();
      const part = rest.subarray(0, left);
      if (wanted) parts.push(part);
      left -= part.length;
      rest = rest.subarray(part.length);
    }
    return Buffer.concat(parts);
  };

  return {
    read: async (oid) => {
      if (!/^[0-9a-f]{40,64}$/.test(oid)) throw new RangeError(`"${oid}" names no object`);
      child.stdin.write(`${oid}\n`);
      const [, type, length] = (await readLine()).split(' ');
      const size = Number(length);
      if (type !== 'blob' || !Number.isSafeInteger(size)) {
        if (type !== undefined && length !== undefined) await take(size + 1, false);
        return { kind: 'missing' };
      }
      const fits = size <= most;
      const bytes = await take(size, fits);
      await take(1, false);
      return fits ? { kind: 'bytes', bytes } : { kind: 'too large', size };
    },
    close: () => {
      child.kill('SIGKILL');
    },
  };
}
