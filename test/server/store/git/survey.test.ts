import { randomBytes } from 'node:crypto';
import { chmodSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { createStore, MAIN } from '../../../../server/store/create.js';
import { nodeDisk } from '../../../../server/store/disk/disk.js';
import { follow, type Unread } from '../../../../server/store/git/follow.js';
import { inspectRefs } from '../../../../server/store/git/inspect-refs.js';
import { OidSet } from '../../../../server/store/git/oid-set.js';
import { rebuildIndex } from '../../../../server/store/git/rebuild-index.js';
import { openRepository } from '../../../../server/store/git/repository-folder.js';
import type { Repository } from '../../../../server/store/git/repository.js';
import { surveyObjects, type Survey } from '../../../../server/store/git/survey.js';
import { toPlaces } from '../../../../server/store/places.js';
import { gitOn, type Git } from '../../git.js';
import { makeFolder } from '../../scratch.js';
import { partsOf } from './repository.contract.js';

async function openFilled(): Promise<{ repository: Repository; git: Git; gitdir: string }> {
  const places = toPlaces(await makeFolder());
  await createStore(places, Date.UTC(2026, 0, 1));
  const repository = openRepository(places.git);
  for (const text of ['one', 'two', 'three'])
    await repository.commit({ ref: MAIN, ...partsOf({ 'a/b.ipynb': text, 'c.ipynb': 'same' }) });
  return { repository, git: gitOn(places.git), gitdir: places.git };
}

function survey(gitdir: string): Promise<Survey> {
  const signal = new AbortController().signal;
  return surveyObjects(gitdir, { disk: nodeDisk, signal, report: () => undefined });
}

function flip(path: string, at: number): void {
  chmodSync(path, 0o644);
  const bytes = readFileSync(path);
  bytes[at] = (bytes[at] ?? 0) ^ 4;
  writeFileSync(path, bytes);
}

const packFile = (gitdir: string, ending: string): string =>
  join(
    gitdir,
    'objects/pack',
    readdirSync(join(gitdir, 'objects/pack')).find((name) => name.endsWith(ending)) ?? '',
  );

test('a set of names holds what a Set holds', () => {
  const names = Array.from({ length: 5_000 }, () => randomBytes(20).toString('hex'));
  const set = new OidSet();
  for (const name of [...names, ...names.slice(0, 100)]) set.add(name);
  expect(set.size).toBe(5_000);
  expect(names.every((name) => set.has(name))).toBe(true);
  expect(set.has(randomBytes(20).toString('hex'))).toBe(false);
  expect([...set.values()].sort()).toEqual([...names].sort());
});

describe('a survey of objects', () => {
  test('finds every object sound, loose and packed, as git does', async () => {
    const { git, gitdir } = await openFilled();
    const all = git('cat-file', '--batch-check=%(objectname)', '--batch-all-objects')
      .trim()
      .split('\n');
    for (const step of [() => '', () => git('repack', '-a', '-d', '-q')]) {
      step();
      const { sound, damaged } = await survey(gitdir);
      expect(damaged).toEqual([]);
      expect([...sound.values()].sort()).toEqual(all.sort());
    }
  });

  test('names a damaged loose object also where a pack has it whole', async () => {
    const { git, gitdir } = await openFilled();
    const blob = git('rev-parse', 'main:c.ipynb').trim();
    const path = `objects/${blob.slice(0, 2)}/${blob.slice(2)}`;
    git('repack', '-a', '-q');
    flip(join(gitdir, path), 12);
    const { sound, damaged } = await survey(gitdir);
    expect(damaged).toMatchObject([{ path, kind: 'loose', oids: [blob] }]);
    expect(sound.has(blob)).toBe(true);
  });

  test.each(['pack', 'idx'])(
    'names a damaged %s, wherever it is hit, and reads on',
    async (ending) => {
      const { git, gitdir } = await openFilled();
      git('repack', '-a', '-d', '-q');
      const path = packFile(gitdir, `.${ending}`);
      const whole = readFileSync(path);
      const all = (await survey(gitdir)).sound.size;
      for (let at = 0; at < whole.length; at += 23) {
        flip(path, at);
        const { sound, damaged } = await survey(gitdir);
        expect(damaged, `byte ${at}`).toMatchObject([
          {
            path: `objects/pack/${path.split('/').at(-1) ?? ''}`,
            kind: ending === 'pack' ? 'pack' : 'index',
          },
        ]);
        expect(sound.size).toBeLessThanOrEqual(all);
        writeFileSync(path, whole);
      }
    },
  );

  test('names what git only works faster with', async () => {
    const { git, gitdir } = await openFilled();
    git('repack', '-a', '-d', '-q', '-b');
    git('-c', 'core.commitGraph=true', 'commit-graph', 'write');
    flip(packFile(gitdir, '.bitmap'), 40);
    flip(join(gitdir, 'objects/info/commit-graph'), 40);
    const { damaged } = await survey(gitdir);
    expect(damaged.map(({ kind }) => kind)).toEqual(['extra', 'extra']);
  });
});

describe('the index of a pack', () => {
  test.each(['--delta-base-offset', '--no-delta-base-offset'])(
    'is made anew as git would, from a pack with %s',
    async (how) => {
      const { repository, git, gitdir } = await openFilled();
      const body = randomBytes(3_000).toString('hex');
      for (const end of ['a', 'b', 'c', 'd'])
        await repository.commit({ ref: MAIN, ...partsOf({ 'c.ipynb': body + end }) });
      const setting = `repack.useDeltaBaseOffset=${String(how === '--delta-base-offset')}`;
      git('-c', setting, 'repack', '-a', '-d', '-q');
      const path = packFile(gitdir, '.idx');
      const before = readFileSync(path);
      rmSync(path);
      const pack = path.replace('.idx', '.pack');
      const options = { disk: nodeDisk, signal: new AbortController().signal };
      expect((await rebuildIndex(pack, options))?.equals(before)).toBe(true);
      flip(packFile(gitdir, '.pack'), 90);
      expect(await rebuildIndex(pack, options)).toBeUndefined();
    },
  );
});

describe('refs', () => {
  test('are found loose and packed, and what is damaged of them costs no other', async () => {
    const { git, gitdir } = await openFilled();
    const head = git('rev-parse', 'main').trim();
    git('update-ref', 'refs/cellar/auto/2026-01-02', head);
    git('update-ref', 'refs/cellar/auto/2026-01-03', head);
    git('pack-refs', '--all');
    git('update-ref', MAIN, `${head}~1`);
    expect((await inspectRefs(gitdir, nodeDisk)).damaged).toEqual([]);
    writeFileSync(join(gitdir, MAIN), 'nothing');
    const packed = readFileSync(join(gitdir, 'packed-refs'), 'utf8');
    writeFileSync(
      join(gitdir, 'packed-refs'),
      packed.replace('auto/2026-01-02', 'auto/2026\t01-02'),
    );
    writeFileSync(join(gitdir, 'HEAD'), 'ref: refs/heads/mail\n');
    const { refs, damaged } = await inspectRefs(gitdir, nodeDisk);
    expect(damaged.map(({ path }) => path).sort()).toEqual(['HEAD', 'packed-refs', MAIN].sort());
    expect(damaged.find(({ path }) => path === 'packed-refs')?.reason).toContain('line 2');
    expect([...refs].sort((a, b) => (a.ref < b.ref ? -1 : 1))).toEqual([
      { ref: 'refs/cellar/auto/2026-01-03', oid: head, isLoose: false, packed: head },
      { ref: MAIN, oid: undefined, isLoose: true, packed: head },
    ]);
  });

  test('lead to what cannot be read, by commit and path, each once', async () => {
    const { repository, git, gitdir } = await openFilled();
    const gone = new Set([
      git('rev-parse', 'main:c.ipynb').trim(),
      git('rev-parse', 'main~1:a').trim(),
    ]);
    const head = git('rev-parse', 'main').trim();
    const found: Unread[] = [];
    const { commits } = await follow([[MAIN, head]], {
      repository,
      isSound: (oid) => Promise.resolve(!gone.has(oid)),
      unread: (each) => found.push(each),
    });
    expect(commits.size).toBe(4);
    expect(found.map(({ kind, path, commit }) => ({ kind, path, commit }))).toEqual([
      { kind: 'blob', path: 'c.ipynb', commit: head },
      { kind: 'tree', path: 'a', commit: git('rev-parse', 'main~1').trim() },
    ]);
    expect(gitdir).toBe(repository.gitdir);
  });
});
