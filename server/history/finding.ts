import { MAX_LISTED_DAMAGED, type Concerned, type Damage } from '../../contract/upkeep.js';
import type { Unread } from '../store/git/follow.js';

/** A damage with every object that it stands for. */
export type Finding = Damage & { readonly objects: readonly string[] };

/** What a finding is made of; what is absent is nothing. */
export interface FindingParts {
  readonly what: string;
  readonly reason: string;
  readonly kind: Damage['kind'];
  /** Below `.cellar`. */
  readonly file?: string | undefined;
  readonly objects?: readonly string[];
  readonly concerned?: Iterable<Concerned>;
  readonly runs?: Iterable<string>;
}

export function toFinding(parts: FindingParts): Finding {
  const { what, reason, kind, file, objects = [], concerned = [], runs = [] } = parts;
  const snapshots = [...new Map([...concerned].map((each) => [each.id, each])).values()];
  return {
    what,
    reason,
    kind,
    ...(file === undefined ? {} : { file }),
    ...(objects.length === 1 ? { object: objects[0] } : {}),
    snapshots: { count: snapshots.length, listed: snapshots.slice(0, MAX_LISTED_DAMAGED) },
    runs: [...new Set(runs)].slice(0, MAX_LISTED_DAMAGED),
    objects,
  };
}

/** Names what cannot be read: "a.ipynb in commit 1f3…". */
export function describeUnread({ kind, oid, ref, commit, path }: Unread): string {
  if (kind === 'commit') return commit === undefined ? ref : `commit ${oid}, before ${commit}`;
  const place = kind === 'blob' ? path : path === '' ? 'the top folder' : `the folder ${path}`;
  return `${place} in commit ${commit ?? ''}`;
}

/** The folder on main of what is known of a run. */
export function runFolder(run: string): string {
  return `.cellar/runs/${run.slice(0, 2)}/${run}`;
}

/** The run that a path of main's tree belongs to. */
export function findRunOf(path: string): string | undefined {
  return /^\.cellar\/runs\/[^/]+\/([^/]+)/.exec(path)?.[1];
}
