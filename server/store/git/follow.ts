import type { Commit } from './commit.js';
import { OidSet } from './oid-set.js';
import type { Repository } from './repository.js';
import { FOLDER_MODE } from './tree.js';

const LINK_MODE = '160000';

/** Something that a ref leads to and that cannot be read. */
export interface Unread {
  readonly kind: 'commit' | 'tree' | 'blob';
  readonly oid: string;
  readonly ref: string;
  /** The newest commit that has it; for a commit the one after it, undefined where the ref itself names it. */
  readonly commit: string | undefined;
  /** Where it is in that commit's tree; "" for a root, and for a commit. */
  readonly path: string;
}

export interface FollowParts {
  readonly repository: Pick<Repository, 'readCommit' | 'readTree'>;
  /** Whether an object can be read. */
  readonly isSound: (oid: string) => Promise<boolean>;
  readonly unread: (found: Unread) => void;
  /** Told of each commit, the newest of a ref first. */
  readonly commit?: (commit: Commit, ref: string) => void;
  /** Told of each blob the first time it is met. */
  readonly blob?: (oid: string, path: string, commit: Commit) => void;
}

/** What was met. */
export interface Followed {
  readonly commits: OidSet;
  readonly files: OidSet;
}

/** Follows refs to everything that they lead to, each once; what cannot be read is told and costs only what it alone leads to. */
export async function follow(
  refs: Iterable<readonly [ref: string, oid: string]>,
  parts: FollowParts,
): Promise<Followed> {
  const following = new Following(parts);
  for (const [ref, oid] of refs) await following.ref(ref, oid);
  return following;
}

class Following implements Followed {
  readonly commits = new OidSet();
  readonly files = new OidSet();

  constructor(private readonly parts: FollowParts) {}

  async ref(ref: string, head: string): Promise<void> {
    const waiting: { readonly oid: string; readonly child: string | undefined }[] = [
      { oid: head, child: undefined },
    ];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const { oid, child } = next;
      if (this.commits.has(oid)) continue;
      if (!(await this.parts.isSound(oid))) {
        if (this.files.add(oid))
          this.parts.unread({ kind: 'commit', oid, ref, commit: child, path: '' });
        continue;
      }
      this.commits.add(oid);
      const commit = await this.parts.repository.readCommit(oid);
      this.parts.commit?.(commit, ref);
      if (commit.tree !== '') await this.tree(commit.tree, '', commit, ref);
      for (const parent of commit.parents.toReversed()) waiting.push({ oid: parent, child: oid });
    }
  }

  private async tree(oid: string, path: string, commit: Commit, ref: string): Promise<void> {
    if (!this.files.add(oid)) return;
    const unread = (kind: 'tree' | 'blob', each: string, at: string): void => {
      this.parts.unread({ kind, oid: each, ref, commit: commit.oid, path: at });
    };
    if (!(await this.parts.isSound(oid))) {
      unread('tree', oid, path);
      return;
    }
    for (const entry of (await this.parts.repository.readTree(oid)).values()) {
      const at = path === '' ? entry.name : `${path}/${entry.name}`;
      if (entry.mode === FOLDER_MODE) await this.tree(entry.oid, at, commit, ref);
      else if (entry.mode !== LINK_MODE && this.files.add(entry.oid)) {
        if (await this.parts.isSound(entry.oid)) this.parts.blob?.(entry.oid, at, commit);
        else unread('blob', entry.oid, at);
      }
    }
  }
}
