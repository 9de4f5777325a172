import { join } from 'node:path';

import { CellarError, isErrno } from '../../errors.js';
import { openObjectFolder } from '../../store/git/object-folder.js';
import { toObject, type GitObject } from '../../store/git/object.js';
import type { Objects } from '../../store/git/objects.js';
import type { Mending } from './mending.js';
import type { Source } from './source.js';
import { listNames } from '../../store/disk/list-names.js';

/** Folders deep in a workspace that are looked through for notebooks. */
const DEPTH = 32;

/** Objects in backups and clones, in what earlier repairs have put aside, and in stores that a restored backup took the place of. */
export const fromCopies: Source = async function* (mending, wanted) {
  const { disk } = mending.history.store;
  for (const gitdir of await listCopies(mending)) {
    const objects = openObjectFolder(gitdir, disk);
    try {
      for (const oid of wanted.keys()) {
        const object = await findOr(objects, oid);
        if (object !== undefined) yield { object, how: `copied from ${gitdir}` };
      }
    } finally {
      objects.close();
    }
  }
};

/** Repositories that may have the same objects. */
async function listCopies({ history, from }: Mending): Promise<readonly string[]> {
  const { places, disk } = history.store;
  const aside = join(places.cellar, 'damaged');
  const stores = [
    ...from,
    ...from.map((folder) => join(folder, '.cellar')),
    ...(await listNames(aside, disk, 'ENOTDIR', 'EACCES', 'EPERM')).map((name) =>
      join(aside, name),
    ),
    ...(await listNames(places.root, disk, 'ENOTDIR', 'EACCES', 'EPERM'))
      .filter((name) => name.startsWith('.cellar.before-'))
      .map((name) => join(places.root, name)),
  ];
  const all = [
    ...stores.map((folder) => join(folder, 'store.git')),
    // A clone, bare or with its working tree.
    ...from,
    ...from.map((folder) => join(folder, '.git')),
  ];
  const found: string[] = [];
  for (const gitdir of all)
    if ((await listNames(join(gitdir, 'objects'), disk, 'ENOTDIR', 'EACCES', 'EPERM')).length > 0)
      found.push(gitdir);
  return found;
}

async function findOr(objects: Objects, oid: string): Promise<GitObject | undefined> {
  try {
    return await objects.find(oid);
  } catch (error) {
    if (error instanceof CellarError || isErrno(error, 'ENOENT', 'EIO')) return undefined;
    throw error;
  }
}

/** Versions of notebooks in the person's own files: the newest ones are likely what stands there still. */
export const fromWorkspace: Source = async function* ({ history }, wanted) {
  const { files, catalog } = history.store;
  const blobs = [...wanted.values()].filter(({ kind }) => kind === 'blob');
  if (blobs.length === 0) return;
  // Where every one is known by its version, only files of those sizes are read.
  const sizes = new Set(blobs.map(({ row }) => row?.size));
  const isOpen = sizes.has(undefined);
  const found = await files.list('', DEPTH, (path) => path.endsWith('.ipynb'));
  const paths = new Set(
    found.filter(({ size }) => isOpen || sizes.has(size)).map(({ path }) => path),
  );
  for (const { path } of await catalog.notebooks()) paths.add(path);
  for (const path of paths) {
    const bytes = await files.find(path).catch((error: unknown) => {
      // What cannot be read there is no business of the store's.
      if (error instanceof CellarError) return undefined;
      throw error;
    });
    if (bytes !== undefined)
      yield {
        object: toObject('blob', bytes),
        how: `taken from the file ${path} of the workspace`,
      };
  }
};

/** Files of the store's own, as the catalog says they were. */
export const fromGuesses: Source = async function* ({ history }, wanted) {
  const { store, menders } = history;
  for (const { kind, path, oid } of wanted.values()) {
    if (kind !== 'blob') continue;
    for (const mender of menders)
      for await (const content of mender.guess(store, path)) {
        const object = toObject('blob', content);
        if (object.oid !== oid) continue;
        yield { object, how: 'made anew as the catalog says' };
        break;
      }
  }
};
