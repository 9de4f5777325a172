import { isAbsolute, join, resolve } from 'node:path';

import { CellarError, isErrno } from '../../errors.js';
import type { Disk } from '../disk/disk.js';
import { openCatFile } from './cat-file.js';
import { collectObjects } from './collect.js';
import { listLooseFolders, openLooseObjects, type LooseObjects } from './loose.js';
import { firstOf, type GitObject } from './object.js';
import type { Objects } from './objects.js';
import { packedWriting } from './pack-write.js';
import { openPacks, type Packs } from './packs.js';
import { readAhead } from './read-ahead.js';
import { missing } from './reading.js';
import { packObjects } from './repack.js';
import { listSmallPacks } from './roll-up.js';
import { inTurn } from './turns.js';

/** Fewer than this many are read before git has started. */
const WORTH_A_PROCESS = 64;
/** While packs come and go. */
const MOST_LOOKS = 4;
/** Alternates of alternates, as git follows them. */
const MOST_ALTERNATES = 5;

interface Source {
  readonly loose: LooseObjects;
  readonly packs: Packs;
}

/** The objects of the repository at `gitdir`: loose, packed, and those it borrows from others (info/alternates). */
export function openObjectFolder(gitdir: string, disk: Disk): Objects {
  const own = join(gitdir, 'objects');
  const catFile = openCatFile(gitdir);
  const open = (folder: string): Source => ({
    loose: openLooseObjects(folder, disk),
    packs: openPacks(folder, disk),
  });
  const first = open(own);
  let opening: Promise<readonly Source[]> | undefined;
  const sources = (): Promise<readonly Source[]> => {
    opening ??= listAlternates(own, disk).then((folders) => [first, ...folders.map(open)]);
    opening.catch(() => (opening = undefined));
    return opening;
  };

  // Old objects are in packs and new ones are not, and both come in rows: where the last one was is where to look first.
  let lastWasPacked = false;

  const lookUp = async (oid: string): Promise<GitObject | undefined> => {
    const failures: unknown[] = [];
    for (const { loose, packs } of await sources())
      for (const place of lastWasPacked ? [packs, loose] : [loose, packs]) {
        try {
          const object = await place.find(oid);
          if (object === undefined) continue;
          lastWasPacked = place === packs;
          return object;
        } catch (error) {
          // Another place may have it whole.
          failures.push(error);
        }
      }
    if (failures.length > 0) throw firstOf(failures);
    return undefined;
  };

  const find = async (oid: string): Promise<GitObject | undefined> => {
    for (let looks = 0; looks < MOST_LOOKS; looks += 1) {
      try {
        const object = await lookUp(oid);
        if (object !== undefined) return object;
      } catch (error) {
        if (!(error instanceof CellarError)) throw error;
      }
      // It may have been put into a pack between the two looks, or a whole one may be in a new pack.
      let isNews = false;
      for (const { packs } of await sources()) if (await packs.refresh()) isNews = true;
      if (!isNews) break;
    }
    return lookUp(oid);
  };

  const ask = async (oid: string): Promise<GitObject | undefined> => {
    const answer = await catFile.read(oid).catch(() => undefined);
    // What git cannot read may still be read here, and gets its name in the error if not.
    return answer === undefined || answer === 'no git' ? find(oid) : answer;
  };

  return {
    find,
    readMany: (oids) =>
      readAhead(oids, oids.length < WORTH_A_PROCESS ? find : ask, (oid) => missing(gitdir, oid)),
    begin: (many) => (many ? packedWriting(join(own, 'pack'), disk) : first.loose.begin()),
    counts: async () => {
      let loose = 0;
      for await (const names of listLooseFolders(own, disk)) loose += names.length;
      return { loose, packs: (await listSmallPacks(gitdir, disk)).length };
    },
    collect: (request, refs) =>
      inTurn(gitdir, request.signal, (signal) =>
        collectObjects({ gitdir, disk, refs, find }, { ...request, signal }),
      ),
    pack: (asked) => inTurn(gitdir, asked, (signal) => packObjects(gitdir, { disk, signal })),
    forget: () => {
      catFile.renew();
      void sources().then((all) => {
        for (const { packs } of all) packs.forget();
      });
    },
    close: () => {
      catFile.close();
      void sources().then((all) => {
        for (const { packs } of all) packs.close();
      });
    },
  };
}

async function listAlternates(objects: string, disk: Disk, depth = 0): Promise<readonly string[]> {
  if (depth >= MOST_ALTERNATES) return [];
  let text: string;
  try {
    text = await disk.readFile(join(objects, 'info', 'alternates'), 'utf8');
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return [];
    throw error;
  }
  const found: string[] = [];
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    const folder = isAbsolute(line) ? line : resolve(objects, line);
    found.push(folder, ...(await listAlternates(folder, disk, depth + 1)));
  }
  return found;
}
