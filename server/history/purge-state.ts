import { join } from 'node:path';

import { isErrno } from '../errors.js';
import { isTemporary, writeDurable } from '../store/disk/durable.js';
import type { Store } from '../store/store.js';
import type { Names } from './purge-names.js';
import type { Remover } from './purge-texts.js';
import { listNames } from '../store/disk/list-names.js';

/** A file of the operating state as it is without what is purged. */
export interface CleanedFile {
  readonly name: string;
  readonly content: string;
}

/** What Cellar alone has written there: keys, hashes, numbers and times. */
const OURS = new Set(['secrets.key', 'purged.json', 'purge.json', 'repair.json']);
const NUMBERS = new Set(['port', 'collected']);
/** Git's own files in which people write: addresses of remotes, with a token maybe, and what they run. */
const OF_GIT = ['config', 'description', 'hooks', 'info'];

/**
 * The files of the operating state that hold a text, without it: paths as `names` has them, losses with a mark; a pattern, a glob and an
 * import of which it is a part go whole, since with a mark they would be others.
 */
export async function cleanState(
  store: Store,
  remover: Remover,
  names: Names,
): Promise<readonly CleanedFile[]> {
  const { places, disk } = store;
  const holds = (text: string): boolean => remover.text(text) !== undefined;
  const found: CleanedFile[] = [];
  for (const name of await listNames(places.state, disk, 'ENOTDIR')) {
    const value = parse(await readText(store, join(places.state, name)));
    if (value === undefined || OURS.has(name) || NUMBERS.has(name) || isTemporary(name)) continue;
    if (!isIn(value, holds)) continue;
    if (name === 'losses.json') {
      const clean = remover.stored(Buffer.from(JSON.stringify(value)), names);
      if (clean !== undefined) found.push({ name, content: clean.toString('utf8') });
    } else {
      const clean = name === 'paused.json' ? mapPaths(value, names) : without(value, holds);
      found.push({ name, content: `${JSON.stringify(clean, undefined, 1)}\n` });
    }
  }
  return found;
}

/** Puts them in the place of those that hold it. */
export async function putState(store: Store, files: readonly CleanedFile[]): Promise<void> {
  for (const { name, content } of files)
    await writeDurable(join(store.places.state, name), content, 0o600, store.disk);
}

/** Files of the operating state, and of git beside its objects, that hold a text. */
export async function findInState(store: Store, remover: Remover): Promise<readonly string[]> {
  const { places, disk } = store;
  const holds = (text: string): boolean => remover.text(text) !== undefined;
  const found: string[] = [];
  for (const name of await listNames(places.state, disk, 'ENOTDIR')) {
    if (OURS.has(name) || NUMBERS.has(name)) continue;
    const path = join(places.state, name);
    const text = await readText(store, path);
    if (text !== undefined && isIn(parse(text) ?? text, holds)) found.push(path);
  }
  for (const name of OF_GIT) {
    const path = join(places.git, name);
    const below = (await listNames(path, disk, 'ENOTDIR')).map((each) => join(path, each));
    for (const each of [path, ...below]) {
      const text = await readText(store, each);
      if (text !== undefined && holds(text)) found.push(each);
    }
  }
  return found;
}

async function readText({ disk }: Store, path: string): Promise<string | undefined> {
  try {
    return await disk.readFile(path, 'utf8');
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'EISDIR')) return undefined;
    throw error;
  }
}

function parse(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Whether a string in it, or the name of a field, is wanted. What was said to be no secret is known by hashes alone. */
function isIn(value: unknown, holds: (text: string) => boolean): boolean {
  if (typeof value === 'string') return holds(value);
  if (Array.isArray(value)) return value.some((each) => isIn(each, holds));
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(
    ([name, each]) => holds(name) || (name !== 'allowed' && isIn(each, holds)),
  );
}

/** Without the items of lists, and the fields, that hold a text; what is around them stays. */
function without(value: unknown, holds: (text: string) => boolean): unknown {
  if (Array.isArray(value)) return value.filter((each) => !isIn(each, holds));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name, each]) => !holds(name) && !(typeof each === 'string' && holds(each)))
      .map(([name, each]) => [name, name === 'allowed' ? each : without(each, holds)]),
  );
}

function mapPaths(value: unknown, names: Names): unknown {
  if (typeof value === 'string') return names.path(value);
  if (Array.isArray(value)) return value.map((each) => mapPaths(each, names));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [name, mapPaths(each, names)]),
  );
}
