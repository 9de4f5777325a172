import { join } from 'node:path';

import type { Progress } from '../../../contract/progress.js';
import { isErrno } from '../../errors.js';
import type { Disk } from '../disk/disk.js';
import type { GitObject } from './object.js';
import type { Refs } from './refs.js';

/** Names objects that stand in the place of what some refs lead to. */
export type Plan = ReadonlyMap<string, readonly string[]>;

export interface CollectRequest {
  /** What was put where it is at this time or later stays, and all that it leads to. In milliseconds since 1970. */
  readonly before: number;
  /** Nothing goes then, and it is said what would if these refs led to these objects and to nothing else. */
  readonly plan?: Plan;
  /** Runs work while nobody writes a commit. */
  readonly exclusively: <Result>(work: () => Promise<Result>) => Promise<Result>;
  readonly report?: ((progress: Progress) => void) | undefined;
  readonly signal: AbortSignal;
}

/** What a collection of objects has freed, or would free. */
export interface Freed {
  /** Each object once. */
  readonly count: number;
  readonly bytes: number;
  /** Why less went than could have, in words. */
  readonly heldBack: string | undefined;
}

/** What a collection works on. */
export interface CollectParts {
  readonly gitdir: string;
  readonly disk: Disk;
  readonly refs: Refs;
  readonly find: (oid: string) => Promise<GitObject | undefined>;
}

/** What refs lead to, and a HEAD that stands beside them. */
export async function listTips(
  { gitdir, disk, refs }: Pick<CollectParts, 'gitdir' | 'disk' | 'refs'>,
  plan?: Plan,
): Promise<readonly string[]> {
  const tips = new Set<string>();
  // Twice, since git may pack a ref between the look at packed ones and the look at the others.
  for (const listed of [await refs.list('refs/'), await refs.list('refs/')])
    for (const [ref, oid] of listed) for (const tip of plan?.get(ref) ?? [oid]) tips.add(tip);
  const head = (await readText(join(gitdir, 'HEAD'), disk)).trim();
  if (/^[0-9a-f]{40}$/.test(head)) tips.add(head);
  return [...tips];
}

async function readText(path: string, disk: Disk): Promise<string> {
  try {
    return await disk.readFile(path, 'utf8');
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return '';
    throw error;
  }
}
