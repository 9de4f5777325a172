import { spawn, spawnSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { describe, expect, onTestFinished, test } from 'vitest';

import { gitOn } from '../git.js';
import { makeFolder, notebookText, writeInto } from '../scratch.js';
import { cellar, CELLAR, serve, type Server } from './cellar.js';

const UNSHARE = ['--pid', '--fork', '--kill-child', '--mount-proc'];
/** Whether processes can be given a numbering of their own here, as a container has: as root, on Linux. */
const canUnshare = spawnSync('unshare', [...UNSHARE, 'true']).status === 0;

interface Elsewhere {
  readonly url: string;
  readonly token: string;
  /** Sends a signal to the server itself, by its number here. */
  signal(name: NodeJS.Signals): void;
}

/** Starts `cellar serve` in a numbering of processes of its own: nobody here can ask for it by the number it knows. */
async function serveElsewhere(root: string): Promise<Elsewhere> {
  const child = spawn('unshare', [...UNSHARE, process.execPath, CELLAR, 'serve', '--root', root], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  const line = await new Promise<string>((resolve) => {
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (text.includes('\n')) resolve(text.slice(0, text.indexOf('\n')));
    });
  });
  const children = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8');
  const pid = Number(children.trim().split(' ')[0]);
  return {
    ...(JSON.parse(line) as { url: string; token: string }),
    signal: (name) => process.kill(pid, name),
  };
}

async function keep(server: Pick<Server, 'url' | 'token'>, source: string): Promise<Response> {
  return fetch(`${server.url}/api/v1/bursts`, {
    method: 'POST',
    headers: { authorization: `Bearer ${server.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      key: `key of ${source}`,
      path: 'a.ipynb',
      trigger: 'manual',
      content: notebookText([source]),
    }),
    signal: AbortSignal.timeout(60_000),
  });
}

interface Log {
  readonly snapshots: readonly { readonly id: string }[];
}

describe.skipIf(!canUnshare)('a server in a container', () => {
  test('that was killed is waited for in words, and its store taken over once it has long been silent', async () => {
    const root = await makeFolder();
    const server = await serveElsewhere(root);
    expect((await keep(server, 'x = 1')).status).toBe(200);
    const lock = JSON.parse(readFileSync(join(root, '.cellar/lock'), 'utf8')) as { pid: number };
    expect(lock.pid).toBeLessThan(10);
    server.signal('SIGKILL');
    await writeInto(root, 'a.ipynb', notebookText(['x = 2']));
    const start = performance.now();
    const kept = await cellar(root, ['snapshot', 'a.ipynb', '--json']);
    const took = performance.now() - start;
    expect(kept.err).toMatch(
      /in use by process \d+.*: no sign of life for \d+ s; it is taken over after 30 s/,
    );
    expect(kept.code).toBe(0);
    expect(took).toBeGreaterThan(29_000);
    expect(took).toBeLessThan(45_000);
    expect((await cellar(root, ['log', 'a.ipynb', '--json'])).json<Log>().snapshots).toHaveLength(
      2,
    );
  }, 120_000);

  test('that works is never taken over, and who cannot reach it is told where it is', async () => {
    const root = await makeFolder();
    const server = await serveElsewhere(root);
    await keep(server, 'x = 1');
    const beat = (): string => readFileSync(join(root, '.cellar/lock.beat'), 'utf8');
    const first = beat();
    await writeInto(root, 'a.ipynb', notebookText(['x = 2']));
    const refused = await cellar(root, ['snapshot', 'a.ipynb', '--json']);
    expect(refused.json()).toMatchObject({
      code: 'store_busy',
      message: expect.stringContaining('in another container') as string,
    });
    expect(beat()).not.toBe(first);
    expect((await keep(server, 'x = 3')).status).toBe(200);
  }, 120_000);

  test('that was paused until another took its store over writes nothing when it wakes, and passes on', async () => {
    const root = await makeFolder();
    const paused = await serveElsewhere(root);
    expect((await keep(paused, 'x = 1')).status).toBe(200);
    paused.signal('SIGSTOP');
    const second = await serve(root);
    const before = await fetch(`${second.url}/healthz`);
    expect(before.status).toBe(503);
    expect(await before.json()).toMatchObject({ code: 'server_away' });
    await expect
      .poll(async () => (await fetch(`${second.url}/healthz`)).status, {
        timeout: 60_000,
        interval: 500,
      })
      .toBe(200);
    expect((await keep(second, 'x = 2')).status).toBe(200);
    paused.signal('SIGCONT');
    // At once, before it can have noticed by itself: what it is asked to keep is refused, or passed on to the owner.
    const early = await keep(paused, 'x = 3').catch(() => undefined);
    expect([200, 503, undefined]).toContain(early?.status);
    await sleep(5_000);
    const refs = gitOn(join(root, '.cellar/store.git'))('show-ref');
    // From its own numbering it cannot reach the owner by number, so it says so; but it has written nothing.
    const late = await keep(paused, 'x = 4').catch(() => undefined);
    expect(late?.status).toBe(503);
    expect(gitOn(join(root, '.cellar/store.git'))('show-ref')).toBe(refs);
    const { snapshots } = (await cellar(root, ['log', 'a.ipynb', '--json'])).json<Log>();
    expect(snapshots).toHaveLength(early?.status === 200 ? 3 : 2);
    expect((await cellar(root, ['verify'])).code).toBe(0);
  }, 180_000);
});

test('an owner that is paused keeps its store: who asks is told, and nothing is taken', async () => {
  const root = await makeFolder();
  const server = await serve(root);
  await keep(server, 'x = 1');
  await writeInto(root, 'a.ipynb', notebookText(['x = 2']));
  server.process.kill('SIGSTOP');
  const relay = await serve(root);
  const answer = keep(relay, 'x = 3');
  await sleep(1_000);
  const { ino } = statSync(join(root, '.cellar/lock'));
  const refused = await answer;
  expect(refused.status).toBe(503);
  expect(await refused.json()).toMatchObject({ code: 'server_away' });
  expect(statSync(join(root, '.cellar/lock')).ino).toBe(ino);
  server.process.kill('SIGCONT');
  expect((await keep(relay, 'x = 4')).status).toBe(200);
}, 120_000);
