import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { comparisonSchema } from '../../../contract/compare.js';
import { gitOn, type Git } from '../git.js';
import { makeFolder, notebookText, writeInto } from '../scratch.js';
import { cellar, CELLAR, serve, type Ended } from './cellar.js';

const SECRET = 'correct horse battery';

/** An environment in which no program is found: no git, no nice. */
async function withoutPrograms(): Promise<Readonly<Record<string, string>>> {
  const PATH = await makeFolder();
  expect(spawnSync('git', ['--version'], { env: { PATH } }).error).toBeDefined();
  return { PATH };
}

const isPacked = (root: string): boolean =>
  readdirSync(join(root, '.cellar/store.git/objects/pack')).some((name) => name.endsWith('.pack'));

const gitOf = (root: string): Git => gitOn(join(root, '.cellar/store.git'));

test('every command that works on the store does so without git', async () => {
  const environment = await withoutPrograms();
  const root = await makeFolder();
  const run = async (...args: readonly string[]): Promise<Ended> => {
    const ended = await cellar(root, args, environment);
    expect(`${args[0]} ${ended.code} ${ended.err}`).toMatch(new RegExp(`^${args[0]} 0 `));
    expect(ended.err).not.toMatch(/\bat .*\.js/);
    return ended;
  };
  await run('init');
  const ids: string[] = [];
  for (const n of [1, 2]) {
    await writeInto(root, 'a.ipynb', notebookText([`key = '${SECRET}' # ${n}`]));
    const kept = await run('snapshot', 'a.ipynb', '-m', `the ${n}`, '--json');
    ids.push(kept.json<{ id: string }>().id);
  }
  const [first = '', second = ''] = ids;
  // Only so that there are packs; the commands below do not have this git.
  gitOf(root)('repack', '-adq');
  expect(isPacked(root)).toBe(true);
  const log = (await run('log', 'a.ipynb', '--json')).json<{ snapshots: { id: string }[] }>();
  expect(log.snapshots.map(({ id }) => id)).toEqual([...ids].reverse());
  expect((await run('show', first, '--notebook')).out).toContain('# 1');
  expect((await run('diff', first, second)).out).toContain('# 2');
  await run('restore', second);
  expect(readFileSync(join(root, 'a.ipynb'), 'utf8')).toContain('# 2');
  expect((await run('verify', '--json')).json()).toMatchObject({ status: 'ok' });
  expect((await run('reindex', '--json')).json()).toMatchObject({ status: 'ok' });
  await run('gc', '--json');
  await run('export', '--all', 'out');
  expect(readdirSync(join(root, 'out'))).toContain('README.txt');
  const backup = join(await makeFolder(), 'backup');
  await run('backup', backup, '--json');
  const back = await makeFolder();
  await run('restore-backup', backup, '--root', back);
  expect((await run('show', first, '--notebook', '--root', back)).out).toContain('# 1');
  const purged = spawnSync(process.execPath, [CELLAR, 'purge', '--yes'], {
    ...{ cwd: root, input: SECRET, encoding: 'utf8' },
    env: { ...process.env, ...environment },
  });
  expect([purged.status, purged.stderr]).toEqual([0, expect.not.stringContaining('git')]);
  expect((await run('show', first, '--notebook')).out).toContain('[redacted: purged]');
  expect(gitOf(root)('fsck', '--full', '--strict', '--no-dangling')).toBe('');
  const all = gitOf(root)('cat-file', '--batch', '--batch-all-objects', '--buffer');
  expect(all).not.toContain(SECRET);
}, 120_000);

test('a server without git keeps, compares, verifies and purges', async () => {
  const environment = await withoutPrograms();
  const root = await makeFolder();
  const server = await serve(root, [], environment);
  const ask = async (method: string, path: string, body?: object): Promise<string> => {
    const headers = { authorization: `Bearer ${server.token}`, 'content-type': 'application/json' };
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    const answer = await fetch(`${server.url}/api/v1/${path}`, { method, headers, ...sent });
    const text = await answer.text();
    expect(`${path} ${answer.status}`, text).toBe(`${path} 200`);
    return text;
  };
  const ids: string[] = [];
  for (const n of [1, 2]) {
    const content = notebookText([`key = '${SECRET}' # ${n}`]);
    const body = { key: `key-${n}`.repeat(3), path: 'a.ipynb', content, trigger: 'manual' };
    const kept = JSON.parse(await ask('POST', 'bursts', body)) as { snapshot: { id: string } };
    ids.push(kept.snapshot.id);
  }
  const [base, head] = ids.map((id) => ({ kind: 'snapshot', id }));
  const compared = await ask('POST', 'compare', { base, head });
  expect(comparisonSchema.parse(JSON.parse(compared)).diff.cells.modified).toBe(1);
  expect(await ask('POST', 'verify')).toContain('"ok"');
  await ask('POST', 'purge', { texts: [SECRET], dryRun: false });
  expect(await ask('GET', `snapshots/${ids[0]}/notebook`)).toContain('[redacted: purged]');
  expect(await server.stop()).toBe(0);
  expect(gitOf(root)('fsck', '--full', '--strict', '--no-dangling')).toBe('');
}, 120_000);
