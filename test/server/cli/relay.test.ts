import { createHash, randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { request as openRequest, type IncomingMessage } from 'node:http';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { gitOn } from '../git.js';
import { makeFolder, notebookText } from '../scratch.js';
import { cellar, serve, type Server } from './cellar.js';

interface Pair {
  readonly root: string;
  readonly owner: Server;
  readonly relay: Server;
}

async function servePair(): Promise<Pair> {
  const root = await makeFolder();
  const owner = await serve(root);
  return { root, owner, relay: await serve(root) };
}

interface Init {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array<ArrayBuffer>;
}

function ask(server: Server, path: string, init: Init = {}): Promise<Response> {
  const headers = { authorization: `Bearer ${server.token}`, ...init.headers };
  return fetch(`${server.url}/${path}`, { ...init, headers });
}

function keep(server: Server, path: string, source: string): Promise<Response> {
  return ask(server, 'api/v1/bursts', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      key: createHash('sha256').update(`${path} ${source}`).digest('hex'),
      path,
      trigger: 'manual',
      content: notebookText([source]),
    }),
  });
}

/** Opens a stream that does not end by itself; gives what came of it so far. */
async function openStream(
  server: Server,
  path: string,
): Promise<{ readonly text: () => string; readonly ended: Promise<unknown> }> {
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const headers = { authorization: `Bearer ${server.token}` };
    openRequest(`${server.url}/${path}`, { headers }, resolve).on('error', reject).end();
  });
  let text = '';
  answer.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  const ended = new Promise((resolve) => {
    answer.on('end', resolve).on('error', resolve).on('aborted', resolve);
  });
  return { text: () => text, ended };
}

test('a second server passes on files, parts of files, errors and long operations as the owner answers them', async () => {
  const { owner, relay } = await servePair();
  const bytes = randomBytes(5_000_000);
  const put = await ask(relay, 'api/v1/artifacts', { method: 'PUT', body: bytes });
  const { sha256 } = (await put.json()) as { sha256: string };
  expect(sha256).toBe(createHash('sha256').update(bytes).digest('hex'));
  const part = await ask(relay, `api/v1/artifacts/${sha256}`, {
    headers: { range: 'bytes=1000-1999' },
  });
  expect(part.status).toBe(206);
  expect(Buffer.from(await part.arrayBuffer()).equals(bytes.subarray(1000, 2000))).toBe(true);
  const missing = 'api/v1/snapshots/01kaxn00000000000000000000';
  for (const server of [owner, relay]) {
    const answer = await ask(server, missing);
    expect([answer.status, await answer.json()]).toMatchObject([404, { code: 'not_found' }]);
  }
  expect((await fetch(`${relay.url}/api/v1/notebooks`)).status).toBe(401);
  await keep(owner, 'a.ipynb', 'x = 1');
  const long = await ask(relay, 'api/v1/verify', {
    method: 'POST',
    headers: { accept: 'application/x-ndjson' },
  });
  const lines = (await long.text()).trim().split('\n');
  expect(JSON.parse(lines[0] ?? '')).toHaveProperty('progress');
  expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ result: { status: 'ok' } });
});

test('events reach who listens at the second server, until the owner dies and the next is listened to', async () => {
  const { owner, relay } = await servePair();
  const stream = await openStream(relay, 'events');
  await keep(owner, 'a.ipynb', 'x = 1');
  await expect.poll(stream.text).toContain('data: {"kind":"snapshot"');
  await owner.stop('SIGKILL');
  // Not left listening to nobody: a browser asks again.
  await stream.ended;
  await expect
    .poll(async () => (await ask(relay, 'healthz')).status, { timeout: 15_000 })
    .toBe(200);
  const next = await openStream(relay, 'events');
  await keep(relay, 'a.ipynb', 'x = 2');
  await expect.poll(next.text).toContain('data: {"kind":"snapshot"');
}, 60_000);

test('a file in parts goes through the second server, which is where its parts are sent', async () => {
  const { root, relay } = await servePair();
  const post = async (path: string, body: object): Promise<Record<string, unknown>> => {
    const answer = await ask(relay, `api/2.0/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    expect(answer.status).toBe(200);
    return (await answer.json()) as Record<string, unknown>;
  };
  const { run } = await post('mlflow/runs/create', { experiment_id: '0' });
  const { run_id: id } = (run as { info: { run_id: string } }).info;
  const folder = `0/${id}/artifacts`;
  const begun = await post(`mlflow-artifacts/mpu/create/${folder}`, {
    ...{ path: 'm.bin', num_parts: 1 },
  });
  const [credential] = begun['credentials'] as { url: string; headers: Record<string, string> }[];
  expect(credential?.url).toContain(`${relay.url}/`);
  const put = await fetch(credential?.url ?? '', {
    ...{ method: 'PUT', body: 'abc' },
    headers: credential?.headers ?? {},
  });
  const parts = [{ part_number: 1, etag: put.headers.get('etag') }];
  const end = { path: 'm.bin', upload_id: begun['upload_id'], parts };
  await post(`mlflow-artifacts/mpu/complete/${folder}`, end);
  const sha256 = createHash('sha256').update('abc').digest('hex');
  expect(artifactsOf(root)).toContain(sha256);
  const got = await ask(relay, `api/2.0/mlflow-artifacts/artifacts/${folder}/m.bin`);
  expect(await got.text()).toBe('abc');
});

test('who gives up in the middle of an upload through the second server leaves nothing behind', async () => {
  const { root, owner, relay } = await servePair();
  const upload = openRequest(`${relay.url}/api/v1/artifacts`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${relay.token}` },
  });
  upload.on('error', () => undefined);
  upload.write(randomBytes(3_000_000));
  await expect.poll(() => artifactsOf(root)).toContain('incoming');
  upload.destroy();
  await expect.poll(() => artifactsOf(root)).not.toContain('incoming/');
  expect((await ask(owner, 'healthz')).status).toBe(200);
}, 30_000);

function artifactsOf(root: string): string {
  return readdirSync(join(root, '.cellar/artifacts'), { recursive: true, encoding: 'utf8' }).join();
}

test('eight writers through two servers, one of which is killed, lose nothing that was acknowledged', async () => {
  const { root, owner, relay } = await servePair();
  const acknowledged = new Map<string, string>();
  const write = async (writer: number): Promise<void> => {
    for (let n = 0; n < 12; n += 1) {
      const path = `n${writer % 3}.ipynb`;
      const source = `writer = ${writer}, ${n}`;
      for (let tries = 0; tries < 100; tries += 1) {
        const server = tries === 0 && writer % 2 === 0 ? owner : relay;
        const answer = await keep(server, path, source).catch(() => undefined);
        if (answer?.status === 200) {
          const { snapshot } = (await answer.json()) as { snapshot: { id: string } };
          acknowledged.set(snapshot.id, source);
          break;
        }
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      if (writer === 0 && n === 5) await owner.stop('SIGKILL');
    }
  };
  await Promise.all(Array.from({ length: 8 }, (_, writer) => write(writer)));
  expect(acknowledged.size).toBe(96);
  for (const [id, source] of acknowledged)
    expect(await (await ask(relay, `api/v1/snapshots/${id}/notebook`)).text()).toContain(source);
  await relay.stop();
  gitOn(join(root, '.cellar/store.git'))('fsck', '--full', '--strict');
  expect((await cellar(root, ['verify'])).code).toBe(0);
}, 120_000);
