import { existsSync, mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { expect, test } from 'vitest';

import { MAIN } from '../../../server/store/create.js';
import { looseObjectPath } from '../../../server/store/git/loose.js';
import { gitOn } from '../git.js';
import { makeFolder, openTestStore } from '../scratch.js';
import { partsOf } from './git/repository.contract.js';

const HOURS_AGO = new Date(Date.now() - 2 * 60 * 60 * 1000);

function put(path: string, text: string, time?: Date): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  if (time !== undefined) utimesSync(path, time, time);
  return path;
}

test('an opening sweeps what killed writers left among the objects, and nothing else', async () => {
  const root = await makeFolder();
  const store = await openTestStore(root);
  const { blobs } = await store.repository.commit({ ref: MAIN, ...partsOf({ a: 'text' }) });
  await store.close();
  const objects = join(root, '.cellar/store.git/objects');
  const whole = looseObjectPath(objects, blobs.get('a') ?? '');
  const before = readFileSync(whole);
  const gone = [
    put(join(objects, 'ab/tmp_obj_0123456789abcdef'), 'half'),
    put(join(objects, 'pack/tmp_obj_0123456789abcdef'), 'half'),
    put(join(objects, 'ab/tmp_obj_xY12zq'), 'half', HOURS_AGO),
    put(join(objects, 'pack/tmp_pack_xY12zq'), 'half', HOURS_AGO),
    put(join(objects, 'pack/.tmp-77-pack-0123.idx'), 'half', HOURS_AGO),
    put(join(objects, 'ab', 'c'.repeat(38)), ''),
  ];
  const stays = [
    put(join(objects, 'ab/tmp_obj_aB34cd'), 'of a git that writes now'),
    put(join(objects, 'pack/tmp_pack_aB34cd'), 'of a git that writes now'),
    put(join(objects, 'pack/pack-0.keep'), ''),
  ];
  await (await openTestStore(root)).close();
  expect(gone.filter((path) => existsSync(path))).toEqual([]);
  expect(stays.filter((path) => existsSync(path))).toEqual(stays);
  expect(readFileSync(whole)).toEqual(before);
  expect(gitOn(join(root, '.cellar/store.git'))('fsck', '--full', '--strict')).toBe('');
});
