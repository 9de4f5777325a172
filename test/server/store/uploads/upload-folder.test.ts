import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';

import fc from 'fast-check';
import { expect, test } from 'vitest';

import { makeFolder } from '../../scratch.js';
import { hashOf } from '../artifacts/artifacts.contract.js';
import { complete, cut, expectFile, filesOf, inChunks, open, OF, send } from './stage.js';

const DAY_MS = 24 * 60 * 60 * 1000;

test('makes one file of parts that come in any order, and moves it instead of copying it', async () => {
  const stage = open(await makeFolder());
  const bytes = randomBytes(25_000);
  const parts = cut(bytes, 10_000);
  const upload = await stage.uploads.start(OF, 3);
  const body = join(stage.folder, 'parts', upload.id, 'body');
  const { ino } = statSync(body);
  const etags: string[] = [];
  // The last comes before its place is known.
  for (const number of [3, 1, 2])
    etags[number - 1] = await send(stage, upload, number, parts[number - 1] ?? Buffer.alloc(0));
  expect(etags).toEqual(parts.map(hashOf));
  expect(await stage.artifacts.measure()).toEqual({ count: 0, bytes: 0 });
  const stored = { sha256: hashOf(bytes), size: bytes.length };
  expect(await complete(stage, upload, etags)).toEqual([stored]);
  await expectFile(stage, bytes);
  const { sha256 } = stored;
  const place = join(stage.folder, 'sha256', sha256.slice(0, 2), sha256.slice(2, 4), sha256);
  expect(statSync(place).ino).toBe(ino);
  expect(filesOf(stage, upload)).toEqual(['upload.json']);
});

test('takes all parts at once', async () => {
  const stage = open(await makeFolder());
  const bytes = randomBytes(199_999);
  const parts = cut(bytes, 10_000);
  const upload = await stage.uploads.start(OF, parts.length);
  const etags = await Promise.all(parts.map((part, index) => send(stage, upload, index + 1, part)));
  await complete(stage, upload, etags);
  await expectFile(stage, bytes);
});

test('goes on after a restart, with the passes of before', async () => {
  const folder = await makeFolder();
  const bytes = randomBytes(25_000);
  const parts = cut(bytes, 10_000);
  const upload = await open(folder).uploads.start(OF, 3);
  const etags: string[] = [];
  for (const [index, part] of parts.entries())
    etags.push(await send(open(folder), upload, index + 1, part));
  await complete(open(folder), upload, etags);
  await expectFile(open(folder), bytes);
});

test('a part that is sent again replaces the one before, whatever their sizes', async () => {
  const stage = open(await makeFolder());
  const upload = await stage.uploads.start(OF, 2);
  const [first, second, other] = [randomBytes(5000), randomBytes(4000), randomBytes(3000)];
  const etag = await send(stage, upload, 1, first);
  const old = await send(stage, upload, 2, second);
  for (let times = 0; times < 3; times += 1) await send(stage, upload, 2, randomBytes(4500));
  const last = await send(stage, upload, 2, other);
  await expect(complete(stage, upload, [etag, old])).rejects.toMatchObject({ code: 'bad_request' });
  // Only what counts takes room.
  expect(filesOf(stage, upload)).toHaveLength(3);
  await complete(stage, upload, [etag, last]);
  await expectFile(stage, Buffer.concat([first, other]));
});

test('makes the same file of parts of any sizes, in any order, some sent again', async () => {
  const stage = open(await makeFolder());
  const partArbitrary = fc.record({
    bytes: fc.uint8Array({ maxLength: 40 }),
    order: fc.integer(),
    again: fc.boolean(),
    announced: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(partArbitrary, { minLength: 1, maxLength: 6 }), async (given) => {
      const upload = await stage.uploads.start(OF, given.length);
      const etags: string[] = [];
      const sendings = given
        .map((part, index) => ({ ...part, number: index + 1 }))
        .sort((a, b) => a.order - b.order);
      for (const { number, bytes, again, announced } of sendings) {
        if (again) await send(stage, upload, number, Buffer.alloc(bytes.length, 1));
        const part = { id: upload.id, number, pass: upload.passes[number - 1] ?? '' };
        const size = announced ? bytes.length : undefined;
        etags[number - 1] = await stage.uploads.put(part, inChunks(bytes, 7), { size });
      }
      const whole = Buffer.concat(given.map(({ bytes }) => bytes));
      const stored = { sha256: hashOf(whole), size: whole.length };
      expect(await complete(stage, upload, etags)).toEqual([stored]);
      await expectFile(stage, whole);
    }),
    { numRuns: 40 },
  );
});

test('completed twice, also at the same time, it makes one file and says so each time', async () => {
  const stage = open(await makeFolder());
  const upload = await stage.uploads.start(OF, 1);
  const etag = await send(stage, upload, 1, Buffer.from('abc'));
  const both = await Promise.all([
    complete(stage, upload, [etag]),
    complete(stage, upload, [etag]),
  ]);
  expect(both.flat()).toHaveLength(1);
  expect(await complete(open(stage.folder), upload, [etag])).toEqual([]);
  // And it stays what it is.
  await stage.uploads.abort(upload.id, OF);
  await expectFile(stage, Buffer.from('abc'));
  await expect(send(stage, upload, 1, Buffer.from('abd'))).rejects.toMatchObject({
    code: 'bad_request',
  });
});

test('given up, its bytes are free, it takes no more parts and cannot be completed', async () => {
  const stage = open(await makeFolder());
  const upload = await stage.uploads.start(OF, 2);
  const etag = await send(stage, upload, 1, randomBytes(1000));
  let go: () => void = () => undefined;
  const waiting = new Promise<void>((resolve) => {
    go = resolve;
  });
  const slow = stage.uploads.put(
    { id: upload.id, number: 2, pass: upload.passes[1] ?? '' },
    (async function* () {
      yield Buffer.alloc(500);
      await waiting;
      yield Buffer.alloc(500);
    })(),
    { size: 1000 },
  );
  for (let times = 0; times < 2; times += 1) await stage.uploads.abort(upload.id, OF);
  expect(filesOf(stage, upload)).toEqual(['upload.json']);
  go();
  await expect(slow).rejects.toMatchObject({ code: 'not_found' });
  for (const each of [stage, open(stage.folder)]) {
    await expect(send(each, upload, 1, randomBytes(10))).rejects.toMatchObject({
      code: 'not_found',
    });
    await expect(complete(each, upload, [etag, etag])).rejects.toMatchObject({ code: 'not_found' });
  }
  expect(filesOf(stage, upload)).toEqual(['upload.json']);
  expect(await stage.artifacts.measure()).toEqual({ count: 0, bytes: 0 });
});

test('is completed by what came, beside one who sends a part of it again, and waits for nobody', async () => {
  const stage = open(await makeFolder());
  const upload = await stage.uploads.start(OF, 2);
  let go: () => void = () => undefined;
  const waiting = new Promise<void>((resolve) => {
    go = resolve;
  });
  // This one has the part's place; the next to send it comes to its end first.
  const slow = stage.uploads.put(
    { id: upload.id, number: 1, pass: upload.passes[0] ?? '' },
    (async function* () {
      yield Buffer.alloc(500, 'x');
      await waiting;
      yield Buffer.alloc(500, 'x');
    })(),
    { size: 1000 },
  );
  await expect(complete(stage, upload, ['', ''])).rejects.toThrow('part 1 has not come');
  const parts = [randomBytes(1000), randomBytes(900)] as const;
  const etags = [await send(stage, upload, 1, parts[0]), await send(stage, upload, 2, parts[1])];
  await complete(stage, upload, etags);
  go();
  await expect(slow).rejects.toMatchObject({ code: 'not_found' });
  await expectFile(stage, Buffer.concat(parts));
});

test('refuses parts that are not each there once, and keeps nothing of them', async () => {
  const stage = open(await makeFolder());
  const upload = await stage.uploads.start(OF, 3);
  const etags = [
    await send(stage, upload, 1, randomBytes(10)),
    await send(stage, upload, 2, randomBytes(10)),
  ];
  const [one = '', two = ''] = etags;
  const refuse = async (
    parts: readonly (readonly [number, string])[],
    words: string,
  ): Promise<void> => {
    const completing = stage.uploads.complete({
      ...{ id: upload.id, of: OF, parts: parts.map(([number, etag]) => ({ number, etag })) },
      keep: () => Promise.reject(new Error('nothing is to be kept')),
    });
    await expect(completing).rejects.toMatchObject({
      code: 'bad_request',
      message: expect.stringContaining(words) as string,
    });
  };
  await refuse([], 'part 3 has not come');
  const missing = [
    [1, one],
    [2, two],
    [3, one],
  ] as const;
  await refuse(missing, 'part 3 has not come');
  const three = await send(stage, upload, 3, randomBytes(4));
  await refuse(
    [
      [1, one],
      [2, two],
      [2, two],
      [3, three],
    ],
    'part 2 is named twice',
  );
  await refuse([[2, two]], 'part 1 is not named (and so with 3)');
  await refuse([[0, one]], 'there is no part 0');
  await refuse([[4, one]], 'there is no part 4');
  await refuse(
    [
      [1, two],
      [2, one],
      [3, three],
    ],
    'part 1 has another etag here',
  );
  expect(await stage.artifacts.measure()).toEqual({ count: 0, bytes: 0 });
  expect(await complete(stage, upload, [one, two, three])).toHaveLength(1);
});

test('takes a part only by its own pass, and for a day', async () => {
  let now = Date.now();
  const stage = open(await makeFolder(), undefined, () => now);
  const upload = await stage.uploads.start(OF, 2);
  const other = await stage.uploads.start(OF, 2);
  const [first = '', second = ''] = upload.passes;
  const put = (number: number, pass: string, id = upload.id): Promise<string> =>
    stage.uploads.put({ id, number, pass }, inChunks(Buffer.from('abc')), { size: 3 });
  const forged = `${first.slice(0, -1)}${first.endsWith('0') ? '1' : '0'}`;
  const later = first.replace(/^[^.]+/, (now + 2 * DAY_MS).toString(36));
  for (const pass of ['', second, forged, later, other.passes[0] ?? '', `${first} `])
    await expect(put(1, pass)).rejects.toMatchObject({ code: 'forbidden' });
  for (const number of [0, 3, -1, 1.5, Number.NaN])
    await expect(put(number, first)).rejects.toMatchObject({ code: 'bad_request' });
  for (const id of ['0'.repeat(32), '..', '../..', '', 'x'])
    await expect(put(1, first, id)).rejects.toMatchObject({ code: 'not_found' });
  await put(1, first);
  now += DAY_MS + 1;
  await expect(put(2, second)).rejects.toMatchObject({ code: 'forbidden' });
});

test('is found only as what it was begun for', async () => {
  const stage = open(await makeFolder());
  const upload = await stage.uploads.start(OF, 1);
  const etag = await send(stage, upload, 1, Buffer.from('abc'));
  await expect(complete(stage, upload, [etag], 'run/2/model.pkl')).rejects.toMatchObject({
    code: 'not_found',
  });
  await expect(stage.uploads.abort(upload.id, 'run/2/model.pkl')).rejects.toMatchObject({
    code: 'not_found',
  });
  expect(await complete(stage, upload, [etag])).toHaveLength(1);
});

test('a part of which fewer or more bytes come than announced is none', async () => {
  const stage = open(await makeFolder());
  const upload = await stage.uploads.start(OF, 2);
  for (const announced of [999, 1001])
    await expect(send(stage, upload, 1, randomBytes(1000), announced)).rejects.toMatchObject({
      code: 'bad_request',
    });
  await send(stage, upload, 2, randomBytes(10));
  await expect(complete(stage, upload, ['', ''])).rejects.toThrow('part 1 has not come');
});

test('keeps nobody from completing it later where the file could not be given to its run', async () => {
  const stage = open(await makeFolder());
  const bytes = randomBytes(15_000);
  const upload = await stage.uploads.start(OF, 2);
  const etags: string[] = [];
  for (const [index, part] of cut(bytes, 10_000).entries())
    etags.push(await send(stage, upload, index + 1, part));
  const parts = etags.map((etag, index) => ({ number: index + 1, etag }));
  const keep = (): Promise<void> => Promise.reject(new Error('the run is deleted'));
  for (let times = 0; times < 2; times += 1)
    await expect(stage.uploads.complete({ id: upload.id, of: OF, parts, keep })).rejects.toThrow(
      'the run is deleted',
    );
  expect(await complete(open(stage.folder), upload, etags)).toHaveLength(1);
  await expectFile(stage, bytes);
});

test('what nobody has gone on with for a day goes, the rest stays', async () => {
  let now = Date.now();
  const stage = open(await makeFolder(), undefined, () => now);
  const [left, fresh] = [await stage.uploads.start(OF, 2), await stage.uploads.start(OF, 2)];
  await send(stage, left, 1, randomBytes(1000));
  await send(stage, fresh, 1, randomBytes(1000));
  await stage.uploads.sweep();
  expect(filesOf(stage, left)).toEqual(['body', 'parts.ndjson', 'upload.json']);
  const folder = join(stage.folder, 'parts', left.id);
  const old = (now - DAY_MS - 60_000) / 1000;
  for (const name of [...filesOf(stage, left), '.']) utimesSync(join(folder, name), old, old);
  await stage.uploads.sweep();
  expect(readdirSync(join(stage.folder, 'parts'))).toEqual([fresh.id]);
  await expect(send(stage, left, 2, randomBytes(10))).rejects.toMatchObject({ code: 'not_found' });
  now += DAY_MS + 60_000;
  await stage.uploads.sweep();
  expect(readdirSync(join(stage.folder, 'parts'))).toEqual([]);
});

test('keeps no word of what it is an upload of', async () => {
  const stage = open(await makeFolder());
  const upload = await stage.uploads.start('run/1/my-secret-name', 1);
  await send(stage, upload, 1, Buffer.from('abc'));
  const folder = join(stage.folder, 'parts', upload.id);
  for (const name of filesOf(stage, upload))
    expect(readFileSync(join(folder, name), 'utf8')).not.toContain('my-secret-name');
});
