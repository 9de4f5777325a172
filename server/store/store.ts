import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { ulid } from 'ulid';

import type { Author } from '../../contract/snapshot.js';
import { CellarError, toStorageError } from '../errors.js';
import { openArtifactFolder, type Artifacts } from './artifacts.js';
import { openCatalogFolder } from './catalog-folder.js';
import { openCatalog, toReadOnly, type Catalog } from './catalog.js';
import { checkFormat, createStore, MAIN } from './create.js';
import { isTemporary } from './durable.js';
import { describeHolder, tryLock, type HeldLock } from './lock.js';
import { findRoot, toPlaces, type Places } from './places.js';
import { clearStaleLock } from './ref.js';
import { openRepository, type Repository } from './repository.js';
import { openWorkspaceFiles, type WorkspaceFiles } from './workspace-files.js';

/** What a store needs from outside: the clock and the person. */
export interface StoreOptions {
  readonly root: string;
  readonly author: Author;
  readonly now: () => number;
  /** Told of a failure in the background, e.g. the catalog could not be written. */
  readonly report: (error: unknown) => void;
}

/** Everything that one workspace keeps, opened by its one owner. */
export interface Store {
  readonly places: Places;
  readonly repository: Repository;
  readonly artifacts: Artifacts;
  readonly catalog: Catalog;
  readonly files: WorkspaceFiles;
  readonly author: Author;
  /** Nothing can be written here: the disk, its lack of room, or the folder's permissions forbid it. */
  readonly readOnly: boolean;
  /** Told of what nobody asked for: damage that was passed over, a catalog that could not be written. */
  readonly report: (error: unknown) => void;
  now(): number;
  /** A new ULID in lower case; later ones of this process sort later, whatever the clock does. */
  newId(): string;
  /**
   * Runs writes one after another: numbers, parents and the catalog follow the order of the commits. Where the store is read-only
   * none is run, also not when the disk could be written again: it is not ours. Rejects with the reason then.
   */
  exclusively<Result>(write: () => Promise<Result>): Promise<Result>;
  close(): Promise<void>;
}

/** Thrown by openStore when another process owns the store: it is the one to ask. */
export class StoreTakenError extends CellarError {
  constructor(path: string, holder: string) {
    super('store_busy', `The store at ${path} is in use by ${holder}.`, { path });
  }
}

/**
 * Opens the store below `root` as its owner, making it first where there is none. Throws StoreTakenError when another process has
 * it, store_newer, store_damaged, or what the disk refuses. The catalog is as it was written last: see history's catchUp.
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  const places = toPlaces(options.root);
  const ownership = await takeOwnership(places, options.now());
  try {
    return await openOwned(options, places, ownership);
  } catch (error) {
    if (ownership.kind === 'owned') await ownership.lock.release();
    throw error;
  }
}

/** Whether a store that was opened read-only could be owned now. Throws StoreTakenError when another process has it. */
export async function canOwn(places: Places): Promise<boolean> {
  try {
    await (await takeLock(places)).release();
    return true;
  } catch (error) {
    if (isRefusal(error)) return false;
    throw error;
  }
}

type Ownership =
  | { readonly kind: 'owned'; readonly lock: HeldLock }
  | { readonly kind: 'refused'; readonly reason: CellarError };

/** Refused where nothing can be written: a store on a read-only or full disk still reads. */
async function takeOwnership(places: Places, time: number): Promise<Ownership> {
  try {
    await createStore(places, time);
    return { kind: 'owned', lock: await takeLock(places) };
  } catch (error) {
    if (!isRefusal(error) || (await findRoot(places.root)) !== places.root) throw error;
    return { kind: 'refused', reason: error };
  }
}

async function takeLock(places: Places): Promise<HeldLock> {
  const attempt = await tryLock(places.lock).catch((error: unknown) => {
    throw toStorageError(error, places.lock);
  });
  if (attempt.kind === 'held') return attempt.lock;
  throw new StoreTakenError(places.cellar, describeHolder(attempt.holder));
}

function isRefusal(error: unknown): error is CellarError {
  return error instanceof CellarError && ['store_read_only', 'disk_full'].includes(error.code);
}

async function openOwned(
  options: StoreOptions,
  places: Places,
  ownership: Ownership,
): Promise<Store> {
  const isOwned = ownership.kind === 'owned';
  const repository = openRepository(places.git);
  await checkFormat(repository);
  if (isOwned) await sweep(places);
  const files = openCatalogFolder(places.catalog, options.report);
  const catalog = await openCatalog(isOwned ? files : toReadOnly(files));
  let tail: Promise<unknown> = Promise.resolve();
  let lastId = '';
  return {
    places,
    repository,
    artifacts: openArtifactFolder(places.artifacts),
    catalog,
    files: openWorkspaceFiles(places.root),
    author: options.author,
    readOnly: !isOwned,
    report: options.report,
    now: options.now,
    newId: () => {
      lastId = nextId(lastId, options.now());
      return lastId;
    },
    exclusively: (write) => {
      if (!isOwned) return Promise.reject(ownership.reason);
      const result = tail.then(write);
      tail = result.catch(() => undefined);
      return result;
    },
    close: async () => {
      await tail;
      // The catalog is made anew from git where it could not be written: that is no failure of what was kept.
      await catalog.flush().catch(options.report);
      repository.close();
      if (isOwned) await ownership.lock.release();
    },
  };
}

/** A ULID for `time` that sorts after `last`: when the clock stood still or went back, `last` plus one. */
function nextId(last: string, time: number): string {
  const fresh = ulid(time).toLowerCase();
  if (fresh > last) return fresh;
  const digits = '0123456789abcdefghjkmnpqrstvwxyz';
  const chars = Array.from(last);
  for (let at = chars.length - 1; at >= 0; at -= 1) {
    const digit = digits.indexOf(chars[at] ?? '');
    chars[at] = digits[(digit + 1) % digits.length] ?? '0';
    if (digit + 1 < digits.length) break;
  }
  return chars.join('');
}

const UNFINISHED_MS = 60 * 60 * 1000;

/** Takes away a half-made store; a young one may be another process's, which is just finding out that it was not first. */
async function sweepUnfinished(folder: string): Promise<void> {
  const facts = await stat(folder).catch(() => undefined);
  if (facts !== undefined && Date.now() - facts.ctimeMs > UNFINISHED_MS)
    await rm(folder, { recursive: true, force: true });
}

/** Takes away what a killed owner left: its address, half-written files, uploads and stores, and git locks that nobody holds. */
async function sweep(places: Places): Promise<void> {
  await rm(places.server, { force: true });
  await rm(join(places.artifacts, 'incoming'), { recursive: true, force: true });
  for (const name of await readdir(places.cellar))
    if (/^store\.git\.[0-9a-f]+\.new$/.test(name)) await sweepUnfinished(join(places.cellar, name));
  for (const folder of [places.catalog, places.state])
    for (const name of await readdir(folder).catch(() => []))
      if (isTemporary(name)) await rm(join(folder, name), { force: true });
  await clearStaleLock(join(places.git, `${MAIN}.lock`));
  const days = join(places.git, 'refs', 'cellar', 'auto');
  for (const name of await readdir(days).catch(() => []))
    if (name.endsWith('.lock')) await clearStaleLock(join(days, name));
}
