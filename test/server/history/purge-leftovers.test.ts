import { execFileSync } from 'node:child_process';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import type { Purged } from '../../../contract/purge.js';
import type { History } from '../../../server/history/history.js';
import { purge } from '../../../server/history/purge.js';
import { FaultyDisk } from '../../faults/faulty-disk.js';
import { isChange, type Call } from '../../faults/interpose.js';
import { endBoot } from '../../faults/power-cut.js';
import { openSession } from '../../faults/session.js';
import { makeFolder, openTestHistory } from '../scratch.js';
import { gitOf, keep } from './kept.js';

const SECRET = 'hunter2hunter2';

function run(history: History, dryRun = false): Promise<Purged> {
  return purge(history, { texts: [SECRET], dryRun, signal: new AbortController().signal });
}

async function fill(): Promise<History> {
  const history = await openTestHistory();
  await keep(history, 'a.ipynb', [`key = '${SECRET}'`]);
  await keep(history, 'a.ipynb', ['x']);
  return history;
}

function objects({ store }: History): string {
  const args = ['--git-dir', store.places.git, 'cat-file', '--batch', '--batch-all-objects'];
  return execFileSync('git', args).toString('utf8');
}

test('what a log of a ref leads to goes with the rest', async () => {
  const history = await fill();
  const git = gitOf(history);
  git('config', 'core.logAllRefUpdates', 'true');
  git('update-ref', '-m', `of ${SECRET}`, 'refs/heads/other', 'main');
  git('update-ref', '-m', 'back', 'refs/heads/other', 'main~1');
  await keep(history, 'a.ipynb', ['y']);
  git('repack', '-a', '-d', '-q');
  expect((await run(history)).left).toEqual([]);
  expect(objects(history)).not.toContain(SECRET);
  git('fsck', '--full', '--strict');
});

test('graphs of commits, indexes over packs and unfinished packs go, so that git finds all whole', async () => {
  const history = await fill();
  const git = gitOf(history);
  git('gc', '-q');
  git('commit-graph', 'write', '--reachable');
  git('multi-pack-index', 'write');
  const folder = join(history.store.places.git, 'objects', 'pack');
  const pack = (await readdir(folder)).find((name) => name.endsWith('.pack')) ?? '';
  for (const name of ['.tmp-1234-pack-0123.pack', 'tmp_pack_1234'])
    await writeFile(join(folder, name), await readFile(join(folder, pack)));
  expect((await run(history)).left).toEqual([]);
  const names = await readdir(folder);
  expect(names.filter((name) => /tmp|multi/.test(name))).toEqual([]);
  expect(git('fsck', '--full', '--strict')).toBe('');
});

test('a linked work tree, an index and a HEAD at a commit are refused before anything is changed', async () => {
  const history = await fill();
  const git = gitOf(history);
  const heads = await history.store.repository.listRefs('refs/');
  const head = await readFile(join(history.store.places.git, 'HEAD'), 'utf8');
  const tree = join(await makeFolder(), 'tree');
  git('worktree', 'add', '-q', '--detach', tree, 'main');
  const refused = async (part: string): Promise<void> => {
    for (const dryRun of [true, false])
      await expect(run(history, dryRun)).rejects.toMatchObject({
        code: 'bad_request',
        message: expect.stringContaining(part) as string,
      });
  };
  await refused(`git worktree remove --force ${tree}`);
  git('worktree', 'remove', '--force', tree);
  await writeFile(join(history.store.places.git, 'index'), '');
  await refused('index');
  execFileSync('rm', [join(history.store.places.git, 'index')]);
  git('update-ref', '--no-deref', 'HEAD', 'main');
  await refused('HEAD');
  await writeFile(join(history.store.places.git, 'HEAD'), head);
  expect(await history.store.repository.listRefs('refs/')).toEqual(heads);
  expect((await run(history)).left).toEqual([]);
});

test('copies that lie beside the store are named one by one', async () => {
  const history = await fill();
  const { places } = history.store;
  const other = join(await makeFolder(), 'objects');
  await mkdir(other);
  await writeFile(join(places.git, 'objects', 'info', 'alternates'), `${other}\n`);
  const paths = [
    join(places.root, '.cellar.before-2026-11-23'),
    join(places.cellar, 'backups', 'format-1-2026-11-23'),
  ];
  for (const path of paths) await mkdir(path, { recursive: true });
  await mkdir(places.journal, { recursive: true });
  const damaged = join(places.journal, '1.ndjson.damaged');
  await writeFile(damaged, SECRET);
  const { outOfReach, left } = await run(history);
  for (const path of [...paths, damaged, other])
    expect(outOfReach.find((each) => each.startsWith(path))).toBeDefined();
  // Open pages are told of a purge, and ask anew.
  expect(outOfReach.join('\n')).not.toMatch(/reload/);
  expect(left).toEqual([]);
});

test('what still holds the text afterwards is named', async () => {
  const history = await fill();
  gitOf(history)('update-ref', `refs/heads/of-${SECRET}`, 'main');
  await mkdir(history.store.places.journal, { recursive: true });
  const file = join(history.store.places.journal, 'left.ndjson');
  await writeFile(file, SECRET);
  expect((await run(history)).left).toEqual([`the name of refs/heads/of-${SECRET}`, file]);
});

/** What was set, with the secret in it and without. */
const SETTINGS = {
  spaceLimit: 5_000_000,
  artifactGlobs: [`out/${SECRET}/*.pkl`, '*.pt'],
  noisePatterns: [
    { kind: 'mine', pattern: SECRET },
    { kind: 'other', pattern: 'b+' },
  ],
  secrets: { sources: 'refuse', allowed: ['0123456789abcdef'], patterns: [] },
} as const;

test('what is set here is without the text afterwards, also where the purge ends behind its marker', async () => {
  for (const dies of [false, true]) {
    const root = join(await makeFolder(), 'before');
    await mkdir(root);
    const faulty = new FaultyDisk(undefined);
    const { history, operating } = await openSession(root, { disk: faulty.disk });
    await keep(history, 'a.ipynb', ['x']);
    const { store } = history;
    const { artifactGlobs, noisePatterns, ...others } = SETTINGS;
    await operating.writeSettings({
      ...{ spaceLimit: others.spaceLimit, artifactGlobs: [...artifactGlobs] },
      ...{ noisePatterns: [...noisePatterns] },
      secrets: { sources: 'refuse', allowed: [...others.secrets.allowed], patterns: [] },
    });
    await operating.writePaused({
      notebooks: [`in/${SECRET}.ipynb`, 'b.ipynb'],
      folders: [SECRET],
    });
    await operating.noteImported(`/home/${SECRET}/repo`, 'a'.repeat(40));
    await operating.noteImported('/home/repo', 'b'.repeat(40));
    expect(await run(history, true)).toMatchObject({ settings: 3, snapshots: { count: 0 } });
    const marker = join(store.places.state, 'purge.json');
    let isBehind = false;
    const matches = (call: Call): boolean => {
      const isWanted = isBehind && isChange(call);
      isBehind ||= call.kind === 'rename' && call.args[1] === marker;
      return isWanted;
    };
    if (dies) faulty.plan = { fault: { kind: 'die' }, matches, at: 1, lasting: true };
    await Promise.race([run(history).then(({ left }) => left), faulty.death]);
    if (dies) expect(await readFile(marker, 'utf8')).not.toContain(SECRET);
    else await store.close();
    await endBoot(root);
    const after = join(root, '..', 'after');
    await rename(root, after);
    const next = await openSession(after);
    expect(await next.operating.readSettings()).toEqual({
      ...SETTINGS,
      artifactGlobs: ['*.pt'],
      noisePatterns: [{ kind: 'other', pattern: 'b+' }],
    });
    expect(await next.operating.readPaused()).toEqual({
      ...{ notebooks: ['in/[purged].ipynb', 'b.ipynb'], folders: ['[purged]'] },
    });
    expect(await next.operating.findImported('/home/repo')).toBe('b'.repeat(40));
    const files = await readdir(next.history.store.places.state);
    for (const name of files)
      expect(await readFile(join(next.history.store.places.state, name), 'utf8')).not.toContain(
        SECRET,
      );
    await next.close();
  }
});

test("what git's settings and other files of the state hold is named", async () => {
  const history = await fill();
  const { git, state } = history.store.places;
  gitOf(history)('remote', 'add', 'origin', `https://me:${SECRET}@example.org/a.git`);
  await writeFile(join(state, 'later.txt'), `a ${SECRET}`);
  expect((await run(history)).left).toEqual([join(state, 'later.txt'), join(git, 'config')]);
});
