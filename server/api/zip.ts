import type { Readable } from 'node:stream';

import { ZipFile } from 'yazl';

/** A file to be put into a zip; opened when its turn comes. */
export interface ZipEntry {
  /** With "/". */
  readonly path: string;
  readonly time: Date;
  /** False for what is compressed by itself, or too large to gain by it. */
  readonly compress: boolean;
  readonly open: () => Promise<Readable>;
}

/** A zip file of any size as a stream; no more of it is in memory than a few chunks. Destroying it closes what is being read. */
export function streamZip(entries: readonly ZipEntry[]): Readable {
  const zip = new ZipFile();
  const out = zip.outputStream as Readable;
  let current: Readable | undefined;
  const fail = (error: unknown): void => {
    out.destroy(error instanceof Error ? error : new Error(String(error)));
  };
  zip.on('error', fail);
  out.on('close', () => current?.destroy());
  for (const { path, time, compress, open } of entries)
    zip.addReadStreamLazy(path, { mtime: time, mode: 0o644, compress }, (give) => {
      if (out.destroyed) return;
      open().then((stream) => {
        current = stream;
        stream.on('error', fail);
        give(null, stream);
      }, fail);
    });
  zip.end();
  return out;
}
