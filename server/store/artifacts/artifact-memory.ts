import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';

import { nodeDisk, type Disk } from '../disk/disk.js';
import {
  isHash,
  measureListed,
  missingFile,
  type Artifacts,
  type Intake,
  type ListedFile,
  type StoredFile,
} from './artifacts.js';
import { readSteady } from './steady.js';

/** Artifacts in memory, for tests and for what is thrown away; files are read from `disk`. */
export function openArtifactMemory(disk: Disk = nodeDisk): Artifacts {
  const kept = new Map<string, { readonly bytes: Buffer; touched: number }>();

  const collect = async (
    bytes: AsyncIterable<Uint8Array>,
    total: number | null,
    { report, signal }: Intake,
  ): Promise<Buffer> => {
    const chunks: Buffer[] = [];
    let done = 0;
    signal?.throwIfAborted();
    for await (const chunk of bytes) {
      signal?.throwIfAborted();
      chunks.push(Buffer.from(chunk));
      done += chunk.length;
      report?.({ what: 'bytes', done, total });
    }
    signal?.throwIfAborted();
    return Buffer.concat(chunks);
  };

  const keep = (bytes: Buffer): StoredFile => {
    const stored = toStored(bytes);
    kept.set(stored.sha256, { bytes, touched: Date.now() });
    return stored;
  };

  // eslint-disable-next-line @typescript-eslint/require-await -- a listing of a folder waits
  const list = async function* (): AsyncGenerator<ListedFile> {
    for (const [sha256, { bytes, touched }] of kept) yield { sha256, size: bytes.length, touched };
  };

  return {
    add: async (bytes, intake = {}) => keep(await collect(bytes, intake.size ?? null, intake)),
    addFile: async (path, intake = {}) => {
      let bytes: Buffer = Buffer.alloc(0);
      await readSteady(path, disk, async (source, size) => {
        const stream = source.createReadStream({ autoClose: false, start: 0 });
        bytes = await collect(stream as AsyncIterable<Buffer>, size, intake);
        return toStored(bytes);
      });
      return keep(bytes);
    },
    adopt: async (path, { sha256 }) => {
      const bytes = await disk.readFile(path);
      await disk.unlink(path);
      kept.set(sha256, { bytes, touched: Date.now() });
    },
    findSize: (sha256) => Promise.resolve(kept.get(sha256)?.bytes.length),
    read: (sha256, range) => {
      const bytes = isHash(sha256) ? kept.get(sha256)?.bytes : undefined;
      if (bytes === undefined) return Promise.reject(missingFile(sha256, 'memory'));
      const part = range === undefined ? bytes : bytes.subarray(range.start, range.end + 1);
      return Promise.resolve(Readable.from([part]));
    },
    list,
    touch: (sha256) => {
      const file = kept.get(sha256);
      if (file !== undefined) file.touched = Date.now();
      return Promise.resolve(file !== undefined);
    },
    remove: (sha256, before) => {
      const file = kept.get(sha256);
      const goes = file !== undefined && file.touched < before;
      if (goes) kept.delete(sha256);
      return Promise.resolve(goes);
    },
    measure: () => measureListed(list()),
  };
}

function toStored(bytes: Buffer): StoredFile {
  return { sha256: createHash('sha256').update(bytes).digest('hex'), size: bytes.length };
}
