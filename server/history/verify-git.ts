import type { Progress } from '../../contract/progress.js';
import { CellarError } from '../errors.js';
import { isPointerPath, parsePointer } from '../store/artifacts/pointer.js';
import { follow, type Unread } from '../store/git/follow.js';
import { inspectRefs, type RefsFound } from '../store/git/inspect-refs.js';
import { surveyObjects, type Survey, type SurveyOptions } from '../store/git/survey.js';
import type { Store } from '../store/store.js';

/** A file that git has a pointer to. */
export interface Pointed {
  readonly sha256: string;
  readonly size: number;
  /** Of the pointer. */
  readonly path: string;
}

/** What git's files hold, and what its refs lead to. */
export interface GitFound {
  readonly survey: Survey;
  readonly refs: RefsFound;
  /** What refs lead to and no file gives whole, by name. */
  readonly unread: ReadonlyMap<string, Unread>;
  /** How many commits refs lead to. */
  readonly commits: number;
  readonly pointed: readonly Pointed[];
}

export interface ExamineOptions {
  readonly report: (progress: Progress) => void;
  readonly signal: AbortSignal;
  readonly visit?: NonNullable<SurveyOptions['visit']>;
  /** Nobody else writes: see compareCatalog. */
  readonly alone?: boolean;
}

/** Reads every object and ref, and follows the refs. What is written meanwhile is seen too, or not missed. */
export async function examineGit(
  { repository, places, disk }: Store,
  options: ExamineOptions,
): Promise<GitFound> {
  const survey = await surveyObjects(places.git, { disk, ...options });
  const refs = await inspectRefs(places.git, disk);
  const unread = new Map<string, Unread>();
  const pointers = new Map<string, string>();
  let done = 0;
  const isSound = async (oid: string): Promise<boolean> => {
    options.signal.throwIfAborted();
    if (survey.sound.has(oid)) return true;
    if (unread.has(oid) || !(await isThere(oid))) return false;
    // It came after the survey had passed.
    survey.sound.add(oid);
    return true;
  };
  const isThere = async (oid: string): Promise<boolean> => {
    try {
      await repository.checkObject(oid);
      return true;
    } catch (error) {
      if (error instanceof CellarError && error.code === 'store_damaged') return false;
      throw error;
    }
  };
  const heads = refs.refs.flatMap(({ ref, oid }) =>
    oid === undefined ? [] : [[ref, oid] as const],
  );
  const { commits } = await follow(heads, {
    repository,
    isSound,
    unread: (found) => unread.set(found.oid, found),
    commit: () => {
      done += 1;
      options.report({ what: 'commits', done, total: null });
    },
    blob: (oid, path) => {
      if (isPointerPath(path)) pointers.set(oid, path);
    },
  });
  const pointed = await readPointers(repository, pointers);
  return { survey, refs, unread, commits: commits.size, pointed };
}

async function readPointers(
  repository: Store['repository'],
  pointers: ReadonlyMap<string, string>,
): Promise<readonly Pointed[]> {
  const pointed: Pointed[] = [];
  for await (const read of repository.readMany([...pointers.keys()])) {
    const file = read.kind === 'object' ? parsePointer(read.object.content) : undefined;
    if (read.kind === 'object' && file !== undefined)
      pointed.push({ ...file, path: pointers.get(read.object.oid) ?? '' });
  }
  return pointed;
}
