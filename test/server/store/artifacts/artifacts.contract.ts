import { createHash, randomBytes } from 'node:crypto';
import { appendFileSync, existsSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';

import { describe, expect, test } from 'vitest';

import type { Progress } from '../../../../contract/progress.js';
import type { Artifacts } from '../../../../server/store/artifacts/artifacts.js';
import { makeFolder } from '../../scratch.js';

/** The SHA-256 of bytes in hexadecimal. */
export function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** All bytes of a stream. */
export async function readAll(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

async function listAll(artifacts: Artifacts): Promise<readonly string[]> {
  const names: string[] = [];
  for await (const { sha256 } of artifacts.list()) names.push(sha256);
  return names.sort();
}

/** What every keeper of artifacts does; `open` gives an empty one. */
export function describeArtifacts(name: string, open: () => Promise<Artifacts>): void {
  describe(name, () => {
    test('keeps a file once, whole, under its hash, and reads ranges of it', async () => {
      const folder = await makeFolder();
      const artifacts = await open();
      const bytes = randomBytes(9_000_000);
      writeFileSync(join(folder, 'model.pkl'), bytes);
      const stored = { sha256: hashOf(bytes), size: bytes.length };
      expect(await artifacts.addFile(join(folder, 'model.pkl'))).toEqual(stored);
      const halves = Readable.from([bytes.subarray(0, 5), bytes.subarray(5)]);
      expect(await artifacts.add(halves)).toEqual(stored);
      expect(await artifacts.measure()).toEqual({ count: 1, bytes: bytes.length });
      expect(await artifacts.findSize(stored.sha256)).toBe(bytes.length);
      expect((await readAll(await artifacts.read(stored.sha256))).equals(bytes)).toBe(true);
      expect(await readAll(await artifacts.read(stored.sha256, { start: 3, end: 10 }))).toEqual(
        bytes.subarray(3, 11),
      );
      expect(
        await readAll(
          await artifacts.read(stored.sha256, { start: bytes.length - 1, end: bytes.length - 1 }),
        ),
      ).toEqual(bytes.subarray(-1));
    });

    test('adopts a file of the store by moving it, also over one that is there', async () => {
      const folder = await makeFolder();
      const artifacts = await open();
      const bytes = randomBytes(1000);
      const stored = { sha256: hashOf(bytes), size: bytes.length };
      for (const name of ['once', 'again']) {
        const path = join(folder, name);
        writeFileSync(path, bytes);
        utimesSync(path, 0, 0);
        await artifacts.adopt(path, stored);
        expect(existsSync(path)).toBe(false);
        expect(await readAll(await artifacts.read(stored.sha256))).toEqual(bytes);
      }
      // However old its bytes are, as a kept file it is new.
      expect(await artifacts.remove(stored.sha256, Date.now() - 60_000)).toBe(false);
      await expect(artifacts.adopt(join(folder, 'none'), stored)).rejects.toMatchObject({
        code: 'ENOENT',
      });
    });

    test('keeps the bytes although their buffer is used again', async () => {
      const artifacts = await open();
      const shared = Buffer.alloc(4);
      const parts = (async function* () {
        for (const text of ['abcd', 'efgh']) {
          shared.write(text);
          yield shared;
          await Promise.resolve();
        }
      })();
      const { sha256 } = await artifacts.add(parts);
      expect((await readAll(await artifacts.read(sha256))).toString()).toBe('abcdefgh');
    });

    test('keeps an empty file', async () => {
      const artifacts = await open();
      const folder = await makeFolder();
      writeFileSync(join(folder, 'empty.pt'), '');
      const stored = { sha256: hashOf(Buffer.alloc(0)), size: 0 };
      expect(await artifacts.add(Readable.from([]))).toEqual(stored);
      expect(await artifacts.addFile(join(folder, 'empty.pt'))).toEqual(stored);
      expect(await artifacts.findSize(stored.sha256)).toBe(0);
      expect(await listAll(artifacts)).toEqual([stored.sha256]);
    });

    test('keeps nothing of a stream that breaks off', async () => {
      const artifacts = await open();
      const broken = (async function* () {
        yield Buffer.from('half');
        await Promise.resolve();
        throw new Error('gone');
      })();
      await expect(artifacts.add(broken)).rejects.toThrow('gone');
      expect(await artifacts.measure()).toEqual({ count: 0, bytes: 0 });
    });

    test('keeps nothing of an intake that was ended, and says why', async () => {
      const artifacts = await open();
      const folder = await makeFolder();
      writeFileSync(join(folder, 'model.pkl'), randomBytes(9_000_000));
      const ending = new AbortController();
      const intake = {
        signal: ending.signal,
        report: () => {
          ending.abort(new Error('enough'));
        },
      };
      await expect(artifacts.addFile(join(folder, 'model.pkl'), intake)).rejects.toThrow('enough');
      await expect(artifacts.add(Readable.from([Buffer.from('a')]), intake)).rejects.toThrow(
        'enough',
      );
      expect(await artifacts.measure()).toEqual({ count: 0, bytes: 0 });
    });

    test('tells how many bytes have come, of how many where that is known', async () => {
      const artifacts = await open();
      const folder = await makeFolder();
      writeFileSync(join(folder, 'model.pkl'), randomBytes(5_000_000));
      const told: Progress[] = [];
      const report = (progress: Progress): void => {
        told.push(progress);
      };
      await artifacts.addFile(join(folder, 'model.pkl'), { report });
      expect(told.at(-1)).toEqual({ what: 'bytes', done: 5_000_000, total: 5_000_000 });
      expect(told.map(({ done }) => done)).toEqual(
        told.map(({ done }) => done).sort((a, b) => a - b),
      );
      await artifacts.add(Readable.from([Buffer.from('abc')]), { report });
      expect(told.at(-1)).toEqual({ what: 'bytes', done: 3, total: null });
      await artifacts.add(Readable.from([Buffer.from('abc')]), { report, size: 3 });
      expect(told.at(-1)).toEqual({ what: 'bytes', done: 3, total: 3 });
    });

    test('reads a file again that changed while it was read', async () => {
      const artifacts = await open();
      const path = join(await makeFolder(), 'growing.pt');
      writeFileSync(path, 'one');
      let changes = 0;
      const stored = await artifacts.addFile(path, {
        report: () => {
          if (changes === 0) appendFileSync(path, ' two');
          changes += 1;
        },
      });
      expect(stored).toEqual({ sha256: hashOf(Buffer.from('one two')), size: 7 });
      expect(await listAll(artifacts)).toEqual([stored.sha256]);
    });

    test('reads a file again whose bytes changed under an old time and size', async () => {
      const artifacts = await open();
      const path = join(await makeFolder(), 'model.pt');
      writeFileSync(path, 'one');
      utimesSync(path, 1, 1);
      let changed = false;
      const stored = await artifacts.addFile(path, {
        report: () => {
          if (changed) return;
          changed = true;
          writeFileSync(path, 'two');
          utimesSync(path, 1, 1);
        },
      });
      expect(stored.sha256).toBe(hashOf(Buffer.from('two')));
    });

    test('refuses a file that never rests', async () => {
      const artifacts = await open();
      const path = join(await makeFolder(), 'log.pt');
      writeFileSync(path, 'a');
      const intake = {
        report: () => {
          appendFileSync(path, 'b');
        },
      };
      await expect(artifacts.addFile(path, intake)).rejects.toMatchObject({
        code: 'changed_while_reading',
        facts: { path },
      });
      expect(await artifacts.measure()).toEqual({ count: 0, bytes: 0 });
    });

    test('takes in what is a file alone, and follows no link', async () => {
      const artifacts = await open();
      const folder = await makeFolder();
      writeFileSync(join(folder, 'a'), 'a');
      symlinkSync(join(folder, 'a'), join(folder, 'link'));
      await expect(artifacts.addFile(folder)).rejects.toMatchObject({ code: 'not_a_notebook' });
      await expect(artifacts.addFile(join(folder, 'link'))).rejects.toMatchObject({
        code: 'ELOOP',
      });
      await expect(artifacts.addFile(join(folder, 'none'))).rejects.toMatchObject({
        code: 'ENOENT',
      });
    });

    test('says which file is missing, and takes nothing but a hash for a name', async () => {
      const artifacts = await open();
      const sha256 = 'a'.repeat(64);
      await expect(artifacts.read(sha256)).rejects.toMatchObject({ code: 'artifact_missing' });
      await expect(artifacts.read('../../etc/passwd')).rejects.toMatchObject({
        code: 'artifact_missing',
      });
      expect(await artifacts.findSize(sha256)).toBeUndefined();
      expect(await artifacts.findSize('../../etc/passwd')).toBeUndefined();
      expect(await artifacts.touch(sha256)).toBe(false);
      expect(await artifacts.remove(sha256, Infinity)).toBe(false);
    });

    test('removes a file, but not one that was taken in or touched since', async () => {
      const artifacts = await open();
      const { sha256 } = await artifacts.add(Readable.from([Buffer.from('old')]));
      let touched = 0;
      for await (const listed of artifacts.list()) touched = listed.touched;
      expect(await artifacts.remove(sha256, touched)).toBe(false);
      expect(await artifacts.touch(sha256)).toBe(true);
      expect(await artifacts.remove(sha256, Infinity)).toBe(true);
      expect(await listAll(artifacts)).toEqual([]);
      await artifacts.add(Readable.from([Buffer.from('old')]));
      expect(await artifacts.findSize(sha256)).toBe(3);
    });

    test('keeps the bytes of eight that hand in the same file while it is removed', async () => {
      const artifacts = await open();
      const bytes = randomBytes(100_000);
      const sha256 = hashOf(bytes);
      for (let round = 0; round < 5; round += 1) {
        const before = Date.now() - 1;
        const adding = Array.from({ length: 8 }, () => artifacts.add(Readable.from([bytes])));
        const removing = artifacts.remove(sha256, before);
        await Promise.all([...adding, removing]);
        expect(await artifacts.findSize(sha256)).toBe(bytes.length);
      }
      expect(await listAll(artifacts)).toEqual([sha256]);
    });
  });
}
