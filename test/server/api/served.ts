import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, request as openRequest, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

import { onTestFinished } from 'vitest';

import { openAccess, openWorkspace } from '../../../server/main/open.js';
import { AUTHOR, makeFolder, notebookText } from '../scratch.js';
import { buildWorkers } from '../work/built.js';

/** The owner's token. */
export const TOKEN = 'owner-token';
/** The narrow token that kernels inherit. */
export const KERNEL = 'kernel-token';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  json<Value = Record<string, unknown>>(): Value;
}

export interface Ask {
  readonly method?: string;
  readonly path: string;
  readonly body?: unknown;
  readonly raw?: string | Buffer;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Served {
  readonly root: string;
  readonly port: number;
  readonly link: (target?: string) => Promise<string>;
  readonly ask: (ask: Ask) => Promise<Answer>;
  /** As the owner. */
  readonly own: (method: string, path: string, body?: unknown) => Promise<Answer>;
}

/** The whole application on a workspace of its own, listening until the test ends; `report` hears of what nobody expected. */
export async function serve({
  report = (error) => {
    throw error;
  },
}: { readonly report?: (error: unknown) => void } = {}): Promise<Served> {
  const root = await makeFolder();
  const pageFolder = join(root, 'page-files');
  mkdirSync(pageFolder);
  writeFileSync(join(pageFolder, 'index.html'), '<!doctype html><title>Cellar</title>');
  let port = 0;
  const access = openAccess(
    { token: TOKEN, kernelToken: KERNEL, proxySecret: 'proxy-secret' },
    () => [`127.0.0.1:${port}`],
    () => port,
  );
  const workspace = await openWorkspace({
    root,
    author: AUTHOR,
    access,
    version: '0.0.0',
    pageFolder,
    workers: await buildWorkers(),
    link: () => `http://127.0.0.1:${port}/`,
    report,
  });
  const server = createServer(workspace.app);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  port = (server.address() as AddressInfo).port;
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await workspace.close();
  });
  const ask = (asked: Ask): Promise<Answer> => send(port, asked);
  const own = (method: string, path: string, body?: unknown): Promise<Answer> =>
    ask({ method, path, body, headers: { authorization: `Bearer ${TOKEN}` } });
  const link = async (target?: string): Promise<string> =>
    (await own('POST', 'api/v1/login-links', { target })).json<{ url: string }>().url;
  return { root, port, ask, own, link };
}

function send(port: number, { method = 'GET', path, body, raw, headers }: Ask): Promise<Answer> {
  const payload = raw ?? (body === undefined ? undefined : JSON.stringify(body));
  return new Promise((resolve, reject) => {
    const request = openRequest(
      {
        host: '127.0.0.1',
        port,
        method,
        path: `/${path}`,
        agent: false,
        headers: {
          ...(payload === undefined ? {} : { 'content-length': Buffer.byteLength(payload) }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            text,
            json: <Value>() => JSON.parse(text) as Value,
          });
        });
      },
    );
    request.on('error', reject);
    request.end(payload);
  });
}

/** What the extension sends at the end of a burst. */
export function burst(path: string, sources: readonly string[], more: object = {}): object {
  return {
    key: randomBytes(8).toString('hex'),
    path,
    trigger: 'run-all',
    content: notebookText(sources),
    ...more,
  };
}
