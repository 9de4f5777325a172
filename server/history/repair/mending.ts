import type { Progress } from '../../../contract/progress.js';
import type { Aside } from '../../store/aside.js';
import { parseCommit, type Commit } from '../../store/git/commit.js';
import type { GitObject } from '../../store/git/object.js';
import { OidSet } from '../../store/git/oid-set.js';
import type { Repository } from '../../store/git/repository.js';
import { parseTree } from '../../store/git/tree.js';
import type { History } from '../history.js';

/** What the steps of a repair share. */
export interface Mending {
  readonly history: History;
  /** Git as it is: see Store's mend. */
  readonly repository: Repository;
  readonly aside: Aside;
  /** Every object that can be read by now. */
  readonly sound: OidSet;
  readonly pool: Pool;
  /** Backups and clones of the store: absolute paths. */
  readonly from: readonly string[];
  readonly signal: AbortSignal;
  readonly report: (progress: Progress) => void;
  /** Notes what was mended, and how. */
  readonly note: (what: string, how: string) => void;
}

/** What the sound objects of a repository say of one another. */
export class Pool {
  readonly commits = new Map<string, Commit>();
  private readonly named = new OidSet();

  /** Takes note of a sound object. */
  readonly visit = ({ type, oid, content }: GitObject): void => {
    if (type === 'commit') {
      const commit = parseCommit(oid, content);
      this.commits.set(oid, commit);
      for (const each of [commit.tree, ...commit.parents]) if (each !== '') this.named.add(each);
    } else if (type === 'tree')
      for (const entry of parseTree(content).values()) this.named.add(entry.oid);
  };

  /** Whether a sound object names this one. */
  isNamed(oid: string): boolean {
    return this.named.has(oid);
  }
}

/** Puts objects that were made anew; durable when it returns. */
export async function put(mending: Mending, objects: readonly GitObject[]): Promise<void> {
  await mending.repository.addObjects(objects);
  for (const object of objects) if (mending.sound.add(object.oid)) mending.pool.visit(object);
}
