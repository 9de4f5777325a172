import type { Freed } from './collecting.js';
import { missing } from './reading.js';
import { createRepository } from './create-repository.js';
import type { GitObject } from './object.js';
import type { Objects } from './objects.js';
import type { Refs } from './refs.js';
import type { Repository } from './repository.js';
import { whenReleased } from './turns.js';
import { walkObjects } from './walk.js';

/** A repository that is nowhere but in memory. */
export function createMemoryRepository(): Repository {
  return createRepository('memory', createMemoryObjects('memory'), createMemoryRefs());
}

function createMemoryObjects(gitdir: string): Objects {
  const objects = new Map<string, GitObject>();
  const times = new Map<string, number>();
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
        times.set(object.oid, Date.now());
        return Promise.resolve();
      },
      settle: () => Promise.resolve(),
    }),
    counts: () => Promise.resolve({ loose: objects.size, packs: 0 }),
    pack: () => Promise.resolve(),
    collect: async ({ before, plan, exclusively, signal }, refs) => {
      if (plan === undefined) await whenReleased(gitdir);
      const free = async (): Promise<Freed> => {
        const stays = [...times].filter(([, time]) => time >= before).map(([oid]) => oid);
        const reached = new Set<string>();
        const reach = (oid: string): boolean => reached.size < reached.add(oid).size;
        const find = (oid: string): Promise<GitObject | undefined> =>
          Promise.resolve(objects.get(oid));
        const tips = [...(await refs.list('refs/'))].flatMap(([ref, oid]) => plan?.get(ref) ?? oid);
        await walkObjects(tips, { find, reach, signal, missing: (oid) => missing(gitdir, oid) });
        await walkObjects(stays, { find, reach, signal, missing: undefined });
        const garbage = [...objects.values()].filter(({ oid }) => !reached.has(oid));
        for (const { oid } of plan === undefined ? garbage : []) {
          objects.delete(oid);
          times.delete(oid);
        }
        const bytes = garbage.reduce((sum, { content }) => sum + content.length, 0);
        return { count: garbage.length, bytes, heldBack: undefined };
      };
      return plan === undefined ? exclusively(free) : free();
    },
    forget: () => undefined,
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
