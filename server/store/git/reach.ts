import { CellarError } from '../../errors.js';
import { runGit } from './git-run.js';
import type { GitObject } from './object.js';
import { missing } from './reading.js';
import { REACHED, STAYS, type Inventory } from './inventory.js';
import { walkObjects } from './walk.js';

export interface ReachParts {
  readonly gitdir: string;
  readonly inventory: Inventory;
  readonly find: (oid: string) => Promise<GitObject | undefined>;
  readonly shallow: ReadonlySet<string>;
  readonly signal: AbortSignal;
  /** Told how many objects were come to. */
  readonly report: (done: number) => void;
}

/**
 * Marks everything that `tips` lead to, and that objects which stay lead to: a tree that is being made anew may name a file that is
 * old. By the system's git or, where there is none, by our own hand. `all` adds whatever git itself holds on to, as working trees and
 * logs of refs do. Throws store_damaged where something cannot be read: then nothing may go.
 */
export async function markReached(
  parts: ReachParts,
  { tips, all }: { readonly tips: readonly string[]; readonly all: boolean },
): Promise<void> {
  if (!(await markByGit(parts, tips, all))) await markFrom(parts, tips);
  const { table } = parts.inventory;
  for (let at = 0; at < table.size; at += 1)
    if (table.has(at, STAYS) && !table.has(at, REACHED))
      await walkObjects([table.name(at)], { ...toWalk(parts), missing: undefined });
}

/** Marks what these lead to, but not beyond what is marked already. */
export async function markFrom(parts: ReachParts, tips: Iterable<string>): Promise<void> {
  const elsewhere = new Set<string>();
  await walkObjects(tips, {
    ...toWalk(parts, elsewhere),
    missing: (oid) => missing(parts.gitdir, oid),
  });
  for (const oid of elsewhere)
    if ((await parts.find(oid)) === undefined) throw missing(parts.gitdir, oid);
}

/** `elsewhere` takes what is not in the table: borrowed, or written since. */
function toWalk(
  { inventory: { table }, find, shallow, signal, report }: ReachParts,
  elsewhere = new Set<string>(),
): Pick<Parameters<typeof walkObjects>[1], 'find' | 'reach' | 'shallow' | 'signal'> {
  let done = 0;
  const reach = (oid: string): boolean => {
    const position = table.find(Buffer.from(oid, 'hex'));
    if (position === undefined ? elsewhere.has(oid) : table.has(position, REACHED)) return false;
    if (position === undefined) elsewhere.add(oid);
    else table.mark(position, REACHED);
    done += 1;
    report(done);
    return true;
  };
  return { find, reach, shallow, signal };
}

/** False when there is no git to do it. */
async function markByGit(
  { gitdir, inventory: { table }, signal, report }: ReachParts,
  tips: readonly string[],
  all: boolean,
): Promise<boolean> {
  const id = Buffer.alloc(20);
  let done = 0;
  const onLine = (line: string): void => {
    id.write(line.slice(0, 40), 'hex');
    const position = table.find(id);
    done += 1;
    report(done);
    if (position === undefined) return;
    table.mark(position, REACHED);
    table.setHint(position, toHint(line));
  };
  // Tips are named one by one: of a ref to something that is missing git would only say that it passes over it.
  const args = ['--no-replace-objects', 'rev-list', '--objects', '--reflog', '--indexed-objects'];
  try {
    const how = { input: tips, onLine, signal };
    return (await runGit(gitdir, [...args, ...(all ? ['--all'] : []), '--stdin'], how)) === 'done';
  } catch (error) {
    signal.throwIfAborted();
    throw new CellarError(
      'store_damaged',
      `What the refs of ${gitdir} lead to cannot all be read, so none of its objects was freed. Run "cellar verify" to see what is missing. (${error instanceof Error ? error.message : String(error)})`,
      { path: gitdir },
      { cause: error },
    );
  }
}

/** A number that stands for the path of a file or folder: the same for all its versions, which git makes small by one another. */
function toHint(line: string): number {
  let hash = 0x811c9dc5;
  for (let at = 41; at < line.length; at += 1)
    hash = Math.imul(hash ^ line.charCodeAt(at), 0x01000193);
  return hash >>> 0;
}
