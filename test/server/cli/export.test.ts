import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { makeRepository } from '../checkout/repository.js';
import { makeFolder, notebookText, writeInto } from '../scratch.js';
import { cellar, start } from './cellar.js';

const READ_ZIP = `
import sys, zipfile, json
with zipfile.ZipFile(sys.argv[1]) as z:
    assert z.testzip() is None
    print(json.dumps({n: z.read(n).decode() for n in z.namelist()}))
`;

function readZip(path: string): Record<string, string> {
  const out = execFileSync('python3', ['-c', READ_ZIP, path], { encoding: 'utf8' });
  return JSON.parse(out) as Record<string, string>;
}

/** No program is found. */
const NO_GIT = { PATH: '/nonexistent' };

async function keepTwo(): Promise<string> {
  const root = await makeFolder();
  await writeInto(root, 'deep/train.ipynb', notebookText(['one']));
  await cellar(root, ['snapshot', 'deep/train.ipynb', '-m', 'first']);
  await writeInto(root, 'deep/train.ipynb', notebookText(['two']));
  await cellar(root, ['snapshot', 'deep/train.ipynb', '-m', 'second']);
  return root;
}

describe('cellar export', () => {
  test('writes a history into a folder and into a zip, byte for byte', async () => {
    const root = await keepTwo();
    const done = await cellar(root, ['export', 'deep/train.ipynb', 'out', '--json']);
    expect(done.json()).toMatchObject({ status: 'ok', versions: 2, target: join(root, 'out') });
    const folder = join(root, 'out/deep/train');
    const [first = '', second = '', ...rest] = readdirSync(folder).sort();
    expect(rest).toEqual(['history.csv', 'history.json']);
    expect(readFileSync(join(folder, first), 'utf8')).toBe(notebookText(['one']));
    expect(readFileSync(join(folder, second), 'utf8')).toBe(notebookText(['two']));
    await cellar(root, ['export', '--all', 'all.zip']);
    const zip = readZip(join(root, 'all.zip'));
    expect(Object.keys(zip).sort()).toEqual([
      'README.txt',
      ...[first, second, 'history.csv', 'history.json'].map((name) => `deep/train/${name}`),
    ]);
    expect(zip[`deep/train/${second}`]).toBe(notebookText(['two']));
    expect(readdirSync(root).filter((name) => /\.(new|old)$/.test(name))).toEqual([]);
  });

  test('leaves what is there unless it is told to replace it, and nothing behind when it fails', async () => {
    const root = await keepTwo();
    mkdirSync(join(root, 'out'));
    writeFileSync(join(root, 'out/mine.txt'), 'mine');
    writeFileSync(join(root, 'out.zip'), 'mine');
    for (const target of ['out', 'out.zip']) {
      const refused = await cellar(root, ['export', '--all', target, '--json']);
      expect([refused.code, refused.json()['code']]).toEqual([2, 'conflict']);
    }
    expect((await cellar(root, ['export', 'zzzzzzzz', 'new', '--json'])).json()).toMatchObject({
      code: 'not_found',
    });
    expect(existsSync(join(root, 'new'))).toBe(false);
    const other = await cellar(root, ['export', '--all', 'out', '--force', '--json']);
    expect(other.json()).toMatchObject({ code: 'conflict' });
    expect(readFileSync(join(root, 'out/mine.txt'), 'utf8')).toBe('mine');
    rmSync(join(root, 'out/mine.txt'));
    expect((await cellar(root, ['export', '--all', 'out'])).code).toBe(0);
    writeFileSync(join(root, 'out/stale.txt'), 'of the export before');
    expect((await cellar(root, ['export', '--all', 'out', '--force'])).code).toBe(0);
    expect(existsSync(join(root, 'out/stale.txt'))).toBe(false);
    expect((await cellar(root, ['export', '--all', 'out.zip', '--force'])).code).toBe(0);
    expect(readdirSync(root).sort()).toEqual(['.cellar', 'deep', 'out', 'out.zip']);
  });

  test.each(['.cellar', '.cellar/exported', '.', '..', '../..', '/'])(
    'never takes the place of %s, whatever it is told',
    async (target) => {
      const top = await makeFolder();
      const root = join(top, 'work');
      await writeInto(root, 'a.ipynb', notebookText(['one']));
      await cellar(root, ['snapshot', 'a.ipynb']);
      const before = readdirSync(top, { recursive: true }).length;
      for (const more of [[], ['--force']]) {
        const refused = await cellar(root, ['export', 'a.ipynb', target, '--json', ...more]);
        expect([refused.code, refused.json()['code']]).toEqual([2, 'bad_request']);
      }
      expect(readdirSync(top, { recursive: true })).toHaveLength(before);
      expect((await cellar(root, ['log', 'a.ipynb', '--json'])).json()['snapshots']).toHaveLength(
        1,
      );
    },
  );

  test('says in words where no folder can be made', async () => {
    const root = await keepTwo();
    for (const args of [
      ['export', '--all', '/proc/nowhere/out'],
      ['backup', '/proc/nowhere'],
      ['init', '--root', '/proc/nowhere'],
    ]) {
      const done = await cellar(root, [...args, '--json']);
      expect([done.code, done.json()['status']]).toEqual([2, 'error']);
    }
  });

  test('takes the files of runs along when asked', async () => {
    const root = await makeFolder();
    await writeInto(root, 'model.pkl', 'weights');
    const bundle = {
      'application/vnd.cellar.v1+json': {
        metrics: { accuracy: 0.9 },
        artifacts: [{ path: 'model.pkl', name: 'model.pkl' }],
      },
    };
    const output = { output_type: 'display_data', metadata: {}, data: bundle };
    await writeInto(
      root,
      'a.ipynb',
      notebookText(['train()']).replace('"outputs": []', `"outputs": [${JSON.stringify(output)}]`),
    );
    await cellar(root, ['snapshot', 'a.ipynb']);
    await cellar(root, ['export', 'a.ipynb', 'out.zip', '--artifacts']);
    const zip = readZip(join(root, 'out.zip'));
    const [path = ''] = Object.keys(zip).filter((name) => name.includes('/artifacts/'));
    expect(zip[path]).toBe('weights');
    const told = JSON.parse(zip['a/history.json'] ?? '') as {
      versions: { artifacts: { file: string }[] }[];
    };
    expect(`a/${told.versions[0]?.artifacts[0]?.file ?? ''}`).toBe(path);
    expect(zip['a/history.csv']).toContain('metric accuracy');

    // Another content under the same name, and the whole as a folder.
    await writeInto(root, 'model.pkl', 'other weights');
    await writeInto(
      root,
      'a.ipynb',
      notebookText(['train(2)']).replace(
        '"outputs": []',
        `"outputs": [${JSON.stringify(output).replace('0.9', '0.8')}]`,
      ),
    );
    await cellar(root, ['snapshot', 'a.ipynb']);
    expect((await cellar(root, ['export', 'a.ipynb', 'out', '--artifacts'])).code).toBe(0);
    const models = readdirSync(join(root, 'out/a'), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('model.pkl'))
      .map((name) => readFileSync(join(root, 'out/a', name), 'utf8'));
    expect(models.sort()).toEqual(['other weights', 'weights']);
  });
});

describe('cellar import', () => {
  test('brings the history of the repository around in, and a second time nothing', async () => {
    const repository = await makeRepository();
    await repository.commit('start', { 'a.ipynb': notebookText(['one']) });
    await repository.commit('go on', { 'a.ipynb': notebookText(['two']) });
    const done = await cellar(repository.folder, ['import', '--json']);
    expect(done.json()).toMatchObject({ status: 'ok', commits: 2, snapshots: 2, notebooks: 1 });
    const log = (await cellar(repository.folder, ['log', 'a.ipynb', '--json'])).json<{
      snapshots: { message: string; trigger: string }[];
    }>();
    expect(log.snapshots.map(({ message }) => message)).toEqual(['go on', 'start']);
    const again = await cellar(repository.folder, ['import', '--git', '.']);
    expect(again.out).toBe(
      'Brought in 0 versions of 1 notebook from 2 commits; 2 versions were here already.\n',
    );
    const elsewhere = await makeFolder();
    for (const args of [['import'], ['import', '--git', repository.folder, '--since', 'bogus']])
      expect((await cellar(elsewhere, [...args, '--json'])).json()).toMatchObject({
        code: 'bad_request',
      });
    expect(readdirSync(elsewhere)).toEqual(['.cellar']);
  });

  test('tells a folder that is gone from a git that is missing, with a store and without', async () => {
    const root = await makeFolder();
    const where = join(root, 'gone');
    const said = async (environment = {}): Promise<string> =>
      (await cellar(root, ['import', '--git', environment === NO_GIT ? root : where], environment))
        .err;
    for (const step of ['without', 'with']) {
      expect(await said(), step).toContain(`There is no folder ${where}`);
      expect(await said(NO_GIT), step).toContain('git could not be started: it is not installed');
      if (step === 'without') await cellar(root, ['init']);
    }
    await writeInto(root, 'file', 'x');
    expect((await cellar(root, ['import', '--git', 'file'])).err).toContain('is not a folder');
  });

  test('what came without its file is told as not in the workspace, not as deleted', async () => {
    const repository = await makeRepository();
    await repository.commit('start', { 'a.ipynb': notebookText(['one']) });
    const root = await makeFolder();
    await cellar(root, ['import', '--git', repository.folder]);
    expect((await cellar(root, ['log', 'a.ipynb'])).out).toContain(
      'a.ipynb  1 version, not in this workspace\n',
    );
    await writeInto(root, 'a.ipynb', notebookText(['two']));
    await cellar(root, ['snapshot', 'a.ipynb']);
    rmSync(join(root, 'a.ipynb'));
    expect((await cellar(root, ['log', 'a.ipynb'])).out).toContain(', deleted\n');
  });

  test('that is stopped says so in words, and leaves no server behind', async () => {
    const repository = await makeRepository();
    for (let at = 0; at < 40; at += 1)
      await repository.commit(`commit ${at}`, { 'a.ipynb': notebookText([`cell = ${at}`]) });
    const child = start(repository.folder, ['import']);
    let said = '';
    child.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()));
    const store = join(repository.folder, '.cellar/store.git/HEAD');
    while (!existsSync(store)) await new Promise((resolve) => setTimeout(resolve, 5));
    child.kill('SIGINT');
    await new Promise((resolve) => child.on('close', resolve));
    // Where it was quicker than the signal there was nothing to be said.
    expect(said).not.toMatch(/ at |Something went wrong|AbortError/);
    expect(said === '' || said.includes('Stopped. What was done until then is kept')).toBe(true);
  });

  test('that is killed goes on where it was', async () => {
    const repository = await makeRepository();
    for (let at = 0; at < 90; at += 1)
      await repository.commit(`commit ${at}`, {
        'a.ipynb': notebookText([`cell = ${at}`, 'same']),
      });
    const child = start(repository.folder, ['import']);
    await new Promise((resolve) => setTimeout(resolve, 700));
    child.kill('SIGKILL');
    await new Promise((resolve) => child.on('close', resolve));
    const done = (await cellar(repository.folder, ['import', '--json'])).json<{
      snapshots: number;
      known: number;
    }>();
    expect(done.snapshots + done.known).toBe(90);
    const log = (await cellar(repository.folder, ['log', 'a.ipynb', '--json'])).json<{
      snapshots: { message: string }[];
    }>();
    expect(log.snapshots.map(({ message }) => message)).toEqual(
      Array.from({ length: 90 }, (_, at) => `commit ${89 - at}`),
    );
    const git = ['--git-dir', join(repository.folder, '.cellar/store.git')];
    expect(execFileSync('git', [...git, 'fsck', '--full', '--strict'], { encoding: 'utf8' })).toBe(
      '',
    );
  });
});
