import { CellarError } from '../errors.js';
import type { Commit } from '../store/git/commit.js';
import type { Repository } from '../store/git/repository.js';
import { FOLDER_MODE } from '../store/git/tree.js';

/** Everything that refs lead to. */
export interface Walked {
  readonly refs: ReadonlyMap<string, string>;
  /** Parents before their children. */
  readonly commits: readonly Commit[];
  readonly trees: ReadonlySet<string>;
  /** Whether one of a blob's names is a notebook's, by the blob. */
  readonly blobs: ReadonlyMap<string, boolean>;
}

/** Walks all refs; ends with the signal's reason when it is aborted. */
export async function walk(repository: Repository, signal: AbortSignal): Promise<Walked> {
  const refs = await repository.listRefs('refs/');
  const commits = new Map<string, Commit>();
  for (const [ref, oid] of refs) await walkCommits(repository, { ref, oid }, commits);
  const trees = new Set<string>();
  const blobs = new Map<string, boolean>();
  for (const { tree } of commits.values()) {
    signal.throwIfAborted();
    await walkTree(repository, tree, { trees, blobs });
  }
  return { refs, commits: [...commits.values()], trees, blobs };
}

async function walkCommits(
  repository: Repository,
  { ref, oid }: { readonly ref: string; readonly oid: string },
  commits: Map<string, Commit>,
): Promise<void> {
  const waiting = [oid];
  for (let at = waiting.at(-1); at !== undefined; at = waiting.at(-1)) {
    const commit = commits.get(at) ?? (await repository.readCommit(at));
    if (commit.tree === '')
      throw new CellarError(
        'bad_request',
        `${ref} in ${repository.gitdir} leads to something that is no commit, as a tag with a message does. Delete it first.`,
        { path: repository.gitdir },
      );
    const missing = commit.parents.filter((parent) => !commits.has(parent));
    if (missing.length > 0) waiting.push(...missing);
    else {
      commits.set(at, commit);
      waiting.pop();
    }
  }
}

async function walkTree(
  repository: Repository,
  oid: string,
  found: { readonly trees: Set<string>; readonly blobs: Map<string, boolean> },
): Promise<void> {
  if (found.trees.has(oid)) return;
  found.trees.add(oid);
  for (const entry of (await repository.readTree(oid)).values()) {
    if (entry.mode === FOLDER_MODE) await walkTree(repository, entry.oid, found);
    else {
      const isNotebook = entry.name.endsWith('.ipynb');
      found.blobs.set(entry.oid, isNotebook || found.blobs.get(entry.oid) === true);
    }
  }
}
