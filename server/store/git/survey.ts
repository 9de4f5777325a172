import { join } from 'node:path';

import type { Progress } from '../../../contract/progress.js';
import { CellarError, isErrno } from '../../errors.js';
import { isProven } from '../backup/checked-copy.js';
import { list } from '../backup/kept-files.js';
import { ByteCache } from '../disk/byte-cache.js';
import type { Disk } from '../disk/disk.js';
import { listLooseFolders, openLooseObjects } from './loose.js';
import { toObject, type GitObject } from './object.js';
import { OidSet } from './oid-set.js';
import { readPacked, type Bases } from './pack-file.js';
import { PackIndex } from './pack-index.js';
import { listPacks } from './packs.js';
import { RangeReader, type Pages } from './range-reader.js';

/** Read at the same time: inflating is done on threads. */
const AT_ONCE = 16;
const PAGE_BYTES = 24 * 1024 * 1024;
const BASE_BYTES = 48 * 1024 * 1024;
/** What git makes of objects and can make again, by folder. Each ends in the SHA-1 of what is before. */
const EXTRAS: ReadonlyMap<string, RegExp> = new Map([
  ['pack', /^(pack-[0-9a-f]{40}\.(rev|bitmap|mtimes)|multi-pack-index(-[0-9a-f]{40}\.\w+)?)$/],
  ['info', /^commit-graph$/],
  ['info/commit-graphs', /^graph-[0-9a-f]{40}\.graph$/],
]);

/** A file of a repository's objects that is not what it should be. */
export interface DamagedFile {
  /** Below the repository, with "/". */
  readonly path: string;
  /** "extra" is what git works faster with, and does without. */
  readonly kind: 'loose' | 'pack' | 'index' | 'extra';
  /** The objects in it that it does not give whole; another file may. */
  readonly oids: readonly string[];
  readonly reason: string;
}

/** What a repository's files hold. */
export interface Survey {
  /** The objects that some file gives whole. */
  readonly sound: OidSet;
  readonly damaged: readonly DamagedFile[];
}

export interface SurveyOptions {
  readonly disk: Disk;
  readonly signal: AbortSignal;
  readonly report: (progress: Progress) => void;
  /** Told of each sound object, the first time it is met. */
  readonly visit?: (object: GitObject) => void;
}

/**
 * Reads every copy of every object, also one that another copy would stand in for, and checks it against its name; packs and their
 * indexes also as files. What comes or goes meanwhile, as git packs, is in no way damage.
 */
export async function surveyObjects(gitdir: string, options: SurveyOptions): Promise<Survey> {
  const survey = new Surveying(gitdir, options);
  await survey.run();
  return survey;
}

class Surveying implements Survey {
  readonly sound = new OidSet();
  readonly damaged: DamagedFile[] = [];
  private readonly objects: string;
  private done = 0;
  private total = 0;

  constructor(
    gitdir: string,
    private readonly options: SurveyOptions,
  ) {
    this.objects = join(gitdir, 'objects');
  }

  async run(): Promise<void> {
    const { disk } = this.options;
    const folder = join(this.objects, 'pack');
    // Loose ones first: what is packed meanwhile is then read here, or there, or twice.
    const loose: string[][] = [];
    for await (const names of listLooseFolders(this.objects, disk)) loose.push([...names]);
    this.total = loose.reduce((sum, names) => sum + names.length, 0);
    for (const names of loose) await this.readLoose(names);
    for (const name of await listPacks(folder, disk)) await this.readPack(name);
    for (const [below, wanted] of EXTRAS) await this.readExtras(below, wanted);
  }

  private async readLoose(oids: readonly string[]): Promise<void> {
    const loose = openLooseObjects(this.objects, this.options.disk);
    for (let at = 0; at < oids.length; at += AT_ONCE) {
      this.options.signal.throwIfAborted();
      const some = oids.slice(at, at + AT_ONCE);
      const read = await Promise.allSettled(some.map((oid) => loose.find(oid)));
      for (const [index, each] of read.entries()) {
        const oid = some[index] ?? '';
        if (each.status === 'fulfilled') this.take(each.value);
        else if (isNonsense(each.reason))
          this.damaged.push({
            path: `objects/${oid.slice(0, 2)}/${oid.slice(2)}`,
            kind: 'loose',
            oids: [oid],
            reason: `its bytes are not object ${oid}`,
          });
        else throw each.reason;
        this.tick();
      }
    }
  }

  private async readPack(name: string): Promise<void> {
    const { disk, signal } = this.options;
    const pages: Pages = new ByteCache(PAGE_BYTES);
    const bases: Bases = new ByteCache(BASE_BYTES);
    const pathOf = (ending: string): string => join(this.objects, 'pack', `${name}.${ending}`);
    const file = new RangeReader(pathOf('pack'), pages, disk);
    const index = new PackIndex(new RangeReader(pathOf('idx'), pages, disk));
    const lost: string[] = [];
    try {
      const isIndex = await isProven(pathOf('idx'), { kind: 'trailer' }, { disk, signal });
      const isPack = await isProven(pathOf('pack'), { kind: 'trailer' }, { disk, signal });
      this.total += isIndex === undefined || isPack === undefined ? 0 : await countOf(index);
      for await (const { oid, offset } of entriesOf(index)) {
        signal.throwIfAborted();
        const object = await readOne({ file, index }, offset, bases);
        if (object?.oid === oid) this.take(object);
        else lost.push(oid);
        this.tick();
      }
      const say = (kind: 'pack' | 'index', ending: string, reason: string): void => {
        this.damaged.push({ path: `objects/pack/${name}.${ending}`, kind, oids: lost, reason });
      };
      if (isIndex === false) say('index', 'idx', 'it is not the index that was written');
      else if (isPack === false || lost.length > 0)
        say(
          'pack',
          'pack',
          `it is not the pack that was written: ${lost.length} objects of it are`,
        );
    } catch (error) {
      // Put together with others since it was listed: they are read in their turn.
      if (!isErrno(error, 'ENOENT')) throw error;
    } finally {
      file.close();
      index.close();
    }
  }

  private async readExtras(below: string, wanted: RegExp): Promise<void> {
    const { disk, signal } = this.options;
    for (const name of await list(join(this.objects, below), disk)) {
      if (!wanted.test(name)) continue;
      const proof = { kind: 'trailer' } as const;
      const path = join(this.objects, below, name);
      if ((await isProven(path, proof, { disk, signal })) !== false) continue;
      const reason = 'it is not what git wrote; git does without it';
      this.damaged.push({ path: `objects/${below}/${name}`, kind: 'extra', oids: [], reason });
    }
  }

  /** Undefined for one that was packed, or swept as nothing, since it was listed. */
  private take(object: GitObject | undefined): void {
    if (object !== undefined && this.sound.add(object.oid)) this.options.visit?.(object);
  }

  private tick(): void {
    this.done += 1;
    this.options.report({ what: 'objects', done: this.done, total: this.total });
  }
}

async function countOf(index: PackIndex): Promise<number> {
  try {
    return await index.count();
  } catch (error) {
    if (error instanceof CellarError) return 0;
    throw error;
  }
}

/** None of an index that cannot be read at all. */
async function* entriesOf(index: PackIndex): ReturnType<PackIndex['byOffset']> {
  try {
    yield* index.byOffset();
  } catch (error) {
    if (!isNonsense(error)) throw error;
  }
}

async function readOne(
  pack: Parameters<typeof readPacked>[0],
  offset: number,
  bases: Bases,
): Promise<GitObject | undefined> {
  try {
    const { type, content } = await readPacked(pack, offset, bases);
    return toObject(type, content);
  } catch (error) {
    if (isNonsense(error)) return undefined;
    throw error;
  }
}

/**
 * What reading of damaged bytes throws: our own words, a range that is none, zlib's, or the disk's for a place of it that is worn out.
 * What else it refuses is none of these.
 */
function isNonsense(error: unknown): boolean {
  return isErrno(error, 'EIO') || (error instanceof Error && !('syscall' in error));
}
