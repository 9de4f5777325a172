import { randomBytes } from 'node:crypto';
import { constants, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';

import { expect, test } from 'vitest';

import { openArtifactFolder } from '../../../../server/store/artifacts/artifact-folder.js';
import { nodeDisk, type Disk } from '../../../../server/store/disk/disk.js';
import { makeFolder } from '../../scratch.js';
import { hashOf, readAll } from './artifacts.contract.js';

function errno(code: string): Error {
  return Object.assign(new Error(code), { code });
}

/** A disk on which files are cloned (here: copied) when that is asked for, and the sources it was asked for. */
function cloningDisk(cloned: string[]): Disk {
  return {
    ...nodeDisk,
    copyFile: async (from, to, mode = 0) => {
      expect(mode & constants.COPYFILE_FICLONE_FORCE).not.toBe(0);
      cloned.push(String(from));
      await nodeDisk.copyFile(from, to, constants.COPYFILE_EXCL);
    },
  };
}

test('leaves nothing in incoming, whatever becomes of an intake', async () => {
  const folder = await makeFolder();
  const artifacts = openArtifactFolder(folder);
  const incoming = join(folder, 'incoming');
  await artifacts.add(Readable.from([Buffer.from('a')]));
  await artifacts.add(Readable.from([Buffer.from('a')]));
  expect(readdirSync(incoming)).toEqual([]);
  const ended = { signal: AbortSignal.abort(new Error('ended')) };
  await expect(artifacts.add(Readable.from([Buffer.from('b')]), ended)).rejects.toThrow('ended');
  expect(readdirSync(incoming)).toEqual([]);
});

test.each(['', 'wholE'])(
  'puts a file whole where one of its name has become "%s"',
  async (rotten) => {
    const folder = await makeFolder();
    const artifacts = openArtifactFolder(folder);
    const { sha256 } = await artifacts.add(Readable.from([Buffer.from('whole')]));
    const place = join(folder, 'sha256', sha256.slice(0, 2), sha256.slice(2, 4), sha256);
    writeFileSync(place, rotten);
    await artifacts.add(Readable.from([Buffer.from('whole')]));
    expect(readFileSync(place, 'utf8')).toBe('whole');
  },
);

test.runIf(process.platform === 'linux')(
  'clones where the file system can, by the open file and not by its path, and hashes the clone',
  async () => {
    const folder = await makeFolder();
    const cloned: string[] = [];
    const artifacts = openArtifactFolder(join(folder, 'artifacts'), cloningDisk(cloned));
    const bytes = randomBytes(3_000_000);
    writeFileSync(join(folder, 'model.pt'), bytes, { mode: 0o600 });
    const { sha256 } = await artifacts.addFile(join(folder, 'model.pt'));
    expect(sha256).toBe(hashOf(bytes));
    expect(cloned).toHaveLength(1);
    expect(cloned[0]).toMatch(/^\/proc\/self\/fd\/\d+$/);
    const place = join(folder, 'artifacts/sha256', sha256.slice(0, 2), sha256.slice(2, 4), sha256);
    expect(readFileSync(place).equals(bytes)).toBe(true);
    expect(statSync(place).mode & 0o777).toBe(0o644);
    expect(statSync(place).nlink).toBe(1);
    expect(statSync(place).ino).not.toBe(statSync(join(folder, 'model.pt')).ino);
  },
);

test('names the bytes of the clone although the file changes under it', async () => {
  const folder = await makeFolder();
  const path = join(folder, 'model.pt');
  writeFileSync(path, 'before');
  const artifacts = openArtifactFolder(join(folder, 'artifacts'), {
    ...cloningDisk([]),
    copyFile: async (from, to) => {
      await nodeDisk.copyFile(from, to, constants.COPYFILE_EXCL);
      if (statSync(path).size === 6) writeFileSync(path, 'afterwards');
    },
  });
  const { sha256, size } = await artifacts.addFile(path);
  expect(hashOf(await readAll(await artifacts.read(sha256)))).toBe(sha256);
  expect(size).toBe('afterwards'.length);
});

test('never takes a sync that failed for done', async () => {
  const folder = await makeFolder();
  let syncs = 0;
  const artifacts = openArtifactFolder(folder, {
    ...nodeDisk,
    open: async (path, flags, mode) => {
      const handle = await nodeDisk.open(path, flags, mode);
      if (flags === 'wx')
        handle.datasync = () => {
          syncs += 1;
          return syncs === 1 ? Promise.reject(errno('EIO')) : Promise.resolve();
        };
      return handle;
    },
  });
  await expect(artifacts.add(Readable.from([Buffer.from('a')]))).rejects.toMatchObject({
    code: 'EIO',
  });
  expect(await artifacts.measure()).toEqual({ count: 0, bytes: 0 });
  expect(readdirSync(join(folder, 'incoming'))).toEqual([]);
});

test('writes what a short write left over', async () => {
  const folder = await makeFolder();
  const artifacts = openArtifactFolder(folder, {
    ...nodeDisk,
    open: async (path, flags, mode) => {
      const handle = await nodeDisk.open(path, flags, mode);
      const write = handle.write.bind(handle) as (
        buffer: Uint8Array,
        offset: number,
        length: number,
        position: number,
      ) => Promise<{ bytesWritten: number }>;
      if (flags === 'wx')
        Object.assign(handle, {
          write: (buffer: Uint8Array, offset: number, length: number, position: number) =>
            write(buffer, offset, Math.ceil(length / 3), position),
        });
      return handle;
    },
  });
  const bytes = randomBytes(10_000);
  const { sha256 } = await artifacts.add(Readable.from([bytes]));
  expect(await readAll(await artifacts.read(sha256))).toEqual(bytes);
});

test('ends when the disk takes not one byte more, and says so', async () => {
  const folder = await makeFolder();
  const artifacts = openArtifactFolder(folder, {
    ...nodeDisk,
    open: async (path, flags, mode) => {
      const handle = await nodeDisk.open(path, flags, mode);
      if (flags === 'wx')
        Object.assign(handle, {
          // As soon as others have had their turn: a loop that never ends would let none of them.
          write: async () => {
            await setImmediate();
            return { bytesWritten: 0 };
          },
        });
      return handle;
    },
  });
  const adding = artifacts.add(Readable.from([Buffer.from('a')]));
  await expect(adding).rejects.toMatchObject({ code: 'disk_full' });
  expect(readdirSync(join(folder, 'incoming'))).toEqual([]);
}, 5_000);

test('says that the disk is full and keeps nothing', async () => {
  const folder = await makeFolder();
  const artifacts = openArtifactFolder(folder, {
    ...nodeDisk,
    open: async (path, flags, mode) => {
      const handle = await nodeDisk.open(path, flags, mode);
      if (flags === 'wx') Object.assign(handle, { write: () => Promise.reject(errno('ENOSPC')) });
      return handle;
    },
  });
  await expect(artifacts.add(Readable.from([Buffer.from('a')]))).rejects.toMatchObject({
    code: 'disk_full',
  });
  expect(readdirSync(join(folder, 'incoming'))).toEqual([]);
});
