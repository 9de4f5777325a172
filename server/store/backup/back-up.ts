import { join } from 'node:path';

import type { BackedUp } from '../../../contract/backup.js';
import type { Progress } from '../../../contract/progress.js';
import { CellarError, isErrno, toStorageError } from '../../errors.js';
import { ensureFolder, syncFolder, writeDurable } from '../disk/durable.js';
import { STORE_FORMAT } from '../format.js';
import { REPOSITORY_CONFIG } from '../git/config.js';
import { writeCuts } from '../git/cuts.js';
import { inTurn } from '../git/turns.js';
import type { Store } from '../store.js';
import { copyChecked, isProven } from './checked-copy.js';
import { FreshNames } from './fresh-names.js';
import { checkOutside } from './folder.js';
import {
  artifactPath,
  formatKept,
  LISTS,
  listObjects,
  parseKept,
  proofOf,
  type KeptFile,
} from './kept-files.js';
import {
  claimFolder,
  findManifest,
  readSetFile,
  writeManifest,
  writeSetFile,
  type Manifest,
  type SetFile,
} from './manifest.js';
import { captureMoment, isStillHeld, type Moment } from './moment.js';
import { findMissing } from './closure.js';
import { listNames } from '../disk/list-names.js';

const MOST_TRIES = 10;
const AT_ONCE = 4;

export interface BackUpOptions {
  /** Absolute. */
  readonly folder: string;
  /** Also prove what is there from earlier backups. */
  readonly verify?: boolean;
  readonly report?: (progress: Progress) => void;
  readonly signal?: AbortSignal;
}

/**
 * Copies a store that may be in use into a folder: what is new since the last backup there, each file proven by its name as it is
 * copied, and the manifest last. Until then the last backup stays whole, and it stays when the store is so damaged that this one would
 * lack what its refs lead to. Throws conflict for a folder with another store's backup, bad_request for one that lies in the store or
 * holds something else, disk_full.
 */
export function backUp(store: Store, options: BackUpOptions): Promise<BackedUp> {
  const { folder, signal = new AbortController().signal } = options;
  return inTurn(folder, signal, () => backUpAlone(store, options));
}

async function backUpAlone(store: Store, options: BackUpOptions): Promise<BackedUp> {
  const { folder, signal } = options;
  try {
    await checkOutside(folder, store.places.cellar, store.disk);
    await claimFolder(folder, store.id, store.disk);
    const last = await findManifest(folder, store.disk);
    if (last === undefined) await clearUnfinished(folder, store.disk);
    const before = last === undefined ? NOTHING : await readLast(store, folder, last);
    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      signal?.throwIfAborted();
      const copying = new Copying(store, options, before);
      const moment = await captureMoment(store, folder);
      const fresh = await copying.all();
      if (!(await isStillHeld(store, moment))) continue;
      const isDamaged = copying.damages.length > 0;
      // An earlier run may have copied what is damaged now while it was whole.
      const files =
        isDamaged && last !== undefined
          ? withEarlier(fresh, withoutPurged(before, last, moment))
          : fresh;
      const missing =
        isDamaged && last !== undefined
          ? await findMissing(join(folder, 'store.git'), files.objects, moment, {
              disk: store.disk,
              signal,
            })
          : undefined;
      if (missing === undefined) {
        const lists = await writeLists(store, join(folder, moment.set), files);
        await finish(store, folder, moment, lists);
      } else {
        copying.damages.push({ what: missing, reason: 'no backup has it whole' });
        await store.disk.rm(join(folder, moment.set), { recursive: true, force: true });
      }
      return {
        status: isDamaged ? 'damaged' : 'ok',
        folder,
        refs: Object.keys(moment.refs).length,
        artifacts: files.artifacts.length,
        records: moment.records,
        copied: copying.copied,
        holdsPurged: last !== undefined && last.generation < moment.generation,
        damages: copying.damages,
        keptBefore: missing === undefined ? null : (last?.made ?? null),
      };
    }
  } catch (error) {
    throw toStorageError(error, folder);
  }
  throw new CellarError(
    'store_busy',
    `The history of ${store.places.cellar} was rewritten again and again while it was copied. Try later.`,
    { path: store.places.cellar },
  );
}

/** Takes away the small files of runs that did not end: their names may be there in vain (see FreshNames), and are quickly made anew. */
async function clearUnfinished(folder: string, disk: Store['disk']): Promise<void> {
  for (const name of ['sets', join('store.git', 'refs')])
    await disk.rm(join(folder, name), { recursive: true, force: true });
}

/** What the last backup lists, as far as it can be read. */
async function readLast(store: Store, folder: string, last: Manifest): Promise<Kept> {
  const read = async (name: string): Promise<readonly KeptFile[]> => {
    const file = last.files.find(({ path }) => path === name);
    if (file === undefined) return [];
    try {
      return parseKept(await readSetFile(join(folder, last.set), file, store.disk));
    } catch (error) {
      // A list that is damaged proves nothing; this backup writes its own.
      if (error instanceof CellarError) return [];
      throw error;
    }
  };
  return { objects: await read(LISTS.objects), artifacts: await read(LISTS.artifacts) };
}

/** What of an earlier backup may be listed again: what it has from before a purge may hold what was purged. */
function withoutPurged(before: Kept, last: Manifest, { generation, purged }: Moment): Kept {
  const isOlder = last.generation < generation;
  const gone = new Set([...(purged ?? [])].map(artifactPath));
  return {
    objects: isOlder ? [] : before.objects,
    artifacts:
      isOlder && purged === undefined ? [] : before.artifacts.filter(({ path }) => !gone.has(path)),
  };
}

function withEarlier({ objects, artifacts }: Kept, before: Kept): Kept {
  const add = (now: readonly KeptFile[], then: readonly KeptFile[]): readonly KeptFile[] => {
    const paths = new Set(now.map(({ path }) => path));
    return [...now, ...then.filter(({ path }) => !paths.has(path))];
  };
  return {
    objects: add(objects, before.objects),
    artifacts: add(artifacts, before.artifacts),
  };
}

interface Kept {
  readonly objects: readonly KeptFile[];
  readonly artifacts: readonly KeptFile[];
}

const NOTHING: Kept = { objects: [], artifacts: [] };

/** Copies the files that never change. */
class Copying {
  readonly damages: { what: string; reason: string }[] = [];
  readonly copied = { files: 0, bytes: 0 };
  private readonly names: FreshNames;
  private done = 0;
  private total = 0;

  constructor(
    private readonly store: Store,
    private readonly options: BackUpOptions,
    before: Kept,
  ) {
    const safe = [...before.objects, ...before.artifacts].map(({ path }) => path);
    this.names = new FreshNames(options.folder, safe, store.disk);
  }

  /** What is there now; durable when it returns. */
  async all(): Promise<Kept> {
    const { places, disk } = this.store;
    let objects = await listObjects(places.cellar, disk);
    const artifacts: KeptFile[] = [];
    for await (const { sha256, size } of this.store.artifacts.list())
      artifacts.push({ path: artifactPath(sha256), size });
    this.total = [...objects, ...artifacts].reduce((sum, { size }) => sum + size, 0);
    let keptObjects = await this.copy(objects);
    // Git may have packed what was loose, or packed anew, while it was listed: until nothing has changed, look again.
    for (;;) {
      const again = await listObjects(places.cellar, disk);
      if (isSame(objects, again)) break;
      objects = again;
      keptObjects = await this.copy(again);
    }
    const keptArtifacts = await this.copy(artifacts);
    await this.names.settle();
    return { objects: withoutLoneIndexes(keptObjects), artifacts: keptArtifacts };
  }

  /** Copies what is not in the backup; gives those that are in it afterwards. */
  private async copy(files: readonly KeptFile[]): Promise<readonly KeptFile[]> {
    const kept: KeptFile[] = [];
    const queue = files.values();
    const work = async (): Promise<void> => {
      for (const file of queue) {
        this.options.signal?.throwIfAborted();
        if (await this.copyOne(file)) kept.push(file);
      }
    };
    // All have ended before the first failure is told: none writes on behind it.
    const ends = await Promise.allSettled(Array.from({ length: AT_ONCE }, work));
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
    return kept;
  }

  private async copyOne({ path, size }: KeptFile): Promise<boolean> {
    const { places, disk } = this.store;
    const { folder, verify = false, signal, report } = this.options;
    const [from, to] = [join(places.cellar, path), join(folder, path)];
    this.done = Math.min(this.total, this.done + size);
    report?.({ what: 'bytes', done: this.done, total: this.total });
    await this.names.makeFolderOf(path);
    const there = await disk.stat(to).catch(() => undefined);
    if (there?.size === size)
      if (!verify || (await isProven(to, proofOf(path), { disk, signal })) === true) {
        await this.names.renew(path);
        return true;
      }
    try {
      if (await copyChecked(from, to, proofOf(path), { disk, signal })) {
        this.names.add(path);
        this.copied.files += 1;
        this.copied.bytes += size;
        return true;
      }
      this.damages.push({ what: path, reason: 'its bytes are not what its name says' });
    } catch (error) {
      // Packed, or swept as nothing refers to it; unless it is the backup that lacks something.
      if (!isErrno(error, 'ENOENT') || (await isThere(from, disk))) throw error;
    }
    return false;
  }
}

function isThere(path: string, disk: Store['disk']): Promise<boolean> {
  return disk.stat(path).then(
    () => true,
    () => false,
  );
}

/** An index whose pack is not held would have git look for objects that are not there. */
function withoutLoneIndexes(files: readonly KeptFile[]): readonly KeptFile[] {
  const paths = new Set(files.map(({ path }) => path));
  return files.filter(({ path }) => !path.endsWith('.idx') || paths.has(toPack(path)));
}

function toPack(index: string): string {
  return index.replace(/[.]idx$/, '.pack');
}

function isSame(a: readonly KeptFile[], b: readonly KeptFile[]): boolean {
  const paths = new Set(a.map(({ path }) => path));
  return b.every(({ path }) => paths.has(path));
}

async function writeLists(store: Store, set: string, kept: Kept): Promise<readonly SetFile[]> {
  const { disk } = store;
  return [
    await writeSetFile(set, LISTS.objects, formatKept(kept.objects), disk),
    await writeSetFile(set, LISTS.artifacts, formatKept(kept.artifacts), disk),
  ];
}

/** Makes the copied objects a repository that git itself can read, writes the manifest, and takes away the sets before. */
async function finish(
  store: Store,
  folder: string,
  { refs, generation, cuts, set, files }: Moment,
  lists: readonly SetFile[],
): Promise<void> {
  const { disk } = store;
  await writeRepositoryFiles(join(folder, 'store.git'), refs, disk);
  if (cuts.size > 0) await writeCuts(join(folder, 'store.git'), cuts, disk);
  const manifest = {
    store: store.id ?? null,
    storeFormat: STORE_FORMAT,
    made: new Date(store.now()).toISOString(),
    generation,
    refs,
    set,
    files: [...files, ...lists],
  };
  await writeManifest(folder, manifest, disk);
  for (const name of await listNames(join(folder, 'sets'), disk, 'ENOTDIR'))
    if (`sets/${name}` !== set)
      await disk.rm(join(folder, 'sets', name), { recursive: true, force: true });
}

/** What a bare repository has beside its objects. */
export async function writeRepositoryFiles(
  gitdir: string,
  refs: Readonly<Record<string, string>>,
  disk: Store['disk'],
): Promise<void> {
  const sorted = Object.entries(refs).sort(([a], [b]) => (a < b ? -1 : 1));
  const packed = `# pack-refs with: sorted\n${sorted.map(([ref, oid]) => `${oid} ${ref}\n`).join('')}`;
  await ensureFolder(join(gitdir, 'refs', 'heads'), disk);
  await syncFolder(join(gitdir, 'refs'), disk);
  await writeDurable(join(gitdir, 'packed-refs'), packed, undefined, disk);
  await writeDurable(join(gitdir, 'config'), REPOSITORY_CONFIG, undefined, disk);
  await writeDurable(join(gitdir, 'HEAD'), 'ref: refs/heads/main\n', undefined, disk);
}
