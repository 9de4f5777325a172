import { join } from 'node:path';

import { isErrno } from '../../errors.js';
import { placeFile, syncFolder } from '../../store/disk/durable.js';
import { parseLoose } from '../../store/git/loose.js';
import type { GitObject } from '../../store/git/object.js';
import { rebuildIndex } from '../../store/git/rebuild-index.js';
import { salvagePack } from '../../store/git/salvage.js';
import type { DamagedFile } from '../../store/git/survey.js';
import { mendBit } from '../../store/one-bit.js';
import { put, type Mending } from './mending.js';
import { listNames } from '../../store/disk/list-names.js';

/** Written at once, in bytes. */
const PORTION = 16 * 1024 * 1024;
const ENDINGS = ['idx', 'pack', 'rev', 'bitmap', 'mtimes', 'keep', 'promisor'];

/**
 * Puts every damaged file of git's objects aside, having taken out of it what can still be had: so that git itself finds nothing
 * damaged, and what is missing may be put in the place. `isNeeded` tells which objects something leads to.
 */
export async function mendFiles(
  mending: Mending,
  files: readonly DamagedFile[],
  isNeeded: (oid: string) => boolean,
): Promise<void> {
  await adoptPacks(mending);
  const done = new Set<string>();
  for (const [index, file] of files.entries()) {
    mending.signal.throwIfAborted();
    mending.report({ what: 'damaged files', done: index, total: files.length });
    const name = /(pack-[0-9a-f]{40})\.(pack|idx)$/.exec(file.path)?.[1];
    if (file.kind === 'loose') await mendLoose(mending, file, isNeeded);
    else if (name === undefined || file.kind === 'extra') await dropExtra(mending, file);
    else if (!done.has(name)) {
      done.add(name);
      const isPackDamaged = files.some(({ kind, path }) => kind === 'pack' && path.includes(name));
      if (isPackDamaged) await emptyPack(mending, name, file.reason);
      else await mendIndex(mending, name, file.reason);
    }
  }
}

async function mendLoose(
  mending: Mending,
  { path, oids: [oid = ''], reason }: DamagedFile,
  isNeeded: (oid: string) => boolean,
): Promise<void> {
  const { store } = mending.history;
  const bytes = await readOr(store.disk.readFile(join(store.places.git, path)));
  const found =
    bytes === undefined ? undefined : await mendBit(bytes, (tried) => parseLoose(tried, oid));
  if (found !== undefined) {
    await mending.aside.copy(`store.git/${path}`, reason);
    await put(mending, [found]);
    mending.note(`store.git/${path}`, 'its one flipped bit was set right');
    return;
  }
  await mending.aside.move(`store.git/${path}`, reason);
  if (mending.sound.has(oid)) mending.note(`store.git/${path}`, 'another file has it whole');
  else if (!isNeeded(oid))
    mending.note(`store.git/${path}`, 'it was put aside, since nothing leads to it');
}

/** Packs without an index, as a repair that was ended leaves them, and those who write one. */
async function adoptPacks(mending: Mending): Promise<void> {
  const { places, disk } = mending.history.store;
  const folder = join(places.git, 'objects', 'pack');
  const names = new Set(await listNames(folder, disk, 'ENOTDIR'));
  for (const file of names) {
    const name = /^(pack-[0-9a-f]{40})\.pack$/.exec(file)?.[1];
    if (name === undefined || names.has(`${name}.idx`)) continue;
    const made = await rebuildIndex(join(folder, file), { disk, signal: mending.signal });
    if (made !== undefined) await placeIndex(mending, name, made);
  }
}

async function dropExtra({ aside, note }: Mending, { path, reason }: DamagedFile): Promise<void> {
  await aside.move(`store.git/${path}`, reason);
  note(`store.git/${path}`, 'it was put aside; git makes it anew when it wants to');
}

/** Made before the damaged one goes, so that at no moment more is lost than was. */
async function mendIndex(mending: Mending, name: string, reason: string): Promise<void> {
  const { places, disk } = mending.history.store;
  const pack = join(places.git, 'objects', 'pack', `${name}.pack`);
  const made = await rebuildIndex(pack, { disk, signal: mending.signal });
  if (made === undefined) {
    await emptyPack(mending, name, reason);
    return;
  }
  await dropTogether(mending, reason);
  await mending.aside.copy(`store.git/objects/pack/${name}.idx`, reason);
  await placeIndex(mending, name, made);
  mending.note(`store.git/objects/pack/${name}.idx`, 'it was made anew from its pack');
}

async function placeIndex(mending: Mending, name: string, made: Buffer): Promise<void> {
  const { places, disk } = mending.history.store;
  const folder = join(places.git, 'objects', 'pack');
  await placeFile(join(folder, `${name}.idx`), made, 0o444, disk);
  await syncFolder(folder, disk);
  // The old index may be open, and in memory.
  mending.repository.forget();
  for await (const each of salvagePack(places.git, name, { disk, signal: mending.signal }))
    if (each.kind === 'whole' && mending.sound.add(each.object.oid))
      mending.pool.visit(each.object);
}

/** Copies what a pack still gives into new ones; then it goes. */
async function emptyPack(mending: Mending, name: string, reason: string): Promise<void> {
  const { places, disk } = mending.history.store;
  const counts = { whole: 0, mended: 0, lost: 0 };
  let portion: GitObject[] = [];
  let bytes = 0;
  const flush = async (): Promise<void> => {
    await put(mending, portion);
    portion = [];
    bytes = 0;
  };
  for await (const each of salvagePack(places.git, name, { disk, signal: mending.signal })) {
    counts[each.kind] += 1;
    if (each.kind === 'lost') continue;
    portion.push(each.object);
    bytes += each.object.content.length;
    if (bytes > PORTION) await flush();
  }
  await flush();
  await dropTogether(mending, reason);
  for (const ending of ENDINGS)
    await mending.aside.move(`store.git/objects/pack/${name}.${ending}`, reason);
  const bits =
    counts.mended === 0 ? '' : `, ${counts.mended} of them after a flipped bit was set right`;
  mending.note(
    `store.git/objects/pack/${name}.pack`,
    `${counts.whole + counts.mended} objects were copied out of it${bits}`,
  );
}

/** An index over several packs would go on naming the one that goes. */
async function dropTogether({ aside, history }: Mending, reason: string): Promise<void> {
  const { places, disk } = history.store;
  for (const name of await listNames(join(places.git, 'objects', 'pack'), disk, 'ENOTDIR'))
    if (name.startsWith('multi-pack-index'))
      await aside.move(`store.git/objects/pack/${name}`, reason);
}

/** Undefined for a file that is gone, or that the disk cannot read. */
async function readOr(read: Promise<Buffer>): Promise<Buffer | undefined> {
  try {
    return await read;
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'EIO')) return undefined;
    throw error;
  }
}
