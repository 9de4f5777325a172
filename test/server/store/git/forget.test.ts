import { rmSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { createStore, MAIN } from '../../../../server/store/create.js';
import { openRepository } from '../../../../server/store/git/repository-folder.js';
import type { Repository } from '../../../../server/store/git/repository.js';
import { toPlaces } from '../../../../server/store/places.js';
import { gitOn } from '../../git.js';
import { makeFolder } from '../../scratch.js';
import { partsOf } from './repository.contract.js';

/** More than are read before git is asked. */
const MANY = 100;

async function countRead(repository: Repository, oids: readonly string[]): Promise<number> {
  let count = 0;
  for await (const read of repository.readMany(oids)) if (read.kind === 'object') count += 1;
  return count;
}

test('forgets what is in memory, and what it and its git hold open, of objects that are gone', async () => {
  const places = toPlaces(await makeFolder());
  await createStore(places, Date.UTC(2026, 0, 1));
  const repository = openRepository(places.git);
  const files = Object.fromEntries(
    Array.from({ length: MANY }, (_, at) => [`${at}`, `text ${at}`]),
  );
  const { commit, blobs } = await repository.commit({ ref: MAIN, ...partsOf(files) });
  gitOn(places.git)('repack', '-adq');
  const oids = [...blobs.values()];
  // Half of them come from memory, the others from the pack and from git.
  for (const oid of oids.slice(0, MANY / 2)) await repository.readBlob(oid);
  expect(await countRead(repository, oids)).toBe(MANY);
  rmSync(join(places.git, 'objects', 'pack'), { recursive: true });
  // This is what there is to forget: on a system that keeps open files, all of it can still be read.
  if (process.platform !== 'win32') expect(await countRead(repository, oids)).toBe(MANY);
  expect((await repository.readBlob(oids[0] ?? '')).toString()).toMatch(/^text/);
  repository.forget();
  expect(await countRead(repository, oids)).toBe(0);
  await expect(repository.readBlob(oids[0] ?? '')).rejects.toMatchObject({ code: 'store_damaged' });
  await expect(repository.readCommit(commit.oid)).rejects.toMatchObject({ code: 'store_damaged' });
  repository.close();
});
