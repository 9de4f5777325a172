import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { rename, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';

import { expect, onTestFinished, test } from 'vitest';

import { CellarError } from '../../../server/errors.js';
import { nodeDisk, type Disk } from '../../../server/store/disk/disk.js';
import { openWorkspaceFiles } from '../../../server/store/workspace-files.js';
import { diskWith } from '../disk.js';
import { makeFolder } from '../scratch.js';

/** Exchanges a folder, and a file, for links that lead out of the workspace, and back, until it is ended. */
const SWAP = `
const fs = require('fs');
const [root, other] = process.argv.slice(1);
fs.symlinkSync(other, root + '/link');
fs.symlinkSync(other + '/a.ipynb', root + '/file-link');
console.log('ready');
for (;;) {
  try { fs.renameSync(root + '/in', root + '/aside'); fs.renameSync(root + '/link', root + '/in'); } catch {}
  try { fs.renameSync(root + '/in', root + '/link'); fs.renameSync(root + '/aside', root + '/in'); } catch {}
  try { fs.renameSync(root + '/a.ipynb', root + '/a.aside'); fs.renameSync(root + '/file-link', root + '/a.ipynb'); } catch {}
  try { fs.renameSync(root + '/a.ipynb', root + '/file-link'); fs.renameSync(root + '/a.aside', root + '/a.ipynb'); } catch {}
}
`;

test.skipIf(process.platform !== 'linux')(
  'a link that is swapped in meanwhile leads neither a read nor a write out of the workspace',
  async () => {
    const [root, other] = [await makeFolder(), await makeFolder()];
    mkdirSync(join(root, 'in'));
    for (const path of ['in/a.ipynb', 'a.ipynb']) writeFileSync(join(root, path), 'inside');
    writeFileSync(join(other, 'a.ipynb'), 'outside');
    const child = spawn(process.execPath, ['-e', SWAP, root, other], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    onTestFinished(() => {
      child.kill('SIGKILL');
    });
    await new Promise((resolve) => child.stdout.once('data', resolve));
    const files = openWorkspaceFiles(root);
    const seen = { done: 0, refused: 0 };
    for (let turn = 0; turn < 300; turn += 1)
      for (const path of ['in/a.ipynb', 'a.ipynb'])
        try {
          if (turn % 2 === 0) await files.write(path, Buffer.from('inside'));
          else {
            const bytes = await files.find(path);
            expect([undefined, 'inside']).toContain(bytes?.toString());
          }
          seen.done += 1;
        } catch (error) {
          // Refused in our words, or gone at that moment.
          if (
            !(error instanceof CellarError) &&
            (error as NodeJS.ErrnoException).code === undefined
          )
            throw error;
          seen.refused += 1;
        }
    child.kill('SIGKILL');
    expect(readFileSync(join(other, 'a.ipynb'), 'utf8')).toBe('outside');
    expect(readdirSync(other)).toEqual(['a.ipynb']);
    expect(seen.done).toBeGreaterThan(0);
    expect(seen.refused).toBeGreaterThan(0);
  },
  60_000,
);

test.skipIf(process.platform !== 'linux')(
  'nor does one that is swapped in before the opening, and back between two looks at it',
  async () => {
    const [root, other] = [await makeFolder(), await makeFolder()];
    const [folder, aside] = [join(root, 'in'), join(root, 'aside')];
    mkdirSync(folder);
    const real = join(folder, 'a.ipynb');
    writeFileSync(real, 'inside');
    writeFileSync(join(other, 'a.ipynb'), 'outside');
    let looks = 0;
    const open: Disk['open'] = async (...args) => {
      if (args[0] === real) {
        await rename(folder, aside);
        await symlink(other, folder);
      }
      return nodeDisk.open(...args);
    };
    const realpath = async (path: string): Promise<string> => {
      if (path === real) looks += 1;
      if (path === real && looks === 2) {
        await rm(folder);
        await rename(aside, folder);
      }
      return nodeDisk.realpath(path);
    };
    const disk = diskWith({ open, realpath: realpath as Disk['realpath'] });
    const reading = openWorkspaceFiles(root, disk).read('in/a.ipynb');
    await expect(reading).rejects.toMatchObject({ code: 'refused_path' });
  },
);

test.skipIf(process.platform !== 'linux').each(['lstat', 'mkdir'] as const)(
  'nor is a folder made out of it, when a link is swapped in just before an %s',
  async (name) => {
    const [root, other] = [await makeFolder(), await makeFolder()];
    mkdirSync(join(root, 'in'));
    let swaps = 0;
    const swapped = async (...args: unknown[]): Promise<unknown> => {
      if (String(args[0]).endsWith('new')) {
        if (swaps === 0) {
          await rename(join(root, 'in'), join(root, 'aside'));
          await symlink(other, join(root, 'in'));
        }
        swaps += 1;
      }
      return Reflect.apply(nodeDisk[name], nodeDisk, args);
    };
    const files = openWorkspaceFiles(root, diskWith({ [name]: swapped }));
    await expect(files.write('in/new/deep/a.ipynb', Buffer.from('x'))).rejects.toThrow();
    expect(swaps).toBeGreaterThan(0);
    expect(readdirSync(other)).toEqual([]);
  },
);

test('missing folders are made on the way to a file, but none in the place of one', async () => {
  const root = await makeFolder();
  const files = openWorkspaceFiles(root);
  expect(await files.write('a/b/c/d.ipynb', Buffer.from('x'))).toBe(true);
  expect(readFileSync(join(root, 'a/b/c/d.ipynb'), 'utf8')).toBe('x');
  await expect(files.write('a/b/c/d.ipynb/e.ipynb', Buffer.from('y'))).rejects.toThrow();
  expect(readFileSync(join(root, 'a/b/c/d.ipynb'), 'utf8')).toBe('x');
});
