import { mkdirSync, writeFileSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { createStore, MAIN } from '../../../../server/store/create.js';
import { nodeDisk, type Disk } from '../../../../server/store/disk/disk.js';
import { looseObjectPath } from '../../../../server/store/git/loose.js';
import { openRepository } from '../../../../server/store/git/repository-folder.js';
import { toPlaces } from '../../../../server/store/places.js';
import { diskThatFailsReads, diskWith, errno } from '../../disk.js';
import { gitOn } from '../../git.js';
import { makeFolder } from '../../scratch.js';
import { partsOf } from './repository.contract.js';

async function makeRepository(): Promise<{ gitdir: string; oid: string }> {
  const places = toPlaces(await makeFolder());
  await createStore(places, Date.UTC(2026, 0, 1));
  const repository = openRepository(places.git);
  const { blobs } = await repository.commit({ ref: MAIN, ...partsOf({ a: 'what was kept' }) });
  repository.close();
  return { gitdir: places.git, oid: blobs.get('a') ?? '' };
}

test('an object is not called damaged while the pack that has it whole cannot be opened', async () => {
  const { gitdir, oid } = await makeRepository();
  gitOn(gitdir)('repack', '-a', '-d', '-q');
  const loose = looseObjectPath(join(gitdir, 'objects'), oid);
  mkdirSync(join(loose, '..'), { recursive: true });
  writeFileSync(loose, 'rubbish');
  let isFull = true;
  const open = (...args: Parameters<Disk['open']>): ReturnType<Disk['open']> =>
    isFull && String(args[0]).includes('/pack/')
      ? Promise.reject(errno('EMFILE', String(args[0])))
      : nodeDisk.open(...args);
  const repository = openRepository(gitdir, diskWith({ open }));
  await expect(repository.readBlob(oid)).rejects.toMatchObject({ code: 'EMFILE' });
  isFull = false;
  expect((await repository.readBlob(oid)).toString()).toBe('what was kept');
  repository.close();
});

test('what a repository borrows from is asked for again where it could not be read at first', async () => {
  const { gitdir, oid } = await makeRepository();
  const lender = join(await makeFolder(), 'objects');
  const at = looseObjectPath(lender, oid);
  mkdirSync(join(at, '..'), { recursive: true });
  await copyFile(looseObjectPath(join(gitdir, 'objects'), oid), at);
  const { gitdir: borrower } = await makeRepository();
  await nodeDisk.rm(looseObjectPath(join(borrower, 'objects'), oid));
  mkdirSync(join(borrower, 'objects', 'info'), { recursive: true });
  writeFileSync(join(borrower, 'objects', 'info', 'alternates'), `${lender}\n`);
  let code: string | undefined = 'EMFILE';
  const disk = diskThatFailsReads(
    (path) => path.endsWith('alternates'),
    () => code,
  );
  const repository = openRepository(borrower, disk);
  await expect(repository.readBlob(oid)).rejects.toMatchObject({ code: 'EMFILE' });
  code = undefined;
  expect((await repository.readBlob(oid)).toString()).toBe('what was kept');
  repository.close();
});
