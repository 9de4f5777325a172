import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';

import { expect, test } from 'vitest';

import { openArtifactFolder } from '../../../server/store/artifacts.js';
import { makeFolder } from '../scratch.js';

const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

async function readAll(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

test('keeps a file once, whole, under its hash, and reads ranges of it', async () => {
  const folder = await makeFolder();
  const artifacts = openArtifactFolder(folder);
  const bytes = randomBytes(9_000_000);
  writeFileSync(join(folder, 'model.pkl'), bytes);
  const sha256 = hashOf(bytes);
  expect(await artifacts.addFile(join(folder, 'model.pkl'))).toEqual({
    sha256,
    size: bytes.length,
  });
  expect(await artifacts.add(Readable.from([bytes.subarray(0, 5), bytes.subarray(5)]))).toEqual({
    sha256,
    size: bytes.length,
  });
  expect(await artifacts.measure()).toEqual({ count: 1, bytes: bytes.length });
  expect((await readAll(await artifacts.read(sha256))).equals(bytes)).toBe(true);
  expect(await readAll(await artifacts.read(sha256, { start: 3, end: 10 }))).toEqual(
    bytes.subarray(3, 11),
  );
  expect(readdirSync(join(folder, 'incoming'))).toEqual([]);
});

test('keeps nothing of a stream that breaks off', async () => {
  const folder = await makeFolder();
  const artifacts = openArtifactFolder(folder);
  const broken = (async function* () {
    yield Buffer.from('half');
    await Promise.resolve();
    throw new Error('gone');
  })();
  await expect(artifacts.add(broken)).rejects.toThrow('gone');
  expect(await artifacts.measure()).toEqual({ count: 0, bytes: 0 });
  expect(readdirSync(join(folder, 'incoming'))).toEqual([]);
});

test('keeps an empty file', async () => {
  const artifacts = openArtifactFolder(await makeFolder());
  const sha256 = hashOf(Buffer.alloc(0));
  expect(await artifacts.add(Readable.from([]))).toEqual({ sha256, size: 0 });
  expect(await artifacts.findSize(sha256)).toBe(0);
});

test('says which file is missing', async () => {
  const artifacts = openArtifactFolder(await makeFolder());
  const sha256 = 'a'.repeat(64);
  await expect(artifacts.read(sha256)).rejects.toMatchObject({ code: 'artifact_missing' });
  expect(await artifacts.findSize(sha256)).toBeUndefined();
  expect(await artifacts.findSize('../../etc/passwd')).toBeUndefined();
});
