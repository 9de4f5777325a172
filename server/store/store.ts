import type { Author } from '../../contract/snapshot.js';
import { CellarError, toStorageError } from '../errors.js';
import { openArtifactFolder } from './artifacts/artifact-folder.js';
import type { Artifacts } from './artifacts/artifacts.js';
import { createContentMemory, type ContentMemory } from './content-memory.js';
import { openCatalogFolder } from './catalog/catalog-folder.js';
import { openCatalog, type Catalog } from './catalog/catalog.js';
import { toReadOnly } from './catalog/files.js';
import { judge, judgeOpening } from './condition.js';
import { createStore } from './create.js';
import { nodeDisk, type Disk } from './disk/disk.js';
import { fenceDisk } from './fence.js';
import { guardArtifacts, guardRepository, guardUploads, type Guard } from './guarded.js';
import { BEAT_MS, type HolderWatch } from './heartbeat.js';
import { createIds } from './ids.js';
import { checkJournal } from './journal/journal-folder.js';
import type { Journal } from './journal/journal.js';
import { describeHolder } from './lock-holder.js';
import { tryLock, type HeldLock, type LockAttempt } from './lock.js';
import { openJournal, warnOfNetwork, whereAllowed } from './open-parts.js';
import { findRoot, toPlaces, type Places } from './places.js';
import { openRepository } from './git/repository-folder.js';
import type { Repository } from './git/repository.js';
import { settleRefs } from './git/settle-refs.js';
import { sweep } from './sweep.js';
import { upgradeStore } from './upgrade/upgrade.js';
import { openUploadFolder } from './uploads/upload-folder.js';
import type { Uploads } from './uploads/uploads.js';
import { openWorkspaceFiles, type WorkspaceFiles } from './workspace-files.js';

/** What a store needs from outside: the clock and the person. */
export interface StoreOptions {
  readonly root: string;
  readonly author: Author;
  readonly now: () => number;
  /** By default this machine's. */
  readonly disk?: Disk;
  /** Told of a failure in the background, e.g. the catalog could not be written. */
  readonly report: (error: unknown) => void;
  /** What earlier tries saw of an owner that cannot be asked; without it such a one is waited for, however long it is silent. */
  readonly watch?: HolderWatch;
  /** Told when another process has taken the store over, while this one was paused: from then on nothing is written here. */
  readonly lost?: () => void;
}

/** Everything that one workspace keeps, opened by its one owner. */
export interface Store {
  /** The store's own id, which its backups have too; undefined in one of format 1 that cannot be written. */
  readonly id: string | undefined;
  readonly places: Places;
  readonly disk: Disk;
  readonly repository: Repository;
  /** What is in memory of all this. */
  readonly memory: ContentMemory;
  readonly artifacts: Artifacts;
  readonly uploads: Uploads;
  readonly catalog: Catalog;
  /** What is not in git yet; see history's record and seal. */
  readonly journal: Journal;
  readonly files: WorkspaceFiles;
  readonly author: Author;
  /** Nothing can be written here: the disk, its lack of room, the folder's permissions, an unreadable journal or damage forbid it. */
  readonly readOnly: boolean;
  /** Why it is read-only; undefined where it is not. */
  readonly obstacle: CellarError | undefined;
  /** This process is the store's owner, also of one that is damaged. */
  readonly owned: boolean;
  /** Why nothing is written before a repair: the way to what main holds is damaged. Undefined for a sound one. */
  readonly damage: CellarError | undefined;
  /** Told of what nobody asked for: damage that was passed over, a catalog that could not be written. */
  readonly report: (error: unknown) => void;
  now(): number;
  /** A new ULID in lower case; later ones of this process sort later, whatever the clock does. */
  newId(): string;
  /** The next number of the workspace, for a record or a snapshot: higher than every one before, also those of earlier starts. */
  nextNumber(): number;
  /** The number that was given last. */
  lastNumber(): number;
  /** Lets the next numbers be higher than this one, which came in with git. */
  passNumber(number: number): void;
  /**
   * Runs writes one after another: numbers, parents and the catalog follow the order of the commits. Where the store is read-only
   * none is run, also not when the disk could be written again: it is not ours. Rejects with the reason then.
   */
  exclusively<Result>(write: () => Promise<Result>): Promise<Result>;
  /** Something that has begun and must be ended before anything else is written: each write tries first, and fails where it does. */
  finishFirst(finish: () => Promise<void>): void;
  /** The same as exclusively for a repair, which also a damaged store lets work: see MendingParts. */
  mend<Result>(work: (parts: MendingParts) => Promise<Result>): Promise<Result>;
  close(): Promise<void>;
}

/** What only a repair has of a store. */
export interface MendingParts {
  /** Git as it is, with nothing standing for anything. */
  readonly repository: Repository;
  /** Looks anew whether the store is sound, as which it is then written.*/
  recheck(): Promise<void>;
}

/** A few beats may be late on a busy machine or a slow network. */
const MISSED_BEATS_MS = 3 * BEAT_MS;

/** Thrown by openStore when another process owns the store: it is the one to ask. */
export class StoreTakenError extends CellarError {
  /** The owner cannot be asked and has given no sign of life for long: waiting on will decide. */
  readonly isSilent: boolean;

  constructor(path: string, { holder, silence }: Extract<LockAttempt, { kind: 'taken' }>) {
    const isSilent = silence !== undefined && silence.silent > MISSED_BEATS_MS;
    const words = [`The store at ${path} is in use by ${describeHolder(holder)}`];
    if (isSilent)
      words.push(
        `: no sign of life for ${toSeconds(silence.silent)}; it is taken over after ${toSeconds(silence.patience)}.`,
      );
    else if (silence !== undefined)
      words.push(', on another machine or in another container. Work there, or end it there.');
    else words.push('.');
    super('store_busy', words.join(''), { path });
    this.isSilent = isSilent;
  }
}

function toSeconds(milliseconds: number): string {
  return `${Math.floor(milliseconds / 1000)} s`;
}

/**
 * Opens the store below `root` as its owner, making it first where there is none. Throws StoreTakenError when another process has
 * it, store_newer, store_damaged, or what the disk refuses. The catalog is as it was written last: see history's catchUp.
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  const places = toPlaces(options.root);
  const disk = options.disk ?? nodeDisk;
  const ownership = await takeOwnership(places, { ...options, disk });
  try {
    return await openOwned({ ...options, disk }, places, ownership);
  } catch (error) {
    if (ownership.kind === 'refused') throw error;
    await ownership.lock.release();
    if (!isRefusal(error)) throw error;
    // The lock was the last thing that found room.
    return openOwned({ ...options, disk }, places, { kind: 'refused', reason: error });
  }
}

/** Whether a store that was opened read-only could be owned now. Throws StoreTakenError when another process has it. */
export async function canOwn(places: Places, watch?: HolderWatch): Promise<boolean> {
  try {
    const lock = await takeLock(places, nodeDisk, watch);
    // Whoever could not read it opened the store read-only for that.
    await checkJournal(places.journal, nodeDisk).finally(lock.release);
    return true;
  } catch (error) {
    if (isRefusal(error)) return false;
    throw error;
  }
}

export type Ownership =
  | { readonly kind: 'owned'; readonly lock: HeldLock }
  | { readonly kind: 'refused'; readonly reason: CellarError };

/** Refused where nothing can be written: a store on a read-only or full disk still reads. */
async function takeOwnership(
  places: Places,
  { disk, now, watch }: StoreOptions & { readonly disk: Disk },
): Promise<Ownership> {
  try {
    await createStore(places, now(), disk);
    return { kind: 'owned', lock: await takeLock(places, disk, watch) };
  } catch (error) {
    if (!isRefusal(error) || (await findRoot(places.root)) !== places.root) throw error;
    return { kind: 'refused', reason: error };
  }
}

async function takeLock(places: Places, disk: Disk, watch?: HolderWatch): Promise<HeldLock> {
  const options = { disk, ...(watch === undefined ? {} : { watch }) };
  const attempt = await tryLock(places.lock, options).catch((error: unknown) => {
    throw toStorageError(error, places.lock);
  });
  if (attempt.kind === 'held') return attempt.lock;
  throw new StoreTakenError(places.cellar, attempt);
}

function isRefusal(error: unknown): error is CellarError {
  return error instanceof CellarError && ['store_read_only', 'disk_full'].includes(error.code);
}

async function openOwned(
  options: StoreOptions & { readonly disk: Disk },
  places: Places,
  ownership: Ownership,
): Promise<Store> {
  const isOwned = ownership.kind === 'owned';
  if (isOwned) ownership.lock.beat(options.lost ?? (() => undefined));
  // One that is not ours may lie on a disk that could be written: nothing in it is, for whatever reason it was refused.
  const disk = isOwned
    ? fenceDisk(options.disk, ownership.lock.check)
    : fenceDisk(options.disk, () => Promise.reject(ownership.reason), places.cellar);
  const plain = openRepository(places.git, disk);
  const report = isOwned ? options.report : whereAllowed(options.report);
  const files = openCatalogFolder(places.catalog, report, disk);
  const catalog = await openCatalog(isOwned ? files : toReadOnly(files));
  let condition = await judgeOpening(plain, catalog, { places, disk });
  const findGuard = (): Guard | undefined => (condition.kind === 'damaged' ? condition : undefined);
  const repository = guardRepository(plain, findGuard);
  const upgrade = async (): Promise<void> => {
    if (condition.kind === 'damaged') return;
    const format = await upgradeStore({ places, repository, disk, now: options.now });
    condition = { ...condition, format };
  };
  if (isOwned) await warnOfNetwork(places, disk, options.report);
  if (condition.kind === 'damaged') options.report(condition.reason.message);
  // What is damaged is changed by nothing but a repair.
  if (isOwned && condition.kind === 'sound') {
    await sweep(places, disk);
    await settleRefs(places.git, disk);
  }
  if (isOwned) await upgrade();
  const { journal, sealed } = await openJournal(places, repository, {
    ...options,
    disk,
    ownership,
    findGuard,
  });
  const memory = createContentMemory();
  memory.onForget(() => {
    plain.forget();
  });
  let tail: Promise<unknown> = Promise.resolve();
  let unfinished: (() => Promise<void>) | undefined;
  let given = Math.max(sealed, await catalog.lastNumber());
  const lastNumber = (): number => {
    given = Math.max(given, journal.lastNumber());
    return given;
  };
  const inTurn = <Result>(work: () => Promise<Result>): Promise<Result> => {
    const result = tail.then(work);
    tail = result.catch(() => undefined);
    return result;
  };
  const findObstacle = (): CellarError | undefined =>
    findGuard()?.reason ?? (isOwned ? undefined : ownership.reason);
  const artifacts = guardArtifacts(openArtifactFolder(places.artifacts, disk), findGuard);
  return {
    get id() {
      return condition.format.store;
    },
    owned: isOwned,
    get readOnly() {
      return !isOwned || condition.kind === 'damaged';
    },
    get obstacle() {
      return findObstacle();
    },
    get damage() {
      return findGuard()?.reason;
    },
    places,
    disk,
    repository,
    memory,
    artifacts,
    uploads: guardUploads(
      openUploadFolder(places.uploads, { artifacts, disk, now: options.now }),
      findObstacle,
    ),
    catalog,
    journal,
    files: openWorkspaceFiles(places.root, disk),
    author: options.author,
    report: options.report,
    now: options.now,
    newId: createIds(options.now),
    lastNumber,
    nextNumber: () => {
      given = lastNumber() + 1;
      return given;
    },
    passNumber: (number) => {
      given = Math.max(given, number);
    },
    exclusively: (write) => {
      if (!isOwned) return Promise.reject(ownership.reason);
      return inTurn(async () => {
        const guard = findGuard();
        if (guard !== undefined) throw guard.reason;
        await unfinished?.();
        unfinished = undefined;
        return write();
      });
    },
    mend: (work) => {
      if (!isOwned) return Promise.reject(ownership.reason);
      const recheck = async (): Promise<void> => {
        condition = await judge(plain, catalog, disk);
        await upgrade();
      };
      return inTurn(async () => {
        try {
          return await work({ repository: plain, recheck });
        } catch (error) {
          // One that was begun and not finished has to be gone on with before anything else is written.
          condition = await judgeOpening(plain, catalog, { places, disk }).catch(() => condition);
          throw error;
        }
      });
    },
    finishFirst: (finish) => {
      unfinished = finish;
    },
    close: async () => {
      await tail;
      await journal.close().catch(options.report);
      // The catalog is made anew from git where it could not be written: that is no failure of what was kept.
      await catalog.flush().catch(options.report);
      memory.forget();
      plain.close();
      if (isOwned) await ownership.lock.release();
    },
  };
}
