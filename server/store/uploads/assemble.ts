import type { FileHandle } from 'node:fs/promises';

import { CellarError, isErrno } from '../../errors.js';
import type { Artifacts, StoredFile } from '../artifacts/artifacts.js';
import { copyInto, hashFile } from '../artifacts/copy.js';
import type { Disk } from '../disk/disk.js';
import type { KeptPart } from './part-log.js';

const READ_BYTES = 1024 * 1024;

/** What a file is made of parts with. */
export interface Making {
  readonly artifacts: Artifacts;
  readonly disk: Disk;
  readonly signal: AbortSignal | undefined;
  /** The path of the common file. */
  readonly body: string;
  /** The size of all parts but the last, as their places in the body have it; undefined while no part has one. */
  readonly step: number | undefined;
  /** Nobody writes to the body. */
  readonly isBodyFree: boolean;
  /** The path of a part that is a file of its own. */
  readonly pathOf: (file: string) => string;
  /** Told durably what the body holds, before it is moved. */
  readonly whole: (stored: StoredFile) => Promise<void>;
}

/** Makes one file of the parts, in their order, and keeps it among the artifacts. A failure leaves every part as it was. */
export async function assemble(parts: readonly KeptPart[], making: Making): Promise<StoredFile> {
  const { artifacts, signal } = making;
  const size = parts.reduce((sum, part) => sum + part.size, 0);
  if (!canMove(parts, making)) {
    const stored = await artifacts.add(readParts(parts, making), { size, signal });
    return checkSize(stored, size);
  }
  const stored = await hashBody(parts, size, making);
  await making.whole(stored);
  await adoptBody(stored, making);
  return stored;
}

/**
 * Moves the body among the artifacts. Where it was moved before, and whoever did it was killed or had its sync fail, nobody knows
 * whether the name survives the power: the file is then written anew.
 */
export async function adoptBody(
  stored: StoredFile,
  { artifacts, body, signal }: Pick<Making, 'artifacts' | 'body' | 'signal'>,
): Promise<void> {
  const { sha256, size } = stored;
  try {
    await artifacts.adopt(body, stored);
  } catch (error) {
    if (!isErrno(error, 'ENOENT')) throw error;
    const again = await artifacts.add(await artifacts.read(sha256), { size, signal });
    if (again.sha256 !== sha256) throw lost(size);
  }
}

/** Each part is in its place in the body, or can be put there. */
function canMove(parts: readonly KeptPart[], { step, isBodyFree }: Making): boolean {
  if (!isBodyFree || step === undefined) return false;
  return parts.every(({ number, size, place }) => {
    const fits = number < parts.length ? size === step : size <= step;
    return fits && (!('at' in place) || place.at === (number - 1) * step);
  });
}

async function hashBody(
  parts: readonly KeptPart[],
  size: number,
  { disk, body, step = 0, pathOf, signal }: Making,
): Promise<StoredFile> {
  const handle = await disk.open(body, 'r+');
  try {
    for (const { number, place, size: length } of parts) {
      if (!('file' in place)) continue;
      const sync = (): Promise<void> => Promise.resolve();
      await inFile(pathOf(place.file), disk, (source) =>
        copyInto(
          readStretch(source, 0, length),
          { handle, offset: (number - 1) * step, sync },
          { signal },
        ),
      );
    }
    // A longer last part may have been there before.
    await handle.truncate(size);
    await handle.datasync();
    return checkSize(await hashFile(handle, size, { signal }), size);
  } finally {
    await handle.close();
  }
}

async function* readParts(
  parts: readonly KeptPart[],
  { disk, body, pathOf }: Making,
): AsyncGenerator<Uint8Array> {
  for (const { place, size } of parts) {
    const handle = await disk.open('file' in place ? pathOf(place.file) : body, 'r');
    try {
      yield* readStretch(handle, 'at' in place ? place.at : 0, size);
    } finally {
      await handle.close();
    }
  }
}

async function* readStretch(
  handle: FileHandle,
  start: number,
  size: number,
): AsyncGenerator<Uint8Array> {
  if (size === 0) return;
  const end = start + size - 1;
  const options = { autoClose: false, highWaterMark: READ_BYTES, start, end };
  yield* handle.createReadStream(options) as AsyncIterable<Buffer>;
}

async function inFile<Result>(
  path: string,
  disk: Disk,
  work: (handle: FileHandle) => Promise<Result>,
): Promise<Result> {
  const handle = await disk.open(path, 'r');
  try {
    return await work(handle);
  } finally {
    await handle.close();
  }
}

function checkSize(stored: StoredFile, size: number): StoredFile {
  if (stored.size === size) return stored;
  throw lost(size);
}

function lost(size: number): CellarError {
  return new CellarError(
    'artifact_missing',
    `The ${size} bytes that came in parts are not on the disk as they came. Send the file again.`,
  );
}
