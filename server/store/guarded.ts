import type { CellarError } from '../errors.js';
import type { Artifacts } from './artifacts/artifacts.js';
import { MAIN } from './create.js';
import type { Repository } from './git/repository.js';
import type { Journal } from './journal/journal.js';
import type { Uploads } from './uploads/uploads.js';

/** What holds while the store is damaged: why nothing is written, and what stands for main. */
export interface Guard {
  readonly reason: CellarError;
  readonly standIn: string | undefined;
}

/** Undefined while the store is sound. */
type FindGuard = () => Guard | undefined;

/** Lets a write pass while nothing forbids it. */
function passing<Args extends readonly unknown[], Result>(
  find: FindGuard,
  write: (...args: Args) => Promise<Result>,
): (...args: Args) => Promise<Result> {
  return (...args) => {
    const reason = find()?.reason;
    return reason === undefined ? write(...args) : Promise.reject(reason);
  };
}

/** The repository as others than a repair see it: while it is guarded it is read only, and main is where it can be read. */
export function guardRepository(repository: Repository, find: FindGuard): Repository {
  return {
    ...repository,
    findRef: (ref) => {
      const guard = find();
      return guard === undefined || ref !== MAIN
        ? repository.findRef(ref)
        : Promise.resolve(guard.standIn);
    },
    listRefs: async (prefix, damaged) => {
      const guard = find();
      const refs = await repository.listRefs(prefix, damaged);
      if (guard === undefined || !MAIN.startsWith(prefix)) return refs;
      const others = [...refs].filter(([ref]) => ref !== MAIN);
      return new Map(
        guard.standIn === undefined ? others : [...others, [MAIN, guard.standIn] as const],
      );
    },
    addObjects: passing(find, (objects) => repository.addObjects(objects)),
    commit: passing(find, (request) => repository.commit(request)),
    commitMany: passing(find, (request) => repository.commitMany(request)),
    replaceRef: passing(find, (ref, from, to) => repository.replaceRef(ref, from, to)),
    deleteRef: passing(find, (ref, expected) => repository.deleteRef(ref, expected)),
    cutAt: passing(find, (oids) => repository.cutAt(oids)),
    pack: passing(find, (signal) => repository.pack(signal)),
  };
}

/** The files that runs made, read only while they are guarded. */
export function guardArtifacts(artifacts: Artifacts, find: FindGuard): Artifacts {
  return {
    ...artifacts,
    add: passing(find, (bytes, intake) => artifacts.add(bytes, intake)),
    addFile: passing(find, (path, intake) => artifacts.addFile(path, intake)),
    adopt: passing(find, (path, stored) => artifacts.adopt(path, stored)),
    touch: passing(find, (sha256) => artifacts.touch(sha256)),
    remove: passing(find, (sha256, before) => artifacts.remove(sha256, before)),
  };
}

/** Files that come in parts: nothing of them is written while they are guarded. */
export function guardUploads(uploads: Uploads, find: () => CellarError | undefined): Uploads {
  const guard: FindGuard = () => {
    const reason = find();
    return reason === undefined ? undefined : { reason, standIn: undefined };
  };
  return {
    start: passing(guard, (of, count) => uploads.start(of, count)),
    put: passing(guard, (part, bytes, intake) => uploads.put(part, bytes, intake)),
    complete: passing(guard, (completion) => uploads.complete(completion)),
    abort: passing(guard, (id, of) => uploads.abort(id, of)),
    sweep: passing(guard, () => uploads.sweep()),
  };
}

/** The journal, to which nothing is added while it is guarded. */
export function guardJournal(journal: Journal, find: FindGuard): Journal {
  return {
    ...journal,
    append: passing(find, (records) => journal.append(records)),
    seal: passing(find, (through) => journal.seal(through)),
  };
}
