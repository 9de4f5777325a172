import { isUtf8 } from 'node:buffer';

import type { Author } from '../../contract/snapshot.js';
import { CellarError } from '../errors.js';
import { splitAtNul, streamGit } from './stream.js';

/** What a commit did to one notebook. Paths begin at the top of the repository, with "/". */
export type NotebookChange =
  | { readonly kind: 'added' | 'modified'; readonly path: string; readonly oid: string }
  | {
      readonly kind: 'renamed' | 'copied';
      readonly from: string;
      readonly path: string;
      readonly oid: string;
    }
  | { readonly kind: 'deleted'; readonly path: string }
  /** Its name is not UTF-8. */
  | { readonly kind: 'unnameable'; readonly path: string };

export interface LoggedCommit {
  readonly commit: string;
  readonly author: Author;
  /** Of the author, in milliseconds since 1970. */
  readonly time: number;
  readonly subject: string;
  /** What follows the subject; "" for nothing. */
  readonly body: string;
  /** Of a merge against each of its parents, one after another. */
  /** Has several parents: then most of the changes were made before, on one of its sides. */
  readonly merge: boolean;
  readonly changes: readonly NotebookChange[];
}

export interface LogOptions {
  /** The commit to begin at; undefined begins at branches alone. */
  readonly head: string | undefined;
  /** Begin at every branch and tag too. */
  readonly all?: boolean;
  /** Only commits younger than this, as `git log --since` takes it. */
  readonly since?: string | undefined;
  /** Leaves out this commit and all before it; one that the repository has not (any more) leaves out nothing. */
  readonly after?: string | undefined;
  /** A folder of the repository, with "/" at its end; "" for all of it. */
  readonly below: string;
  /** At most so many commits, the newest; undefined for all. */
  readonly most?: number;
  readonly signal?: AbortSignal;
}

const FORMAT = '--format=%x00%H%x00%P%x00%at%x00%an%x00%ae%x00%s%x00%b%x00';
/** Of a commit, behind its name. */
const FIELDS = 6;

/** The latest time that a date can be written in four digits of the year. */
const LAST_TIME = Date.UTC(9999, 11, 31);

/**
 * The commits that touched a notebook (a file named *.ipynb) in the repository around `folder`, parents before children, renames
 * and copies found. One pass of `git log`: its time is linear in the history, its memory in one commit.
 */
export async function* logNotebooks(
  folder: string,
  { head, all = false, since, after, below, most, signal }: LogOptions,
): AsyncGenerator<LoggedCommit> {
  const words = [
    // Every commit that touched one, also where a merge dropped its side.
    ...['log', '--topo-order', '--reverse', '--full-history', '-m', '--root'],
    // Copies are looked for among what the commit itself touched; so many candidates at most that it stays fast.
    ...['--raw', '-z', '--no-abbrev', '-M', '-C', '-l400'],
    ...['--no-ext-diff', '--no-textconv', '--ignore-submodules=all', '--no-color'],
    ...['--no-notes', '--no-show-signature', '--encoding=UTF-8', FORMAT],
    ...(since === undefined ? [] : [`--since=${since}`]),
    ...(most === undefined ? [] : ['-n', String(most)]),
    ...(all ? ['--branches', '--remotes', '--tags'] : []),
    ...(after === undefined ? [] : ['--ignore-missing']),
    ...[
      '--end-of-options',
      ...(head === undefined ? [] : [head]),
      ...(after === undefined ? [] : [`^${after}`]),
      '--',
      `:(top,icase)${escapeGlob(below)}*.ipynb`,
    ],
  ];
  if (head === undefined && !all) return;
  let open: { commit: string; fields: string[]; changes: NotebookChange[] } | undefined;
  const tokens = splitAtNul(streamGit(folder, words, signal));
  for await (const token of tokens) {
    const text = token.toString('utf8');
    const row = /^\n?:\d+ (\d+) [0-9a-f]+ ([0-9a-f]+) ([A-Z])\d*$/.exec(text);
    if (row !== null && open !== undefined) {
      const [, mode = '', oid = '', status = ''] = row;
      const from = await take(tokens);
      const to = status === 'R' || status === 'C' ? await take(tokens) : from;
      const change = toChange({ mode, oid, status, from, to });
      if (change !== undefined) open.changes.push(change);
      continue;
    }
    if (!/^\n?[0-9a-f]{40,64}$/.test(text)) continue;
    const commit = text.trim();
    const fields: string[] = [];
    while (fields.length < FIELDS) fields.push((await take(tokens)).toString('utf8'));
    // A merge comes once for each parent.
    if (open?.commit === commit) continue;
    if (open !== undefined && open.changes.length > 0) yield toCommit(open);
    open = { commit, fields, changes: [] };
  }
  if (open !== undefined && open.changes.length > 0) yield toCommit(open);
}

/** A folder's name as a pathspec that means it alone. */
function escapeGlob(path: string): string {
  return path.replace(/[\\*?[]/g, '\\$&');
}

async function take(tokens: AsyncGenerator<Buffer>): Promise<Buffer> {
  const next = await tokens.next();
  if (next.done !== true) return next.value;
  throw new CellarError('internal', 'git ended in the middle of a commit.');
}

function toCommit(open: {
  readonly commit: string;
  readonly fields: readonly string[];
  readonly changes: readonly NotebookChange[];
}): LoggedCommit {
  const [parents = '', seconds = '', name = '', email = '', subject = '', body = ''] = open.fields;
  // Dates of commits can be anything: broken tools have written years far ahead, and before 1970.
  const time = Math.min(Math.max(Number(seconds) * 1000 || 0, 0), LAST_TIME);
  return {
    commit: open.commit,
    author: { name, email },
    time,
    subject: subject.trim(),
    body: body.trim(),
    merge: parents.includes(' '),
    changes: open.changes,
  };
}

function toChange(row: {
  readonly mode: string;
  readonly oid: string;
  readonly status: string;
  readonly from: Buffer;
  readonly to: Buffer;
}): NotebookChange | undefined {
  const [from, path] = [row.from.toString('utf8'), row.to.toString('utf8')];
  if (!isUtf8(row.to) || !isUtf8(row.from)) return { kind: 'unnameable', path };
  // Links and submodules (modes 120000 and 160000) are no notebooks; a notebook that becomes one is gone.
  if (row.status === 'D' || !row.mode.startsWith('100'))
    return row.status === 'A' ? undefined : { kind: 'deleted', path: from };
  const { oid } = row;
  if (row.status === 'R') return { kind: 'renamed', from, path, oid };
  if (row.status === 'C') return { kind: 'copied', from, path, oid };
  return { kind: row.status === 'A' ? 'added' : 'modified', path, oid };
}
