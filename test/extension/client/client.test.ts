import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import { afterEach, expect, onTestFinished, test, vi } from 'vitest';

import { createClient, type Client } from '../../../extension/client/client.js';
import { isAbort } from '../../../extension/client/errors.js';
import { comparisonOf, diffOf, id, notebook, pageOf, row } from '../model/fixture.js';

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
  server = undefined;
});

type Handler = (request: IncomingMessage, body: string, response: ServerResponse) => void;

async function serve(handler: Handler, path = '/user/joe/cellar'): Promise<Client> {
  const own = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      handler(request, body, response);
    });
  });
  server = own;
  await new Promise<void>((done) => own.listen(0, '127.0.0.1', done));
  const { port } = own.address() as AddressInfo;
  return createClient({ base: `http://127.0.0.1:${String(port)}${path}`, token: () => 'secret' });
}

function json(response: ServerResponse, value: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}

function lines(response: ServerResponse, values: readonly unknown[]): void {
  response.writeHead(200, { 'content-type': 'application/x-ndjson' });
  response.end(values.map((value) => `${JSON.stringify(value)}\n`).join(''));
}

test('asks below the base, whatever is in front of it', async () => {
  const seen: (string | undefined)[] = [];
  const client = await serve((request, _body, response) => {
    seen.push(request.url, request.headers.authorization);
    json(response, pageOf([row(1, 0)], 0, 10));
  });
  const page = await client.history(id(999), { text: 'a b&c', offset: 0 });
  expect(page.rows.map((each) => each.id)).toEqual([id(1)]);
  expect(seen).toEqual([
    `/user/joe/cellar/api/v1/notebooks/${id(999)}/history?text=a+b%26c&offset=0`,
    'Bearer secret',
  ]);
});

test('puts the header on writes and on nothing else', async () => {
  const headers: (string | undefined)[] = [];
  const client = await serve((request, _body, response) => {
    headers.push(request.headers['x-cellar-client'] as string | undefined);
    json(response, request.method === 'GET' ? { notebooks: [notebook] } : {});
  });
  await client.notebooks();
  await client.rename('a.ipynb', 'b.ipynb');
  await client.settings({ spaceLimit: 5 });
  expect(headers).toEqual([undefined, '1', '1']);
});

test('sends a burst as JSON and reads what was kept', async () => {
  const client = await serve((request, body, response) => {
    expect(request.headers['content-type']).toBe('application/json');
    const { path } = JSON.parse(body) as { path: string };
    lines(response, [
      { progress: { what: 'bytes', done: 1, total: 2 } },
      { result: { snapshot: { ...row(3, 0), path }, created: true, warnings: [] } },
    ]);
  });
  const kept = await client.keep({ key: '12345678', path: 'train.ipynb', trigger: 'burst' });
  expect(kept).toMatchObject({ created: true, snapshot: { path: 'train.ipynb' } });
});

test("rebuilds the server's refusal", async () => {
  const client = await serve((_request, _body, response) => {
    json(
      response,
      { status: 'error', code: 'paused', message: 'wine is paused.', path: 'wine' },
      409,
    );
  });
  await expect(client.captureState('wine/a.ipynb')).rejects.toMatchObject({
    name: 'ClientError',
    code: 'paused',
    message: 'wine is paused.',
    facts: { path: 'wine' },
  });
});

test('finds no notebook where the server knows none, but passes refusals on', async () => {
  let refused = false;
  const client = await serve((_request, _body, response) => {
    const refusal = { status: 'error', code: 'store_damaged', message: 'no' };
    if (refused) json(response, refusal, 500);
    else json(response, { notebook: null });
  });
  expect(await client.findNotebook('a.ipynb')).toBeUndefined();
  refused = true;
  await expect(client.findNotebook('a.ipynb')).rejects.toMatchObject({ code: 'store_damaged' });
});

test.each<[string, Handler]>([
  [
    'a login page with status 200',
    (_q, _b, r) => r.writeHead(200, { 'content-type': 'text/html' }).end('<html>'),
  ],
  [
    'a bad gateway',
    (_q, _b, r) => r.writeHead(502, { 'content-type': 'text/html' }).end('<h1>502'),
  ],
  ['a proxy that answers JSON of its own', (_q, _b, r) => json(r, { message: 'Forbidden' }, 403)],
  [
    'text that is no JSON',
    (_q, _b, r) => r.writeHead(200, { 'content-type': 'text/plain' }).end('hello'),
  ],
  [
    'a connection cut in the middle',
    (_q, _b, r) => r.writeHead(200, { 'content-length': '10' }).flushHeaders(),
  ],
])('counts %s as a server that is away', async (name, handler) => {
  const client = await serve((request, body, response) => {
    handler(request, body, response);
    if (name.startsWith('a connection')) response.destroy();
  });
  await expect(client.notebooks()).rejects.toMatchObject({ code: 'server_away' });
  const pause = { path: '', kind: 'folder', paused: true } as const;
  await expect(client.pause(pause)).rejects.toMatchObject({ code: 'server_away' });
});

test('counts a closed port as a server that is away', async () => {
  const client = createClient({ base: 'http://127.0.0.1:1/' });
  await expect(client.workspace()).rejects.toMatchObject({ code: 'server_away' });
});

test('says that an answer of another shape is of another version', async () => {
  const client = await serve((_request, _body, response) => {
    json(response, { notebooks: [{ id: 7 }] });
  });
  await expect(client.notebooks()).rejects.toMatchObject({ code: 'internal' });
});

test('lets an aborted request be known from a failed one', async () => {
  const client = await serve(() => undefined);
  const abort = new AbortController();
  const asked = client.history(id(999), {}, abort.signal);
  abort.abort();
  const error: unknown = await asked.catch((caught: unknown) => caught);
  expect(isAbort(error)).toBe(true);
});

const pair = {
  base: { kind: 'snapshot', id: 'a' },
  head: { kind: 'snapshot', id: 'b' },
} as const;

test('checks small diffs in every field and large ones by their frame', async () => {
  const good = comparisonOf(diffOf([]));
  const long = 'x'.repeat(600_000);
  const bad = { ...good, diff: { ...good.diff, changes: [{ kind: 'nonsense', text: '' }] } };
  const answers = [
    good,
    bad,
    { ...bad, metrics: [{ name: long, base: null, head: null, delta: null, better: null }] },
    { ...good, diff: { status: 'ok', text: long } },
  ];
  const client = await serve((_request, _body, response) => {
    json(response, answers.shift());
  });
  await expect(client.compare(pair)).resolves.toEqual(good);
  await expect(client.compare(pair)).rejects.toMatchObject({ code: 'internal' });
  await expect(client.compare(pair)).resolves.toMatchObject({ diff: bad.diff });
  await expect(client.compare(pair)).rejects.toMatchObject({ code: 'internal' });
});

test('gives a link that downloads an artifact under its name', () => {
  const client = createClient({ base: 'http://h/x' });
  expect(client.artifactUrl({ name: 'out/a b.pkl', sha256: 'ff' })).toBe(
    'http://h/x/api/v1/artifacts/ff?name=out%2Fa+b.pkl',
  );
  const jupyter = createClient({
    base: 'http://h/cellar/',
    artifactBase: 'http://h/cellar-files/',
  });
  expect(jupyter.artifactUrl({ name: 'out/a b.pkl', sha256: 'ff' })).toBe(
    'http://h/cellar-files/ff?name=out%2Fa+b.pkl',
  );
});

/** A client whose server takes every request and never answers; the signal of the last one. */
function hang(): { readonly client: Client; readonly signal: () => AbortSignal | undefined } {
  let last: AbortSignal | undefined;
  const fetch = (_url: unknown, init?: RequestInit): Promise<Response> =>
    new Promise((_, reject) => {
      const signal = init?.signal ?? undefined;
      last = signal;
      signal?.addEventListener('abort', () => {
        reject(signal.reason as Error);
      });
    });
  const client = createClient({
    base: 'http://127.0.0.1/',
    fetch: fetch,
  });
  return { client, signal: () => last };
}

test('takes a server that accepts a burst and never answers for one that is away', async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const { client, signal } = hang();
  const small = client.keep({ key: '12345678', path: 'a.ipynb', trigger: 'save' });
  const caught = expect(small).rejects.toMatchObject({ code: 'server_away' });
  await vi.advanceTimersByTimeAsync(44_000);
  expect(signal()?.aborted).toBe(false);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(signal()?.aborted).toBe(true);
  await caught;
});

test('gives a large notebook the time that a slow connection needs', async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const { client, signal } = hang();
  const content = 'x'.repeat(10_000_000);
  const large = client.keep({ key: '12345678', path: 'a.ipynb', trigger: 'save', content });
  const caught = expect(large).rejects.toMatchObject({ code: 'server_away' });
  await vi.advanceTimersByTimeAsync(140_000);
  expect(signal()?.aborted).toBe(false);
  await vi.advanceTimersByTimeAsync(10_000);
  await caught;
});
