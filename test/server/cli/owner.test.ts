import { execFileSync, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { expect, onTestFinished, test } from 'vitest';

import { makeFolder, notebookText, writeInto } from '../scratch.js';
import { cellar, CELLAR, serve, start } from './cellar.js';

async function until(holds: () => boolean): Promise<void> {
  for (let tries = 0; tries < 200 && !holds(); tries += 1) await sleep(50);
  expect(holds()).toBe(true);
}

function isRunning(pid: number): boolean {
  try {
    return !/^State:\s*Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

test('the token of a killed server is not sent to whoever has its port now', async () => {
  const root = await makeFolder();
  await writeInto(root, 'a.ipynb', notebookText(['x']));
  const server = await serve(root);
  const stale = readFileSync(join(root, '.cellar/server.json'), 'utf8');
  await server.stop('SIGKILL');
  const heard: string[] = [];
  const stranger = createServer((request, response) => {
    heard.push(JSON.stringify(request.headers));
    response.end('{"status":"ok"}');
  });
  await new Promise<void>((resolve) => {
    stranger.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => {
    stranger.close();
  });
  const { port } = stranger.address() as AddressInfo;
  const address = { ...(JSON.parse(stale) as object), url: `http://127.0.0.1:${port}` };
  writeFileSync(join(root, '.cellar/server.json'), JSON.stringify(address));
  expect((await cellar(root, ['snapshot', 'a.ipynb', '--json'])).code).toBe(0);
  expect((await cellar(root, ['log', 'a.ipynb', '--json'])).code).toBe(0);
  expect(heard).toEqual([]);
});

test('two servers and ten commands at once on a fresh folder make one store and lose nothing', async () => {
  const root = await makeFolder();
  const names = Array.from({ length: 10 }, (_, index) => `n${index}.ipynb`);
  for (const name of names) await writeInto(root, name, notebookText([name], [name]));
  const servers = Promise.all([serve(root), serve(root)]);
  const ended = await Promise.all(names.map((name) => cellar(root, ['snapshot', name, '--json'])));
  await servers;
  expect(ended.map(({ code, err }) => [code, err])).toEqual(names.map(() => [0, '']));
  const ids = ended.map((each) => each.json<{ id: string }>().id);
  expect(new Set(ids).size).toBe(10);
  for (const id of ids) expect((await cellar(root, ['show', id, '--json'])).code).toBe(0);
  execFileSync('git', ['--git-dir', join(root, '.cellar/store.git'), 'fsck', '--full', '--strict']);
}, 120_000);

test('a command that is interrupted leaves no lock and no socket behind', async () => {
  const root = await makeFolder();
  const scratch = await makeFolder();
  await writeInto(root, 'big.ipynb', notebookText(['x'.repeat(20_000_000)]));
  const child = start(root, ['snapshot', 'big.ipynb', '--json'], { TMPDIR: scratch });
  const ended = new Promise((resolve) =>
    child.on('close', (_code, signal) => {
      resolve(signal);
    }),
  );
  await until(() => readdirSync(scratch).length > 0);
  child.kill('SIGINT');
  expect(await ended).toBe('SIGINT');
  expect(existsSync(join(root, '.cellar/lock'))).toBe(false);
  expect(readdirSync(scratch)).toEqual([]);
  expect((await cellar(root, ['snapshot', 'big.ipynb', '--json'])).code).toBe(0);
}, 60_000);

test.skipIf(process.platform !== 'linux')(
  'a server ends with its parent, also while nobody takes note of the parent’s end',
  async () => {
    const root = await makeFolder();
    // The outer process starts the parent and never waits for it, so that once killed it stays on as a zombie.
    const script = `
const { spawn } = require('node:child_process');
const parent = spawn('sh', ['-c', '"$0" "$1" serve --root "$2" --parent $$ >"$2/out" & echo $! >"$2/pid"; exec sleep 60', process.execPath, process.argv[1], process.argv[2]]);
require('node:fs').writeFileSync(process.argv[2] + '/parent', String(parent.pid));
process.on('SIGCHLD', () => undefined);
setInterval(() => undefined, 1000);
`;
    const outer = spawn(process.execPath, ['-e', script, CELLAR, root]);
    onTestFinished(() => {
      outer.kill('SIGKILL');
    });
    const read = (name: string): string =>
      existsSync(join(root, name)) ? readFileSync(join(root, name), 'utf8') : '';
    await until(() => read('out').includes('\n'));
    const [server, parent] = [Number(read('pid')), Number(read('parent'))];
    onTestFinished(() => {
      if (isRunning(server)) process.kill(server, 'SIGKILL');
    });
    outer.kill('SIGSTOP');
    process.kill(parent, 'SIGKILL');
    await until(() => !isRunning(server));
    expect(existsSync(`/proc/${parent}`)).toBe(true);
    expect(existsSync(join(root, '.cellar/lock'))).toBe(false);
  },
  60_000,
);
