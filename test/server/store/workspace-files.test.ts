import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';

import { describe, expect, onTestFinished, test } from 'vitest';

import { openArtifactFolder } from '../../../server/store/artifacts/artifact-folder.js';
import { openRegular } from '../../../server/store/disk/regular-file.js';
import { openWorkspaceFiles } from '../../../server/store/workspace-files.js';
import { makeFolder, writeInto } from '../scratch.js';

const ANY = (): boolean => true;

/** A socket's file, which goes when the test ends. */
async function listenAt(path: string): Promise<void> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(path, resolve);
  });
  onTestFinished(() => {
    server.close();
  });
}

describe('what is no file of bytes is refused at once', () => {
  test.skipIf(process.platform === 'win32')('a pipe that nobody writes to', async () => {
    const root = await makeFolder();
    execFileSync('mkfifo', [join(root, 'pipe.ipynb')]);
    const files = openWorkspaceFiles(root);
    await expect(files.read('pipe.ipynb')).rejects.toMatchObject({ code: 'not_a_notebook' });
    await expect(files.find('pipe.ipynb')).rejects.toMatchObject({ code: 'not_a_notebook' });
    const artifacts = openArtifactFolder(join(root, 'kept'));
    await expect(artifacts.addFile(join(root, 'pipe.ipynb'))).rejects.toMatchObject({
      code: 'not_a_notebook',
    });
  });

  test.skipIf(process.platform === 'win32')('a socket, a device, a folder', async () => {
    const root = await makeFolder();
    await listenAt(join(root, 'socket.ipynb'));
    mkdirSync(join(root, 'folder.ipynb'));
    const files = openWorkspaceFiles(root);
    for (const name of ['socket.ipynb', 'folder.ipynb'])
      await expect(files.read(name), name).rejects.toMatchObject({ code: 'not_a_notebook' });
    await expect(openRegular('/dev/zero', 'zero')).rejects.toMatchObject({
      code: 'not_a_notebook',
    });
  });
});

describe('a link', () => {
  test('that leads to itself or nowhere is refused by name', async () => {
    const root = await makeFolder();
    symlinkSync('loop.ipynb', join(root, 'loop.ipynb'));
    symlinkSync('nowhere.ipynb', join(root, 'dangling.ipynb'));
    const files = openWorkspaceFiles(root);
    for (const name of ['loop.ipynb', 'dangling.ipynb'])
      await expect(files.read(name)).rejects.toMatchObject({ code: 'refused_path' });
  });

  test('that leads out is refused for the file and for each folder above it', async () => {
    const [root, other] = [await makeFolder(), await makeFolder()];
    await writeInto(other, 'deep/a.ipynb', '{}');
    symlinkSync(join(other, 'deep/a.ipynb'), join(root, 'a.ipynb'));
    symlinkSync(other, join(root, 'out'));
    const files = openWorkspaceFiles(root);
    for (const name of ['a.ipynb', 'out/deep/a.ipynb', 'out/new.ipynb']) {
      await expect(files.find(name)).rejects.toMatchObject({ code: 'outside_workspace' });
      await expect(files.write(name, Buffer.from('x'))).rejects.toMatchObject({
        code: 'outside_workspace',
      });
    }
    expect(readFileSync(join(other, 'deep/a.ipynb'), 'utf8')).toBe('{}');
  });

  test('to .git is refused whatever its own name is', async () => {
    const root = await makeFolder();
    await writeInto(root, '.git/a.ipynb', '{}');
    symlinkSync('.git', join(root, 'innocent'));
    await expect(openWorkspaceFiles(root).read('innocent/a.ipynb')).rejects.toMatchObject({
      code: 'refused_path',
    });
  });

  test('put in the place of the file or of its folder after the path was checked is not followed', async () => {
    const [root, other] = [await makeFolder(), await makeFolder()];
    await writeInto(other, 'a.ipynb', 'secret');
    symlinkSync(join(other, 'a.ipynb'), join(root, 'a.ipynb'));
    symlinkSync(other, join(root, 'folder'));
    await expect(openRegular(join(root, 'a.ipynb'), 'a.ipynb')).rejects.toThrow(/ELOOP/);
    await expect(openRegular(join(root, 'folder/a.ipynb'), 'a.ipynb')).rejects.toMatchObject({
      code: 'refused_path',
    });
  });
});

test('a file keeps its permissions when it is written, whatever the umask', async () => {
  const root = await makeFolder();
  await writeInto(root, 'a.ipynb', 'old');
  chmodSync(join(root, 'a.ipynb'), 0o666);
  await openWorkspaceFiles(root).write('a.ipynb', Buffer.from('new'));
  expect(statSync(join(root, 'a.ipynb')).mode & 0o777).toBe(0o666);
  expect(readFileSync(join(root, 'a.ipynb'), 'utf8')).toBe('new');
});

test('a path too long for the system is refused by name', async () => {
  const root = await makeFolder();
  const path = `${`${'n'.repeat(250)}/`.repeat(18)}a.ipynb`;
  await expect(openWorkspaceFiles(root).read(path)).rejects.toMatchObject({ code: 'refused_path' });
});

test('lists what is wanted, three folders deep, past hidden folders and links', async () => {
  const root = await makeFolder();
  for (const path of ['a.pkl', 'x/y/z/b.pkl', 'x/y/z/w/deep.pkl', '.hidden/c.pkl', 'x/d.txt'])
    await writeInto(root, path, path);
  symlinkSync(root, join(root, 'again'));
  const files = await openWorkspaceFiles(root).list('', 3, (path) => path.endsWith('.pkl'));
  expect(files.map(({ path }) => path).sort()).toEqual(['a.pkl', 'x/y/z/b.pkl']);
});

test.skipIf(process.getuid?.() === 0)('a folder that may not be read is passed over', async () => {
  const root = await makeFolder();
  mkdirSync(join(root, 'locked'), { mode: 0o000 });
  writeFileSync(join(root, 'a.pkl'), 'a');
  onTestFinished(() => {
    chmodSync(join(root, 'locked'), 0o700);
  });
  expect(await openWorkspaceFiles(root).list('', 3, ANY)).toHaveLength(1);
});
