import { createHash } from 'node:crypto';

import type { Progress } from '../../contract/progress.js';
import { CellarError, isErrno } from '../errors.js';
import type { EntryRow, RunRow } from '../store/catalog/rows.js';
import type { Store } from '../store/store.js';
import { readLosses } from './losses.js';
import { findPurged } from './purged-files.js';
import type { Pointed } from './verify-git.js';

const OF_NO_RUN = 'a file of no run';

/** A file that runs made and that is missing, or not what its name says. */
export interface DamagedArtifact {
  readonly sha256: string;
  /** As the first run that has it calls it; else where its pointer is. */
  readonly name: string;
  readonly reason: string;
  readonly isMissing: boolean;
  readonly runs: readonly string[];
}

/** What became of all files. */
export interface ArtifactsFound {
  readonly count: number;
  readonly damaged: readonly DamagedArtifact[];
  /** Missing on purpose; not in `count`. */
  readonly purged: readonly { readonly sha256: string; readonly name: string }[];
}

/** Reads every file that is kept, that a run names or that git points to, and checks it against its SHA-256. */
export async function verifyArtifacts(
  store: Store,
  { runs, entries }: { readonly runs: Iterable<RunRow>; readonly entries: Iterable<EntryRow> },
  pointed: readonly Pointed[],
  {
    report,
    signal,
  }: { readonly report: (progress: Progress) => void; readonly signal: AbortSignal },
): Promise<ArtifactsFound> {
  const wanted = new Map<string, { name: string; runs: string[] }>();
  const want = (sha256: string, name: string, run?: string): void => {
    const each = wanted.get(sha256) ?? { name, runs: [] };
    wanted.set(sha256, each);
    if (run !== undefined && !each.runs.includes(run)) each.runs.push(run);
  };
  for (const { id, artifacts } of runs)
    for (const { sha256, name } of artifacts) want(sha256, name, id);
  for (const { artifacts } of entries) for (const { sha256, name } of artifacts) want(sha256, name);
  for (const { sha256, path } of pointed) want(sha256, path);
  // What an earlier repair has found to be lost is so until its bytes are here again, whether a run names it or not.
  for (const { kind, objects } of await readLosses(store))
    if (kind === 'artifact')
      for (const sha256 of objects) if (!wanted.has(sha256)) want(sha256, OF_NO_RUN);
  // A run that has not been claimed yet may want one of these.
  const unwanted = new Set<string>();
  for await (const { sha256 } of store.artifacts.list())
    if (!wanted.has(sha256)) unwanted.add(sha256);

  // Where git cannot say what was purged, that is a damage of its own, and what is missing is one too.
  const gone = await findPurged(store, [...wanted.keys()]).catch(() => new Set<string>());
  const purged = [...gone].map((sha256) => ({ sha256, name: wanted.get(sha256)?.name ?? '' }));
  for (const sha256 of gone) wanted.delete(sha256);

  const damaged: DamagedArtifact[] = [];
  const total = wanted.size + unwanted.size;
  let done = 0;
  for (const sha256 of [...wanted.keys(), ...unwanted]) {
    signal.throwIfAborted();
    const hash = await hashOf(store, sha256, signal);
    const { name, runs: by } = wanted.get(sha256) ?? { name: OF_NO_RUN, runs: [] };
    // What nothing needs may have been freed meanwhile.
    const isFreed = hash === undefined && unwanted.has(sha256);
    if (hash !== sha256 && !isFreed)
      damaged.push({
        sha256,
        name,
        runs: by,
        isMissing: hash === undefined,
        reason:
          hash === undefined
            ? 'it is missing'
            : hash === ''
              ? 'the disk cannot read it'
              : `its bytes have SHA-256 ${hash}`,
      });
    done += 1;
    report({ what: 'files', done, total });
  }
  return { count: total, damaged, purged };
}

/** Undefined where there is no such file; "" where the disk cannot read it. */
async function hashOf(
  { artifacts }: Store,
  sha256: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    const hash = createHash('sha256');
    for await (const chunk of await artifacts.read(sha256)) {
      signal.throwIfAborted();
      hash.update(chunk as Buffer);
    }
    return hash.digest('hex');
  } catch (error) {
    if (error instanceof CellarError && error.code === 'artifact_missing') return undefined;
    if (isErrno(error, 'EIO')) return '';
    throw error;
  }
}
