import { join } from 'node:path';

import { Low } from 'lowdb';
import * as z from 'zod';

import { CellarError } from '../../errors.js';
import { nodeDisk, type Disk } from '../disk/disk.js';
import { SummedFile } from '../disk/document.js';
import { makeFolder, syncFolder } from '../disk/durable.js';
import type { CatalogFiles } from './files.js';
import {
  COLLECTIONS,
  type CatalogChange,
  type CatalogPosition,
  type CatalogRows,
  type Collection,
  type StoredCatalog,
} from './rows.js';
import { Shelf, type Leaf } from './shelf.js';

/** Raised whenever rows change their shape: an older catalog is then built anew. */
const FORMAT = 5;
/** Of one document: written in some milliseconds, and few enough of them to be opened at once. */
const LEAF_BYTES = 256 * 1024;
const WAIT_MS = 1_000;
/** Writing takes this share of the time at most; git and the journal hold the truth meanwhile. */
const WRITING_SHARE = 0.05;

type AnyRow = CatalogRows[Collection];

interface Document {
  readonly format: number;
  readonly rows: readonly AnyRow[];
}

interface StoredLeaf extends Leaf<AnyRow> {
  /** Its document, by SHA-256 and how many rows are in it: more may have come since. Undefined before the first was written. */
  written: { readonly sum: string; readonly count: number } | undefined;
}

/** The root of the catalog: which documents are its parts. Written last, so that all of it is of one moment. */
const metaSchema = z.object({
  format: z.literal(FORMAT),
  position: z.record(z.string(), z.string()),
  documents: z.array(
    z.object({
      collection: z.enum(COLLECTIONS),
      first: z.string(),
      count: z.number().int(),
      sum: z.string().regex(/^[0-9a-f]{64}$/),
    }),
  ),
});
type Meta = z.infer<typeof metaSchema>;

/**
 * The embedded catalog: lowdb documents in one folder. `meta.json` names the others by collection and SHA-256; each holds a stretch
 * of ids, and a changed one is written under its new name before `meta.json` is. So whenever the process ends there is the old
 * catalog or the new one, and a document that is broken, older, or another's is not taken for a part of it.
 */
export function openCatalogFolder(
  folder: string,
  report: (error: unknown) => void = () => undefined,
  disk: Disk = nodeDisk,
): CatalogFiles {
  const makeLeaf = (first: string): StoredLeaf => ({
    first,
    rows: new Map(),
    dirty: false,
    written: undefined,
  });
  const makeShelves = (): Map<Collection, Shelf<AnyRow, StoredLeaf>> =>
    new Map(COLLECTIONS.map((name) => [name, new Shelf(LEAF_BYTES, makeLeaf)]));
  let shelves = makeShelves();
  let position: CatalogPosition = {};
  let isNoted = false;
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> = Promise.resolve();
  let pause = WAIT_MS;

  const nameOf = (collection: Collection, sum: string): string =>
    `${collection}-${sum.slice(0, 16)}.json`;
  const fileOf = (collection: Collection, sum?: string): SummedFile<Document | null> =>
    new SummedFile((each) => join(folder, nameOf(collection, each)), sum, disk);
  const metaFile = (): SummedFile<unknown> =>
    new SummedFile(() => join(folder, 'meta.json'), undefined, disk);

  const readLeaf = async (entry: Meta['documents'][number]): Promise<StoredLeaf> => {
    const { collection, first, count, sum } = entry;
    const low = new Low<Document | null>(fileOf(collection, sum), null);
    await low.read();
    if (low.data?.format !== FORMAT || low.data.rows.length !== count)
      throw new SyntaxError(`${join(folder, nameOf(collection, sum))} is missing`);
    const rows = new Map(low.data.rows.map((row) => [row.id, row]));
    return { first, rows, dirty: false, written: { sum, count } };
  };

  const read = async (): Promise<StoredCatalog | undefined> => {
    try {
      const low = new Low<unknown>(metaFile(), null);
      await low.read();
      if (low.data === null) return undefined;
      const meta = metaSchema.parse(low.data);
      const leaves = await Promise.all(meta.documents.map(readLeaf));
      for (const [at, { collection }] of meta.documents.entries()) {
        const leaf = leaves[at];
        if (leaf !== undefined) shelves.get(collection)?.leaves.push(leaf);
      }
      position = meta.position;
    } catch (error) {
      shelves = makeShelves();
      // An older format is no damage. Whatever else is wrong with it, git and the journal have all that it says.
      if (!(error instanceof z.ZodError)) report(toDistrust(folder, error));
      return undefined;
    }
    return { ...rowsOf(shelves), position };
  };

  const write = async (): Promise<void> => {
    if (!isNoted) return;
    isNoted = false;
    const reached = position;
    try {
      await makeFolder(folder, disk);
      for (const shelf of shelves.values()) shelf.settle();
      const present = new Map([...shelves].map(([name, shelf]) => [name, [...shelf.leaves]]));
      for (const [collection, leaves] of present)
        for (const leaf of leaves) if (leaf.dirty) await writeLeaf(collection, leaf);
      // Their names are there before they are told of.
      await syncFolder(folder, disk);
      const documents = [...present].flatMap(([collection, leaves]) =>
        leaves.flatMap(({ first, written }) =>
          written === undefined ? [] : { collection, first, ...written },
        ),
      );
      await new Low<unknown>(metaFile(), {
        format: FORMAT,
        position: reached,
        documents,
      }).write();
      await syncFolder(folder, disk);
      await sweep(new Set(documents.map(({ collection, sum }) => nameOf(collection, sum))));
    } catch (error) {
      isNoted = true;
      throw error;
    }
  };

  const writeLeaf = async (collection: Collection, leaf: StoredLeaf): Promise<void> => {
    const file = fileOf(collection);
    // Rows that come while it is written make it dirty again.
    leaf.dirty = false;
    try {
      const rows = [...leaf.rows.values()];
      await new Low<Document | null>(file, { format: FORMAT, rows }).write();
      const { sum } = file;
      if (sum !== undefined) leaf.written = { sum, count: rows.length };
    } catch (error) {
      leaf.dirty = true;
      throw error;
    }
  };

  const sweep = async (wanted: ReadonlySet<string>): Promise<void> => {
    for (const name of await disk.readdir(folder))
      if (/^[a-z]+-[0-9a-f]+\.json$/.test(name) && !wanted.has(name))
        await disk.rm(join(folder, name), { force: true });
  };

  const flush = (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    const start = performance.now();
    writing = writing
      .catch(() => undefined)
      .then(write)
      .finally(() => {
        pause = Math.max(WAIT_MS, (performance.now() - start) / WRITING_SHARE);
      });
    return writing;
  };

  const later = (next: CatalogPosition): void => {
    position = next;
    isNoted = true;
    // A failed write is tried again with the next group.
    timer ??= setTimeout(() => void flush().catch(report), pause).unref();
  };

  return {
    read,
    note: (change, next) => {
      apply(shelves, change);
      later(next);
    },
    replace: (all) => {
      shelves = makeShelves();
      apply(shelves, all);
      later(all.position);
    },
    flush,
  };
}

function apply(
  shelves: ReadonlyMap<Collection, Shelf<AnyRow, StoredLeaf>>,
  change: CatalogChange,
): void {
  for (const [collection, shelf] of shelves) {
    for (const id of change.gone?.[collection] ?? []) shelf.delete(id);
    for (const row of change[collection] ?? []) shelf.put(row);
  }
}

function rowsOf(
  shelves: ReadonlyMap<Collection, Shelf<AnyRow, StoredLeaf>>,
): Omit<StoredCatalog, 'position'> {
  const of = <Name extends Collection>(name: Name): CatalogRows[Name][] =>
    (shelves.get(name)?.leaves ?? []).flatMap(({ rows }) => [
      ...(rows.values() as Iterable<CatalogRows[Name]>),
    ]);
  return {
    notebooks: of('notebooks'),
    snapshots: of('snapshots'),
    runs: of('runs'),
    pins: of('pins'),
    expired: of('expired'),
    entries: of('entries'),
  };
}

function toDistrust(folder: string, cause: unknown): CellarError {
  return new CellarError(
    'store_damaged',
    `The catalog is built anew: ${cause instanceof Error ? cause.message : String(cause)}.`,
    { path: folder },
    { cause },
  );
}
