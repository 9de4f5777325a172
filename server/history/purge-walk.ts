import { CellarError } from '../errors.js';
import type { Commit } from '../store/git/commit.js';
import type { Repository } from '../store/git/repository.js';
import { FOLDER_MODE } from '../store/git/tree.js';
import { isNameFree, roleOf, zoneBelow, type Role, type Zone } from './purge-roles.js';

/** Everything that refs lead to. */
export interface Walked {
  readonly refs: ReadonlyMap<string, string>;
  /** Parents before their children. */
  readonly commits: readonly Commit[];
  readonly trees: ReadonlySet<string>;
  /** What each blob is; one that is several things is the first of Role. */
  readonly blobs: ReadonlyMap<string, Role>;
  /** The names in trees that a person may have given. */
  readonly names: ReadonlySet<string>;
}

const LINK_MODE = '160000';
const ORDER: readonly Role[] = ['notebook', 'stored', 'points', 'file', 'ours'];

/** Walks all refs; ends with the signal's reason when it is aborted. */
export async function walk(repository: Repository, signal: AbortSignal): Promise<Walked> {
  const refs = await repository.listRefs('refs/');
  const commits = new Map<string, Commit>();
  for (const [ref, oid] of refs) await walkCommits(repository, { ref, oid }, commits);
  const walker = new TreeWalker(repository);
  for (const { tree } of commits.values()) {
    signal.throwIfAborted();
    await walker.walk(tree, 'root');
  }
  const { trees, blobs, names } = walker;
  return { refs, commits: [...commits.values()], trees, blobs, names };
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

class TreeWalker {
  readonly trees = new Set<string>();
  readonly blobs = new Map<string, Role>();
  readonly names = new Set<string>();
  /** The same tree may stand in several places, where its files are other things. */
  readonly #seen = new Set<string>();

  constructor(private readonly repository: Repository) {}

  async walk(oid: string, zone: Zone): Promise<void> {
    const key = `${zone} ${oid}`;
    if (this.#seen.has(key)) return;
    this.#seen.add(key);
    this.trees.add(oid);
    for (const entry of (await this.repository.readTree(oid)).values()) {
      if (isNameFree(zone, entry.name)) this.names.add(entry.name);
      // Another repository's commit, which is not here.
      if (entry.mode === LINK_MODE) continue;
      if (entry.mode === FOLDER_MODE) await this.walk(entry.oid, zoneBelow(zone, entry.name));
      else this.#note(entry.oid, roleOf(zone, entry.name));
    }
  }

  #note(oid: string, role: Role): void {
    const known = this.blobs.get(oid);
    if (known === undefined || ORDER.indexOf(role) < ORDER.indexOf(known))
      this.blobs.set(oid, role);
  }
}
