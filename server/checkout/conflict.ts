import { GitFailure, runGit } from './git.js';
import { readBlob } from './revision.js';

/** The sides of a merge that git left to a person, as the index holds them. A side is undefined where it has no such file. */
export interface Conflict {
  readonly base: Buffer | undefined;
  readonly local: Buffer | undefined;
  readonly remote: Buffer | undefined;
}

/** The three sides of an unmerged file; `path` is relative to `folder`. Undefined where git has no conflict there, or no repository. */
export async function findConflict(folder: string, path: string): Promise<Conflict | undefined> {
  const stages = new Map<string, string>();
  for (const row of await listUnmerged(folder, path)) {
    const [, oid, stage] = /^\d+ ([0-9a-f]+) ([123])\t/.exec(row) ?? [];
    if (oid !== undefined && stage !== undefined) stages.set(stage, oid);
  }
  if (stages.size === 0) return undefined;
  const read = (stage: string): Promise<Buffer | undefined> => {
    const oid = stages.get(stage);
    return oid === undefined ? Promise.resolve(undefined) : readBlob(folder, oid);
  };
  const [base, local, remote] = await Promise.all(['1', '2', '3'].map(read));
  return { base, local, remote };
}

async function listUnmerged(folder: string, path: string): Promise<string[]> {
  try {
    const words = ['--literal-pathspecs', 'ls-files', '--unmerged', '-z', '--', path];
    return (await runGit(folder, words)).toString('utf8').split('\0');
  } catch (error) {
    if (error instanceof GitFailure) return [];
    throw error;
  }
}
