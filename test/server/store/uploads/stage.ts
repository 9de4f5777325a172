import { readdirSync } from 'node:fs';
import { join } from 'node:path';

import { expect } from 'vitest';

import { openArtifactFolder } from '../../../../server/store/artifacts/artifact-folder.js';
import type { Artifacts, StoredFile } from '../../../../server/store/artifacts/artifacts.js';
import type { Disk } from '../../../../server/store/disk/disk.js';
import { openUploadFolder } from '../../../../server/store/uploads/upload-folder.js';
import type { StartedUpload, Uploads } from '../../../../server/store/uploads/uploads.js';
import { hashOf, readAll } from '../artifacts/artifacts.contract.js';

export const OF = 'run/1/model.pkl';

export interface Stage {
  readonly folder: string;
  readonly uploads: Uploads;
  readonly artifacts: Artifacts;
}

export function open(folder: string, disk?: Disk, now: () => number = Date.now): Stage {
  const artifacts = openArtifactFolder(folder, disk);
  const options = { artifacts, now, ...(disk === undefined ? {} : { disk }) };
  return { folder, artifacts, uploads: openUploadFolder(join(folder, 'parts'), options) };
}

export async function* inChunks(bytes: Uint8Array, size = 1000): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) {
    await Promise.resolve();
    yield bytes.subarray(at, at + size);
  }
}

/** A file cut into parts of this size, the last may be shorter. */
export function cut(bytes: Buffer, size: number): readonly Buffer[] {
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
    bytes.subarray(index * size, (index + 1) * size),
  );
}

export function send(
  { uploads }: Stage,
  { id, passes }: StartedUpload,
  number: number,
  bytes: Uint8Array,
  announced: number | undefined = bytes.length,
): Promise<string> {
  const part = { id, number, pass: passes[number - 1] ?? '' };
  return uploads.put(part, inChunks(bytes), { size: announced });
}

/** Completes an upload and gives the files that were made of it. */
export async function complete(
  { uploads }: Stage,
  { id }: StartedUpload,
  etags: readonly string[],
  of = OF,
): Promise<readonly StoredFile[]> {
  const files: StoredFile[] = [];
  const parts = etags.map((etag, index) => ({ number: index + 1, etag }));
  const keep = (stored: StoredFile): Promise<void> => {
    files.push(stored);
    return Promise.resolve();
  };
  await uploads.complete({ id, of, parts, keep });
  return files;
}

export function filesOf({ folder }: Stage, { id }: StartedUpload): readonly string[] {
  return readdirSync(join(folder, 'parts', id)).sort();
}

export async function expectFile({ artifacts }: Stage, bytes: Buffer): Promise<void> {
  const kept = await readAll(await artifacts.read(hashOf(bytes)));
  expect(kept.equals(bytes)).toBe(true);
}
