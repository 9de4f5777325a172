import { join } from 'node:path';

import type { Progress } from '../../../contract/progress.js';
import { isErrno } from '../../errors.js';
import { isProven } from '../backup/checked-copy.js';
import type { Disk } from '../disk/disk.js';
import { listLooseFolders, openLooseObjects } from './loose.js';
import type { GitObject } from './object.js';
import { OidSet } from './oid-set.js';
import { listPacks } from './packs.js';
import { eachPacked, isNonsense, openPack, type OpenPack } from './read-pack.js';
import { listNames } from '../disk/list-names.js';

/** Read at the same time: inflating is done on threads. */
const AT_ONCE = 16;
const TRAILER = { kind: 'trailer' } as const;
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
    private readonly gitdir: string,
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
    const pack = openPack(this.gitdir, name, disk);
    const lost: string[] = [];
    try {
      const isWhole = (ending: string): Promise<boolean | undefined> =>
        isProven(join(this.objects, 'pack', `${name}.${ending}`), TRAILER, { disk, signal });
      const [isIndex, isPack] = [await isWhole('idx'), await isWhole('pack')];
      this.total += await countOf(pack);
      for await (const { oid, object } of eachPacked(pack)) {
        signal.throwIfAborted();
        if (object === undefined) lost.push(oid);
        else this.take(object);
        this.tick();
      }
      const say = (kind: 'pack' | 'index', ending: string, what: string): void => {
        const path = `objects/pack/${name}.${ending}`;
        this.damaged.push({
          path,
          kind,
          oids: lost,
          reason: `it is not the ${what} that was written`,
        });
      };
      if (isIndex === false) say('index', 'idx', 'index');
      if (isPack === false || (isIndex !== false && lost.length > 0)) say('pack', 'pack', 'pack');
    } catch (error) {
      // Put together with others since it was listed: they are read in their turn.
      if (!isErrno(error, 'ENOENT')) throw error;
    } finally {
      pack.close();
    }
  }

  private async readExtras(below: string, wanted: RegExp): Promise<void> {
    const { disk, signal } = this.options;
    for (const name of await listNames(join(this.objects, below), disk, 'ENOTDIR')) {
      if (!wanted.test(name)) continue;
      const path = join(this.objects, below, name);
      if ((await isProven(path, TRAILER, { disk, signal })) !== false) continue;
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

/** 0 for a pack whose index cannot be read. */
async function countOf({ index }: OpenPack): Promise<number> {
  try {
    return await index.count();
  } catch (error) {
    if (isNonsense(error)) return 0;
    throw error;
  }
}
