import { execFileSync, spawnSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';

import { describe, expect, onTestFinished, test } from 'vitest';

import { comparisonSchema } from '../../../contract/compare.js';
import { makeFolder, notebookText, writeInto } from '../scratch.js';
import { cellar, CELLAR, serve, type Server } from './cellar.js';

const SECRET = 'correct horse battery';

/** A folder can be shown at a second place, read-only, where mounting is allowed: as root, on Linux. */
const canMount =
  process.platform === 'linux' &&
  spawnSync('unshare', ['-m', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt']).status === 0;

/** The folder as whoever may not write it sees it. */
async function showReadOnly(folder: string): Promise<string> {
  const at = await makeFolder();
  execFileSync('mount', ['--bind', folder, at]);
  onTestFinished(() => {
    execFileSync('umount', ['-l', at]);
  });
  execFileSync('mount', ['-o', 'remount,ro,bind', at]);
  return at;
}

async function ask(
  { url, token }: Server,
  path: string,
  body?: object,
): Promise<{ readonly status: number; readonly text: string }> {
  const answer = await fetch(`${url}/api/v1/${path}`, {
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
  });
  return { status: answer.status, text: await answer.text() };
}

function purge(root: string): void {
  const args = [CELLAR, 'purge', '--yes', '--root', root];
  const { status } = spawnSync(process.execPath, args, { input: SECRET, encoding: 'utf8' });
  expect(status).toBe(0);
}

describe.skipIf(!canMount)('a server that may only read a store', () => {
  test('gives nothing any more of what another process has purged there', async () => {
    const root = await makeFolder();
    const ids: string[] = [];
    for (const n of [1, 2]) {
      await writeInto(root, 'a.ipynb', notebookText([`key = '${SECRET}' # ${n}`]));
      const kept = await cellar(root, ['snapshot', 'a.ipynb', '--json']);
      ids.push(kept.json<{ id: string }>().id);
    }
    const reader = await serve(await showReadOnly(root));
    const [base, head] = ids.map((id) => ({ kind: 'snapshot', id }));
    const compared = await ask(reader, 'compare', { base, head });
    const { key } = comparisonSchema.parse(JSON.parse(compared.text));
    const paths = [`compare/${key}/base`, `snapshots/${ids[0]}/notebook`];
    for (const path of paths) expect((await ask(reader, path)).text).toContain(SECRET);
    purge(root);
    const until = Date.now() + 20_000;
    while ((await ask(reader, paths[0] ?? '')).status === 200 && Date.now() < until)
      await sleep(100);
    for (const path of paths) expect((await ask(reader, path)).text).not.toContain(SECRET);
    expect((await ask(reader, paths[1] ?? '')).text).toContain('[redacted: purged]');
  });
});
