import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';

import { expect, test } from 'vitest';

import { createHttp, BRIEF } from '../../../server/external/http.js';
import { sendFile } from '../../../server/external/mlflow-upload.js';
import type { SentFile } from '../../../server/external/registry.js';
import { answerJson, stand, type Standing } from './server.js';

const CONTENT = Buffer.from('0123456789abcdefghij');
const SIZES = { large: 10, part: 8 };
const signal = new AbortController().signal;

const file: SentFile = {
  name: 'model/a b.bin',
  size: CONTENT.length,
  read: (range) =>
    Promise.resolve(
      Readable.from([CONTENT.subarray(range?.start ?? 0, (range?.end ?? CONTENT.length - 1) + 1)]),
    ),
};

/** A server whose store takes parts, at addresses that are signed; `refuse` is the part that it does not take. */
function standWithParts(refuse?: number): Promise<Standing> {
  return stand(({ path, method, body }, response, { url }) => {
    const part = Number(/^\/store\?part=(\d+)$/.exec(path)?.[1]);
    if (path.includes('/mpu/create/')) {
      const { num_parts: parts } = JSON.parse(body.toString()) as { num_parts: number };
      const credentials = Array.from({ length: parts }, (_, at) => ({
        ...{ url: `${url}/store?part=${at + 1}`, part_number: at + 1, headers: { 'x-part': 'y' } },
      }));
      answerJson(response, { upload_id: 'u1', credentials });
    } else if (method === 'PUT' && part > 0) {
      const tag = createHash('md5').update(body).digest('hex');
      response.writeHead(part === refuse ? 403 : 200, { ETag: tag }).end();
    } else answerJson(response, {});
  });
}

test('a large file goes in parts where the server takes them, each to the address it was given', async () => {
  const { url, came } = await standWithParts();
  const http = createHttp(url, BRIEF, () => Promise.resolve({ Authorization: 'Bearer secret' }));
  await sendFile(http, { file, folder: '1/r/artifacts', sent: undefined, signal }, SIZES);
  const parts = came.filter(({ method }) => method === 'PUT');
  expect(parts.map(({ body }) => body.toString())).toEqual(['01234567', '89abcdef', 'ghij']);
  expect(parts.every(({ headers }) => headers['x-part'] === 'y')).toBe(true);
  // The store is another's: it must not learn how one signs in at the server.
  expect(parts.every(({ headers }) => headers.authorization === undefined)).toBe(true);
  const last = came.at(-1)!;
  expect(last.path).toBe('/api/2.0/mlflow-artifacts/mpu/complete/1/r/artifacts/model');
  const body = JSON.parse(last.body.toString()) as { parts: { etag: string }[] };
  expect(body).toMatchObject({ path: 'a b.bin', upload_id: 'u1' });
  expect(body.parts.map(({ etag }) => etag)).toEqual(
    parts.map((part) => createHash('md5').update(part.body).digest('hex')),
  );
});

test('an upload in parts that fails leaves none of them behind', async () => {
  const { url, came } = await standWithParts(2);
  const http = createHttp(url, BRIEF, () => Promise.resolve({}));
  await expect(
    sendFile(http, { file, folder: '1/r/artifacts', sent: undefined, signal }, SIZES),
  ).rejects.toMatchObject({ code: 'registry_refused' });
  expect(came.at(-1)?.path).toContain('/mpu/abort/');
});

test('a server that takes no parts gets the file in one piece', async () => {
  const { url, came } = await stand(({ method }, response) => {
    answerJson(response, {}, method === 'POST' ? 501 : 200);
  });
  const http = createHttp(url, BRIEF, () => Promise.resolve({}));
  await sendFile(http, { file, folder: '1/r/artifacts', sent: undefined, signal }, SIZES);
  expect(came.at(-1)).toMatchObject({
    method: 'PUT',
    path: '/api/2.0/mlflow-artifacts/artifacts/1/r/artifacts/model/a%20b.bin',
  });
  expect(came.at(-1)?.body).toEqual(CONTENT);
});
