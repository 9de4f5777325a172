import { join } from 'node:path';

import { isErrno } from '../errors.js';
import { listAlternates } from '../store/git/leftovers.js';
import type { Store } from '../store/store.js';
import { isDamaged } from './purge-scan.js';
import { listNames } from '../store/disk/list-names.js';

/** Copies that no purge of this store can change, in words, the known ones by name. */
export async function listOutOfReach(store: Store): Promise<string[]> {
  const { places, disk } = store;
  const listAt = async (folder: string): Promise<readonly string[]> =>
    (await listNames(folder, disk, 'ENOTDIR')).map((name) => join(folder, name));
  const damaged = (await listAt(places.journal)).filter(isDamaged);
  const before = (await listAt(places.root)).filter((path) =>
    /[/\\][.]cellar[.]before-/.test(path),
  );
  const upgrades = await listAt(join(places.cellar, 'backups'));
  const repairs = await listAt(join(places.cellar, 'damaged'));
  return [
    ...(await listRemotes(store)).map((url) => `The repository at ${url}.`),
    ...(await listAlternates(places.git, disk)).map(
      (folder) => `${folder}, which the store borrows objects from.`,
    ),
    ...damaged.map((path) => `${path}, a part of the journal that was kept aside as damaged.`),
    ...before.map((path) => `${path}, the store as it was before a restore.`),
    ...upgrades.map((path) => `${path}, what an upgrade has put aside.`),
    ...repairs.map((path) => `${path}, what a repair has put aside.`),
    'Clones and mirrors of the store: delete them and make them anew.',
    'Backups: begin a new folder with "cellar backup", and delete the old one.',
    'The notebooks in the workspace, and the repository that they may be in.',
    'Exports: delete them and make them anew. Pages that are open follow by themselves.',
  ];
}

async function listRemotes({ places, disk }: Store): Promise<readonly string[]> {
  try {
    const config = await disk.readFile(join(places.git, 'config'), 'utf8');
    return [...config.matchAll(/^\s*url\s*=\s*(.+)$/gm)].map(([, url = '']) =>
      url.replace(/\/\/[^@/]*@/, '//').trim(),
    );
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return [];
    throw error;
  }
}
