import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { expect, onTestFinished, test } from 'vitest';

import { BRIEF, createHttp, LONG, toAuthorization } from '../../../server/external/http.js';
import { answerJson, stand } from './server.js';

const nobody = (): Promise<Record<string, string>> => Promise.resolve({});

async function* pieces(...texts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield await Promise.resolve(Buffer.from(text));
}

test('a person hears within seconds that a server hangs', async () => {
  const { url, came } = await stand(() => undefined);
  const http = createHttp(url, { ...BRIEF, quiet: 200 }, nobody);
  await expect(http.json({ path: '/x' })).rejects.toMatchObject({ code: 'registry_away' });
  expect(came).toHaveLength(BRIEF.tries);
  expect(BRIEF.tries * BRIEF.quiet).toBeLessThan(6_000);
});

test('a server that is busy is asked again, and what changes something is not done twice', async () => {
  let left = 2;
  const { url, came } = await stand(({ method }, response) => {
    if (method === 'POST') answerJson(response, { message: 'broken' }, 500);
    else if (left > 0) answerJson(response, { message: 'wait' }, [503, 502][--left]);
    else answerJson(response, { done: true });
  });
  const http = createHttp(url, LONG, nobody);
  expect(await http.json({ path: '/x' })).toEqual({ done: true });
  expect(came).toHaveLength(3);
  await expect(http.json({ method: 'POST', path: '/x', body: {} })).rejects.toMatchObject({
    code: 'registry_away',
  });
  expect(came).toHaveLength(4);
});

test('what is refused says why, and never how one signs in', async () => {
  const { url, came } = await stand((_, response) => {
    answerJson(response, { error_code: 'INVALID_PARAMETER_VALUE', message: 'no such thing' }, 400);
  });
  const http = createHttp(url, BRIEF, () =>
    Promise.resolve(toAuthorization({ user: 'ada', password: 'pass-word', token: undefined })),
  );
  const error = await http.json({ path: '/x' }).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'registry_refused' });
  expect(String(error)).toContain('no such thing');
  expect(JSON.stringify(error) + String(error)).not.toContain('pass-word');
  expect(came[0]?.headers.authorization).toBe(
    `Basic ${Buffer.from('ada:pass-word').toString('base64')}`,
  );
});

test('bytes go out with their length as they come, and an end from outside ends them', async () => {
  const { url, came } = await stand((_, response) => response.end());
  const http = createHttp(url, BRIEF, nobody);
  let sent = 0;
  await http.upload({
    ...{ path: '/a', bytes: pieces('hello ', 'world'), size: 11 },
    sent: (bytes) => {
      sent += bytes;
    },
  });
  expect(sent).toBe(11);
  expect(came[0]?.body.toString()).toBe('hello world');
  expect(came[0]?.headers['content-length']).toBe('11');
  const reason = new Error('enough');
  const signal = AbortSignal.abort(reason);
  await expect(http.upload({ path: '/a', bytes: pieces('x'), size: 1, signal })).rejects.toBe(
    reason,
  );
});

test('a body that stops in the middle is no answer', async () => {
  const { url } = await stand((_, response) => {
    response.writeHead(200, { 'Content-Length': '100' }).write('{"a":');
  });
  const http = createHttp(url, { tries: 1, quiet: 200 }, nobody);
  await expect(http.json({ path: '/x' })).rejects.toMatchObject({ code: 'registry_away' });
});

test('a large file is never in memory as a whole', async () => {
  const server = createServer((request, response) => {
    request.resume().on('end', () => response.end());
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => void server.close());
  const [piece, count] = [1024 * 1024, 300];
  const bytes = async function* (): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < count; at += 1)
      yield await Promise.resolve(new Uint8Array(piece).fill(1));
  };
  const { port } = server.address() as AddressInfo;
  const before = process.memoryUsage().rss;
  let most = before;
  await createHttp(`http://127.0.0.1:${port}`, LONG, nobody).upload({
    ...{ path: '/a', bytes: bytes(), size: piece * count },
    sent: () => {
      most = Math.max(most, process.memoryUsage().rss);
    },
  });
  expect(most - before).toBeLessThan((piece * count) / 2);
});
