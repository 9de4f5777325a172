import { toStorageError } from '../../errors.js';
import { commitChain, MOST_LOOSE, type RepositoryParts } from './chain.js';
import type { Objects } from './objects.js';
import { createReading, missing } from './reading.js';
import type { Refs } from './refs.js';
import type { ChainRequest, Committed, Repository } from './repository.js';
import { whileHeld } from './turns.js';

/** A repository over its objects and its refs, wherever they are. */
export function createRepository(gitdir: string, objects: Objects, refs: Refs): Repository {
  const reading = createReading(gitdir, objects, () => refs.cuts());
  const parts: RepositoryParts = { gitdir, objects, refs, reading };

  const stored = async <Result>(write: () => Promise<Result>): Promise<Result> => {
    try {
      return await write();
    } catch (error) {
      throw toStorageError(error, gitdir);
    }
  };
  const commitMany = (request: ChainRequest): Promise<readonly Committed[]> =>
    stored(() => commitChain(parts, request));

  return {
    gitdir,
    findRef: (ref) => refs.find(ref),
    listRefs: (prefix, damaged) => refs.list(prefix, damaged),
    readCommit: (oid) => reading.commit(oid),
    readTree: (oid) => reading.tree(oid),
    readBlob: (oid) => reading.blob(oid),
    readMany: (oids) => objects.readMany(oids),
    checkObject: async (oid) => {
      if ((await objects.find(oid)) === undefined) throw missing(gitdir, oid);
    },
    findEntry: (tree, path) => reading.entry(tree, path),
    addObjects: (added) =>
      stored(async () => {
        const writing = objects.begin(added.length > MOST_LOOSE);
        const written = await Promise.allSettled(added.map((object) => writing.write(object)));
        for (const each of written) if (each.status === 'rejected') throw each.reason;
        await writing.settle();
      }),
    commit: async ({ ref, ...commit }) => {
      const [committed] = await commitMany({ ref, commits: [commit] });
      if (committed === undefined) throw new RangeError('one commit was asked for');
      return committed;
    },
    commitMany,
    replaceRef: (ref, from, to) => stored(() => refs.move(ref, from, to)),
    deleteRef: (ref, expected) => stored(() => refs.move(ref, expected, undefined)),
    cutAt: (oids) => stored(() => refs.cut(oids)),
    counts: () => objects.counts(),
    pack: (signal) => stored(() => objects.pack(signal)),
    collect: (request) => stored(() => objects.collect(request, refs)),
    whileHeld: (work) => whileHeld(gitdir, work),
    forget: () => {
      reading.forget();
      objects.forget();
    },
    close: () => {
      reading.forget();
      objects.close();
    },
  };
}
