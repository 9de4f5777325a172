import { missing } from './reading.js';
import { createRepository } from './create-repository.js';
import type { GitObject } from './object.js';
import type { Objects } from './objects.js';
import type { Refs } from './refs.js';
import type { Repository } from './repository.js';

/** A repository that is nowhere but in memory. */
export function createMemoryRepository(): Repository {
  return createRepository('memory', createMemoryObjects('memory'), createMemoryRefs());
}

function createMemoryObjects(gitdir: string): Objects {
  const objects = new Map<string, GitObject>();
  return {
    find: (oid) => Promise.resolve(objects.get(oid)),
    // eslint-disable-next-line @typescript-eslint/require-await -- there is nothing to wait for, but the port's readers wait
    readMany: async function* (oids) {
      for (const oid of oids) {
        const object = objects.get(oid);
        if (object === undefined)
          yield { kind: 'failed' as const, oid, error: missing(gitdir, oid) };
        else yield { kind: 'object' as const, object };
      }
    },
    begin: () => ({
      write: (object) => {
        objects.set(object.oid, object);
        return Promise.resolve();
      },
      settle: () => Promise.resolve(),
    }),
    counts: () => Promise.resolve({ loose: objects.size, packs: 0 }),
    pack: () => Promise.resolve(),
    close: () => undefined,
  };
}

function createMemoryRefs(): Refs {
  const refs = new Map<string, string>();
  const cuts = new Set<string>();
  return {
    find: (ref) => Promise.resolve(refs.get(ref)),
    list: (prefix) => Promise.resolve(new Map([...refs].filter(([ref]) => ref.startsWith(prefix)))),
    move: (ref, from, to) => {
      if (refs.get(ref) !== from) return Promise.resolve(false);
      if (to === undefined) refs.delete(ref);
      else refs.set(ref, to);
      return Promise.resolve(true);
    },
    cuts: () => Promise.resolve(cuts),
    cut: (oids) => {
      for (const oid of oids) cuts.add(oid);
      return Promise.resolve();
    },
  };
}
