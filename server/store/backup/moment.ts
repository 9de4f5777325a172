import { randomBytes } from 'node:crypto';
import { join } from 'node:path';

import * as z from 'zod';

import { CellarError, isErrno } from '../../errors.js';
import { MAIN } from '../create.js';
import { isTemporary } from '../disk/durable.js';
import { CUTS, formatCuts, readCuts } from '../git/cuts.js';
import { formatLine } from '../journal/line.js';
import type { Store } from '../store.js';
import { writeSetFile, type SetFile } from './manifest.js';
import { listNames } from '../disk/list-names.js';

const GENERATION_PATH = '.cellar/generation.json';
const generationSchema = z.object({ generation: z.number().int() });
const PURGED_PATH = '.cellar/purged-files.json';
const purgedSchema = z.object({ files: z.array(z.object({ sha256: z.string() })) });

/** The changing part of a store as of one moment, written into a set of a backup. */
export interface Moment {
  readonly refs: Readonly<Record<string, string>>;
  readonly generation: number;
  /** Files of runs that were purged, by hash, also those that are kept again since; undefined where the list of them is damaged. */
  readonly purged: ReadonlySet<string> | undefined;
  /** Commits at which history begins although they name others before, which are lost. */
  readonly cuts: ReadonlySet<string>;
  /** Of the journal. */
  readonly records: number;
  /** The set's folder, relative to the backup. */
  readonly set: string;
  readonly files: readonly SetFile[];
}

/** Writes what a store's refs, journal and state are, between two of its writes. */
export function captureMoment(store: Store, folder: string): Promise<Moment> {
  const capture = async (): Promise<Moment> => {
    await store.journal.settle();
    const refs = await store.repository.listRefs('refs/');
    const records = store.journal.pending(0);
    const set = `sets/${randomBytes(8).toString('hex')}`;
    const at = join(folder, set);
    const files = [
      await writeSetFile(at, 'journal.ndjson', Buffer.concat(records.map(formatLine)), store.disk),
    ];
    const cuts = await readCuts(store.places.git, store.disk);
    if (cuts.size > 0) files.push(await writeSetFile(at, CUTS, formatCuts(cuts), store.disk));
    for (const name of await listNames(store.places.state, store.disk, 'ENOTDIR')) {
      const bytes = isTemporary(name) ? undefined : await readState(store, name);
      if (bytes !== undefined)
        files.push(await writeSetFile(at, `state/${name}`, bytes, store.disk));
    }
    const main = refs.get(MAIN);
    const generation = (await readOnMain(store, main, GENERATION_PATH, generationSchema))
      ?.generation;
    const purged = await readPurged(store, main);
    const facts = { refs: Object.fromEntries(refs), generation: generation ?? 0, cuts, purged };
    return { ...facts, records: records.length, set, files };
  };
  // Of a store that is read-only nobody writes, and nothing may be asked to wait in its line.
  return store.readOnly ? capture() : store.exclusively(capture);
}

/**
 * True while everything that the moment's refs lead to is still what refs lead to now, so that no repack can have dropped any of
 * it: each has stayed or gone forward.
 */
export async function isStillHeld(store: Store, moment: Moment): Promise<boolean> {
  const now = await store.repository.listRefs('refs/');
  for (const [ref, oid] of Object.entries(moment.refs)) {
    let at = now.get(ref);
    while (at !== undefined && at !== oid) at = (await store.repository.readCommit(at)).parents[0];
    if (at === undefined) return false;
  }
  return true;
}

async function readState(store: Store, name: string): Promise<Buffer | undefined> {
  try {
    return await store.disk.readFile(join(store.places.state, name));
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'EISDIR')) return undefined;
    throw error;
  }
}

async function readPurged(
  store: Store,
  main: string | undefined,
): Promise<ReadonlySet<string> | undefined> {
  try {
    const { files = [] } = (await readOnMain(store, main, PURGED_PATH, purgedSchema)) ?? {};
    return new Set(files.map(({ sha256 }) => sha256));
  } catch (error) {
    const isDamaged = error instanceof CellarError && error.code === 'store_damaged';
    if (isDamaged || error instanceof SyntaxError || error instanceof z.ZodError) return undefined;
    throw error;
  }
}

/** What a file of the store's own on main says; undefined where it is not there. */
async function readOnMain<Value>(
  store: Store,
  main: string | undefined,
  path: string,
  schema: z.ZodType<Value>,
): Promise<Value | undefined> {
  if (main === undefined) return undefined;
  const { tree } = await store.repository.readCommit(main);
  const oid = await store.repository.findEntry(tree, path);
  if (oid === undefined) return undefined;
  return schema.parse(JSON.parse((await store.repository.readBlob(oid)).toString('utf8')));
}
