import { execFileSync } from 'node:child_process';
import { get } from 'node:http';
import { hostname } from 'node:os';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { makeFolder, notebookText, writeInto } from '../scratch.js';
import { cellar, serve } from './cellar.js';

import { type Kept, type Log } from './answers.js';

describe('with a server on the store', () => {
  test('commands go to it and answer the same', async () => {
    const root = await makeFolder();
    await writeInto(root, 'a.ipynb', notebookText(['a']));
    const alone = (await cellar(root, ['snapshot', 'a.ipynb', '--json'])).json<Kept>();
    const server = await serve(root);
    expect((await cellar(root, ['snapshot', 'a.ipynb', '--json'])).json()).toEqual({
      ...alone,
      created: false,
    });
    await writeInto(root, 'a.ipynb', notebookText(['b']));
    const { id } = (await cellar(root, ['snapshot', 'a.ipynb', '--json'])).json<Kept>();
    const page = await fetch(`${server.url}/api/v1/snapshots/${id}`, {
      headers: { authorization: `Bearer ${server.token}` },
    });
    expect(await page.json()).toMatchObject({ id, author: { name: 'Ada' } });
    expect(await server.stop()).toBe(0);
    expect((await cellar(root, ['log', 'a.ipynb', '--json'])).json<Log>().snapshots).toHaveLength(
      2,
    );
  });

  test('a second server passes on to the first, and takes over when it is killed', async () => {
    const root = await makeFolder();
    await writeInto(root, 'a.ipynb', notebookText(['a']));
    const first = await serve(root);
    const second = await serve(root, ['--port', '0']);
    expect(second.url).not.toBe(first.url);
    const take = async (content: string): Promise<Response> => {
      await writeInto(root, 'a.ipynb', notebookText([content]));
      return fetch(`${second.url}/api/v1/snapshots`, {
        method: 'POST',
        headers: { authorization: `Bearer ${second.token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ path: 'a.ipynb' }),
      });
    };
    expect((await take('one')).status).toBe(200);
    await first.stop('SIGKILL');
    await expect.poll(async () => (await take('two')).status, { timeout: 10_000 }).toBe(200);
    const { snapshots } = (await cellar(root, ['log', 'a.ipynb', '--json'])).json<Log>();
    expect(snapshots).toHaveLength(2);
    expect(
      execFileSync(
        'git',
        [
          '--git-dir',
          join(root, '.cellar/store.git'),
          'fsck',
          '--full',
          '--strict',
          '--no-dangling',
        ],
        { encoding: 'utf8' },
      ),
    ).toBe('');
  });

  test('a second server lets a reviewer in by its own link, to read', async () => {
    const root = await makeFolder();
    await writeInto(root, 'a.ipynb', notebookText(['a']));
    await serve(root);
    const second = await serve(root, ['--port', '0']);
    const get = (path: string, headers: Record<string, string> = {}): Promise<Response> =>
      fetch(second.url + path, { headers, redirect: 'manual' });
    expect((await get('/healthz')).status).toBe(200);
    expect((await get('/')).headers.get('content-type')).toContain('text/html');
    expect((await get('/api/v1/workspace')).status).toBe(401);

    const opened = await get(second.login.slice(second.url.length));
    const cookie = opened.headers.get('set-cookie')?.split(';')[0] ?? '';
    expect([opened.status, cookie]).toEqual([303, expect.stringMatching(/^cellar_/)]);
    const workspace = await get('/api/v1/workspace', { cookie });
    expect([workspace.status, await workspace.json()]).toMatchObject([200, { root: null }]);
    const headers = { cookie, 'x-cellar-client': '1', 'content-type': 'application/json' };
    const body = JSON.stringify({ path: 'a.ipynb' });
    const write = await fetch(`${second.url}/api/v1/snapshots`, { method: 'POST', headers, body });
    expect(write.status).toBe(403);
    const foreign = await get('/api/v1/workspace', { cookie, origin: 'http://other.example' });
    expect(foreign.status).toBe(403);
  });

  test('listening on every address it answers for those of this machine, and for no other name', async () => {
    const root = await makeFolder();
    const server = await serve(root, ['--host', '0.0.0.0']);
    const { port } = new URL(server.url);
    const ask = (host: string): Promise<number | undefined> =>
      new Promise((resolve, reject) => {
        const headers = { host: `${host}:${port}` };
        get({ host: '127.0.0.1', port, path: '/api/v1/notebooks', headers }, (answer) => {
          answer.resume();
          resolve(answer.statusCode);
        }).on('error', reject);
      });
    expect(await ask(hostname())).toBe(401);
    expect(await ask('localhost')).toBe(401);
    expect(await ask('evil.example')).toBe(403);
  });

  test('it keeps its port from start to start, and ends with its parent', async () => {
    const root = await makeFolder();
    const first = await serve(root);
    await first.stop();
    const parent = (await import('node:child_process')).spawn(process.execPath, [
      '-e',
      'setInterval(() => {}, 1e6)',
    ]);
    const second = await serve(root, ['--parent', String(parent.pid)]);
    expect(second.url).toBe(first.url);
    const ended = new Promise((resolve) => second.process.on('close', resolve));
    parent.kill('SIGKILL');
    expect(await ended).toBe(0);
  });
});
