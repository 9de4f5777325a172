import { randomBytes } from 'node:crypto';
import { join } from 'node:path';

import type { Progress } from '../../../contract/progress.js';
import { CellarError, toStorageError } from '../../errors.js';
import type { Disk } from '../disk/disk.js';
import { makeFolder, syncFolder, writeDurable } from '../disk/durable.js';
import { CUTS } from '../git/cuts.js';
import { openRepository } from '../git/repository-folder.js';
import { parseLines } from '../journal/line.js';
import { journalPath } from '../journal/journal-file.js';
import { describeHolder } from '../lock-holder.js';
import { tryLock, type HeldLock } from '../lock.js';
import { toPlaces, type Places } from '../places.js';
import { writeRepositoryFiles } from './back-up.js';
import { copyChecked } from './checked-copy.js';
import { checkOutside } from './folder.js';
import { LISTS, parseKept, proofOf, type KeptFile } from './kept-files.js';
import { findManifest, readSetFile, type Manifest } from './manifest.js';
import { READY, UNFINISHED, finishRestore } from './finish-restore.js';
import { listNames } from '../disk/list-names.js';

export interface RestoreOptions {
  /** The backup's folder and the workspace's root, absolute. */
  readonly folder: string;
  readonly root: string;
  /** Moves a store that is there aside; without it such a one is left alone. */
  readonly force: boolean;
  readonly now: () => number;
  readonly disk: Disk;
  readonly report?: (progress: Progress) => void;
  readonly signal?: AbortSignal;
}

/** What was restored; `before` is where the store that had been there is now. */
export interface RestoredBackup {
  readonly made: string;
  readonly refs: number;
  readonly artifacts: number;
  readonly records: number;
  readonly before: string | undefined;
}

/**
 * Puts the last whole backup of a folder in the place of a workspace's store, each file proven as it is copied. Until all of it is
 * there and synced, what was there stays. Throws store_missing for a folder without a backup, store_damaged for one that is not
 * whole, conflict where a store is there, store_busy while somebody uses it.
 */
export async function restoreBackup(options: RestoreOptions): Promise<RestoredBackup> {
  const { folder, root, disk } = options;
  const places = toPlaces(root);
  try {
    const manifest = await findManifest(folder, disk);
    if (manifest === undefined)
      throw new CellarError(
        'store_missing',
        `${folder} holds no whole backup. "cellar backup" makes one.`,
        { path: folder },
      );
    await checkOutside(folder, places.cellar, disk);
    await makeFolder(root, disk);
    await finishRestore(root, disk);
    const lock = await claimPlace(places, options);
    try {
      const fresh = await fill(manifest, options);
      const before = await exchange(places, fresh, { ...options, wasThere: lock !== undefined });
      const { refs, artifacts, records } = fresh;
      return { made: manifest.made, refs, artifacts, records, before };
    } finally {
      await lock?.release();
    }
  } catch (error) {
    throw toStorageError(error, root);
  }
}

/** Makes sure that nobody uses what is there; undefined where there is nothing. */
async function claimPlace(
  places: Places,
  { force, disk }: RestoreOptions,
): Promise<HeldLock | undefined> {
  const names = await listNames(places.cellar, disk, 'ENOTDIR');
  if (names.length === 0) return undefined;
  if (!force)
    throw new CellarError(
      'conflict',
      `${places.cellar} holds a store already. With --force it is moved aside first, to .cellar.before-….`,
      { path: places.cellar },
    );
  const attempt = await tryLock(places.lock, { disk });
  if (attempt.kind === 'held') {
    attempt.lock.beat(() => undefined);
    return attempt.lock;
  }
  throw new CellarError(
    'store_busy',
    `The store at ${places.cellar} is in use by ${describeHolder(attempt.holder)}. End it first.`,
    { path: places.cellar },
  );
}

interface Filled {
  readonly path: string;
  readonly refs: number;
  readonly artifacts: number;
  readonly records: number;
}

/** Builds the store beside the place where it goes. Nothing of it stays when that fails. */
async function fill(manifest: Manifest, options: RestoreOptions): Promise<Filled> {
  const { folder, root, disk } = options;
  for (const name of await listNames(root, disk, 'ENOTDIR'))
    if (UNFINISHED.test(name)) await disk.rm(join(root, name), { recursive: true, force: true });
  const path = join(root, `.cellar.new-${randomBytes(6).toString('hex')}`);
  try {
    await writeDurable(join(path, '.gitignore'), '*\n', undefined, disk);
    const read = async (name: string): Promise<Buffer> => {
      const file = manifest.files.find((each) => each.path === name);
      return file === undefined
        ? Buffer.alloc(0)
        : readSetFile(join(folder, manifest.set), file, disk);
    };
    const objects = parseKept(await read(LISTS.objects));
    const artifacts = parseKept(await read(LISTS.artifacts));
    await copyKept([...objects, ...artifacts], path, options);
    const git = join(path, 'store.git');
    await writeRepositoryFiles(git, manifest.refs, disk);
    await makeFolder(join(path, 'artifacts', 'sha256'), disk);
    await makeFolder(join(git, 'lfs'), disk);
    const link = join(git, 'lfs', 'objects');
    await disk.symlink(join('..', '..', 'artifacts', 'sha256'), link, 'dir');
    const cuts = await read(CUTS);
    if (cuts.length > 0) await writeDurable(join(git, CUTS), cuts, undefined, disk);
    await checkTips(git, manifest, disk);
    for (const { path: name } of manifest.files)
      if (name.startsWith('state/'))
        await writeDurable(join(path, name), await read(name), 0o600, disk);
    const journal = await read('journal.ndjson');
    const { lines } = parseLines(journal);
    const first = lines[0]?.record.number;
    if (first !== undefined)
      await writeDurable(journalPath(join(path, 'journal'), first), journal, 0o600, disk);
    await syncTree(path, disk);
    await writeDurable(join(path, READY), '', 0o600, disk);
    const refs = Object.keys(manifest.refs).length;
    return { path, refs, artifacts: artifacts.length, records: lines.length };
  } catch (error) {
    await disk.rm(path, { recursive: true, force: true });
    throw error;
  }
}

async function copyKept(
  files: readonly KeptFile[],
  to: string,
  { folder, disk, report, signal }: RestoreOptions,
): Promise<void> {
  const total = files.reduce((sum, { size }) => sum + size, 0);
  let done = 0;
  for (const { path, size } of files) {
    signal?.throwIfAborted();
    const from = join(folder, path);
    const facts = await disk.stat(from).catch(() => undefined);
    const isWhole =
      facts?.size === size &&
      (await copyChecked(from, join(to, path), proofOf(path), { disk, signal }));
    if (!isWhole)
      throw new CellarError(
        'store_damaged',
        `${from} is missing or damaged: this backup cannot be restored whole. Nothing was changed.`,
        { path: from },
      );
    done += size;
    report?.({ what: 'bytes', done, total });
  }
}

async function checkTips(gitdir: string, manifest: Manifest, disk: Disk): Promise<void> {
  const repository = openRepository(gitdir, disk);
  try {
    for (const oid of Object.values(manifest.refs)) await repository.readCommit(oid);
  } finally {
    repository.close();
  }
}

async function syncTree(folder: string, disk: Disk): Promise<void> {
  for (const entry of await disk.readdir(folder, { withFileTypes: true }))
    if (entry.isDirectory()) await syncTree(join(folder, entry.name), disk);
  await syncFolder(folder, disk);
}

/**
 * Puts the fresh store in its place; `wasThere` says that one was there when this began, of which the lock is ours. Two renames: ended between them, the next who opens
 * the workspace makes the second (see finishRestore).
 */
async function exchange(
  places: Places,
  fresh: Filled,
  { root, now, disk, wasThere }: RestoreOptions & { readonly wasThere: boolean },
): Promise<string | undefined> {
  const isThere = await disk.stat(places.cellar).then(
    () => true,
    () => false,
  );
  let before: string | undefined;
  if (isThere && wasThere) {
    const stamp = new Date(now()).toISOString().slice(0, 19).replaceAll(':', '-');
    const taken = new Set(await listNames(root, disk, 'ENOTDIR'));
    let name = `.cellar.before-${stamp}`;
    for (let more = 2; taken.has(name); more += 1) name = `.cellar.before-${stamp}-${more}`;
    before = join(root, name);
    await disk.rename(places.cellar, before);
    await syncFolder(root, disk);
    // Ours, which went along.
    for (const file of ['lock', 'lock.beat', 'server.json'])
      await disk.rm(join(before, file), { force: true });
  }
  if (
    !(await finishRestore(root, disk)) &&
    (await listNames(fresh.path, disk, 'ENOTDIR')).length > 0
  ) {
    await disk.rm(fresh.path, { recursive: true, force: true });
    const aside = before === undefined ? '' : ` What was there before is in ${before}.`;
    throw new CellarError(
      'conflict',
      `Somebody has just made a store in ${places.cellar}, so nothing was restored.${aside} End Cellar there, then restore again with --force.`,
      { path: places.cellar },
    );
  }
  return before;
}
