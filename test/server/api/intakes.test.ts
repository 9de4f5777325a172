import { createHash, randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { get, request as openRequest, type ClientRequest } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { expect, onTestFinished, test } from 'vitest';

import type { CellarEvent } from '../../../contract/events.js';
import { writeInto } from '../scratch.js';
import { burst, KERNEL, serve, TOKEN, type Served } from './served.js';

/** What everybody who listens is told until the test ends, beside the generation that each hears first. */
async function listen({ port }: Served): Promise<readonly CellarEvent[]> {
  const heard: CellarEvent[] = [];
  const headers = { authorization: `Bearer ${TOKEN}` };
  const stream = get({ host: '127.0.0.1', port, path: '/events', headers, agent: false });
  onTestFinished(() => {
    stream.destroy();
  });
  await new Promise<void>((resolve) => {
    stream.on('response', (response) => {
      response.on('data', (chunk: Buffer) => {
        for (const line of chunk.toString().split('\n')) {
          if (!line.startsWith('data: ')) continue;
          const event = JSON.parse(line.slice(6)) as CellarEvent;
          if (event.kind !== 'generation') heard.push(event);
        }
      });
      resolve();
    });
  });
  return heard;
}

interface Upload {
  readonly request: ClientRequest;
  readonly answer: Promise<{ readonly status: number; readonly body: Record<string, unknown> }>;
}

/** Begins to hand in a file of this length, as a kernel does. */
function upload({ port }: Served, query: string, length: number): Upload {
  const request = openRequest({
    ...{ host: '127.0.0.1', port, method: 'PUT', path: `/api/v1/artifacts?${query}`, agent: false },
    headers: { authorization: `Bearer ${KERNEL}`, 'content-length': length },
  });
  const answer = new Promise<{ status: number; body: Record<string, unknown> }>(
    (resolve, reject) => {
      request.on('error', reject);
      request.on('response', (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => (text += chunk.toString()));
        response.on('end', () => {
          resolve({ status: response.statusCode ?? 0, body: JSON.parse(text) as never });
        });
      });
    },
  );
  return { request, answer };
}

test('an upload that lasts over a second is followed by those who look at its notebook', async () => {
  const served = await serve();
  const heard = await listen(served);
  const bytes = randomBytes(3_000_000);
  const notebook = encodeURIComponent(join(served.root, 'sub', 'a.ipynb'));
  const { request, answer } = upload(served, `name=m.pt&notebook=${notebook}`, bytes.length);
  request.write(bytes.subarray(0, 1_000_000));
  await sleep(1_100);
  request.write(bytes.subarray(1_000_000, 2_000_000));
  await sleep(100);
  request.end(bytes.subarray(2_000_000));
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  expect(await answer).toEqual({ status: 200, body: { sha256, size: bytes.length } });
  await expect.poll(() => heard.at(-1)).toMatchObject({ ended: true });
  const of = { kind: 'progress', path: 'sub/a.ipynb', file: 'm.pt', total: bytes.length };
  expect(heard[0]).toMatchObject({ ...of, ended: false });
  expect(heard.at(-1)).toMatchObject({ ...of, done: bytes.length, ended: true });
});

test('a burst answers in lines to who asks so, and is kept also when the browser has left', async () => {
  const served = await serve();
  const { own, port } = served;
  await writeInto(served.root, 'm.pkl', randomBytes(20_000_000));
  const now = Date.now();
  const executions = [
    { cell: 'c0', index: 0, count: 1, status: 'ok', started: now, finished: now },
  ];
  const times = { started: now, finished: now, sent: now };
  const body = JSON.stringify(burst('a.ipynb', ['x'], { executions, ...times }));
  const headers = {
    ...{ authorization: `Bearer ${TOKEN}`, accept: 'text/event-stream' },
    ...{ 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
  };
  const path = '/api/v1/bursts';
  const request = openRequest({ host: '127.0.0.1', port, method: 'POST', path, headers });
  const first = new Promise<string>((resolve, reject) => {
    request.on('error', reject);
    request.on('response', (response) => {
      response.on('error', () => undefined);
      response.once('data', (chunk: Buffer) => {
        resolve(chunk.toString());
      });
    });
  });
  request.end(body);
  expect(await first).toMatch(/^\{"progress":/);
  request.destroy();
  const find = async (): Promise<unknown> =>
    (await own('GET', 'api/v1/notebooks/by-path?path=a.ipynb')).json<{ notebook: unknown }>()
      .notebook;
  await expect.poll(find, { timeout: 10_000 }).toMatchObject({ snapshots: 1 });
});

test('an upload of no notebook, or of one elsewhere, is kept and told to nobody', async () => {
  const served = await serve();
  const heard = await listen(served);
  for (const query of ['name=m.pt', 'name=m.pt&notebook=%2Fetc%2Fa.ipynb']) {
    const { request, answer } = upload(served, query, 6);
    request.write('abc');
    await sleep(1_100);
    request.end('def');
    expect((await answer).status).toBe(200);
  }
  expect(heard).toEqual([]);
});

test('a person ends an upload: it is answered at once, and nothing of it stays', async () => {
  const served = await serve();
  const { own, ask, root } = served;
  const heard = await listen(served);
  const cancel = 'api/v1/intakes?path=a.ipynb&file=m.pt';
  expect((await own('DELETE', cancel)).json()).toEqual({ cancelled: false });
  const { request, answer } = upload(served, 'name=m.pt&notebook=a.ipynb', 50_000_000);
  request.write(randomBytes(1_000_000));
  await sleep(1_100);
  request.write(randomBytes(1_000_000));
  await expect.poll(() => heard.length).toBeGreaterThan(0);
  const byKernel = {
    method: 'DELETE',
    path: cancel,
    headers: { authorization: `Bearer ${KERNEL}` },
  };
  expect((await ask(byKernel)).status).toBe(403);
  expect((await own('DELETE', cancel)).json()).toEqual({ cancelled: true });
  // It is seen with the next bytes; far from all of them were sent.
  request.write(randomBytes(1_000_000));
  expect(await answer).toMatchObject({ status: 409, body: { code: 'cancelled', path: 'a.ipynb' } });
  expect(await readdir(join(root, '.cellar', 'artifacts', 'incoming'))).toEqual([]);
  await expect.poll(() => heard.at(-1)).toMatchObject({ file: 'm.pt', ended: true });

  const again = upload(served, 'name=m.pt&notebook=a.ipynb', 3);
  again.request.end('abc');
  expect((await again.answer).status).toBe(200);
});
