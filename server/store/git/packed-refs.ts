import { join } from 'node:path';

import { CellarError, isErrno } from '../../errors.js';
import type { Disk } from '../disk/disk.js';
import { syncFolder } from '../disk/durable.js';
import { underLock } from './locked.js';

const LINE = /^([0-9a-f]{40}) (\S+)$/;
const NAME = /^[0-9a-f]{40}$/;
const HEADER = /^# pack-refs with:( peeled| fully-peeled| sorted)* ?$/;

/** The refs that git's gc or clone has packed into one file. */
export async function readPackedRefs(
  gitdir: string,
  disk: Disk,
): Promise<ReadonlyMap<string, string>> {
  const refs = new Map<string, string>();
  for (const line of ((await readText(gitdir, disk)) ?? '').split('\n')) {
    const match = LINE.exec(line);
    if (match?.[1] !== undefined && match[2] !== undefined) refs.set(match[2], match[1]);
  }
  return refs;
}

/** Why the file is not what git has written; undefined where it is, or where there is none. */
export async function findPackedDamage(
  gitdir: string,
  disk: Disk,
): Promise<CellarError | undefined> {
  const path = join(gitdir, 'packed-refs');
  const text = await readText(gitdir, disk);
  const { reason } = text === undefined ? { reason: undefined } : inspectPackedRefs(text);
  if (reason === undefined) return undefined;
  return new CellarError(
    'store_damaged',
    `${path} is damaged: ${reason}. Run "cellar verify --repair".`,
    { path },
  );
}

/** What can be read of the file, as strictly as git writes it, and what is wrong with it. */
export function inspectPackedRefs(text: string): {
  readonly refs: ReadonlyMap<string, string>;
  readonly reason: string | undefined;
} {
  const refs = new Map<string, string>();
  const lines = text.split('\n');
  const wrong: number[] = [];
  let last = '';
  for (const [index, line] of lines.entries()) {
    const [oid = '', ref = '', ...rest] = line.split(' ');
    const isEnd = index === lines.length - 1;
    if (index === 0 ? HEADER.test(line) && !isEnd : isEnd && line === '') continue;
    if (NAME.test(oid) && isRefName(ref) && rest.length === 0 && ref > last) {
      refs.set(ref, oid);
      last = ref;
      // Git writes its header first, and ends every line.
      if (isEnd || index === 0) wrong.push(index + 1);
    } else if (!/^\^[0-9a-f]{40}$/.test(line) || last === '') wrong.push(index + 1);
  }
  const reason = wrong.length === 0 ? undefined : `line ${wrong.join(', ')} is not what git wrote`;
  return { refs, reason };
}

/** A name that git's own check lets pass (git-check-ref-format), below refs/. */
function isRefName(ref: string): boolean {
  const refused =
    // eslint-disable-next-line no-control-regex -- control characters are what a damaged name may hold
    /[\u0000-\u0020\u007f~^:?*[\\]|\.\.|@\{|\/\/|(^|\/)\.|\.lock(\/|$)|\.$|\/$|\ufffd/;
  return ref.startsWith('refs/') && !refused.test(ref) && ref.isWellFormed();
}

/** Takes a ref out of the file, under git's own lock of it, and syncs; the caller holds the ref's lock. */
export async function dropPackedRef(gitdir: string, ref: string, disk: Disk): Promise<void> {
  if (!(await readPackedRefs(gitdir, disk)).has(ref)) return;
  await underLock(join(gitdir, 'packed-refs'), disk, async (put) => {
    put(without((await readText(gitdir, disk)) ?? '', ref));
  });
  await syncFolder(gitdir, disk);
}

/** A line that starts with "^" says what the tag before it leads to, and goes with it. */
function without(text: string, ref: string): string {
  const kept: string[] = [];
  let dropping = false;
  for (const line of text.split('\n')) {
    if (!line.startsWith('^')) dropping = LINE.exec(line)?.[2] === ref;
    if (!dropping) kept.push(line);
  }
  return kept.join('\n');
}

async function readText(gitdir: string, disk: Disk): Promise<string | undefined> {
  try {
    return await disk.readFile(join(gitdir, 'packed-refs'), 'utf8');
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return undefined;
    throw error;
  }
}
