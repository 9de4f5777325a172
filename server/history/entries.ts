import * as z from 'zod';

import type { EntryRow } from '../store/catalog/rows.js';
import type { FileEdit } from '../store/git/repository.js';
import type { Indexer } from './catch-up.js';
import { findChangedFiles, findTreeBefore } from './changed-files.js';
import type { History } from './history.js';
import type { Mender } from './mender.js';
import { record } from './record.js';
import type { Recorder } from './recorder.js';
import { formatStored } from './state.js';

/** The kinds of entries, each the name of its folder below `.cellar`. */
export const ENTRY_KINDS = ['experiments'] as const;
export type EntryKind = (typeof ENTRY_KINDS)[number];

const RECORD = 'entry';

/** A journal record of kind "entry": the whole of one, as it is from then on. */
const entrySchema = z.object({
  kind: z.enum(ENTRY_KINDS),
  /** A file is named by it. */
  id: z.string().regex(/^[0-9A-Za-z][0-9A-Za-z_-]{0,99}$/),
  name: z.string().nullable(),
  data: z.unknown(),
});
type Entry = z.infer<typeof entrySchema>;

/** `.cellar/<kind>/<id>.json` */
const entryFileSchema = entrySchema.extend({
  format: z.literal(1),
  number: z.number().int(),
});

/** The file of an entry, by its id in the catalog: "experiments/12". */
export function entryPath(id: string): string {
  return `.cellar/${id}.json`;
}

/** Keeps an entry, or what it is from now on; durable when it resolves. */
export async function recordEntry(history: History, entry: Entry): Promise<EntryRow> {
  return toRow({ ...entry, number: (await record(history, RECORD, entry)).number });
}

/** Entries in the journal, and each in a file of its own. */
export const entryRecorder: Recorder = {
  kind: RECORD,
  toRows: (_store, { number, data }) => ({
    entries: [toRow({ ...entrySchema.parse(data), number })],
  }),
  seal: (_store, records) => {
    const files = new Map<string, FileEdit>();
    for (const { number, data } of records) {
      const file = toFile(toRow({ ...entrySchema.parse(data), number }));
      files.set(file.path, file);
    }
    return Promise.resolve([...files.values()]);
  },
};

/** Entries as a commit of main changed them. */
export const indexEntries: Indexer = async (repository, commit, line) => {
  if (line !== 'main') return {};
  const before = await findTreeBefore(repository, commit);
  const entries: EntryRow[] = [];
  for (const kind of ENTRY_KINDS) {
    const files = await findChangedFiles(repository, before, commit.tree, `.cellar/${kind}`);
    for (const [path, oid] of files) {
      if (!path.endsWith('.json')) continue;
      const text = (await repository.readBlob(oid)).toString('utf8');
      entries.push(toRow(entryFileSchema.parse(JSON.parse(text))));
    }
  }
  return entries.length === 0 ? {} : { entries };
};

/** Each entry's file, as the catalog has it. */
export const mendEntries: Mender = {
  guess: async function* (store, path) {
    const id = /^\.cellar\/(.+)\.json$/.exec(path)?.[1];
    const row = id === undefined ? undefined : await store.catalog.findEntry(id);
    if (row !== undefined) yield toFile(row).content;
  },
  restate: (_store, { entries = [] }) => Promise.resolve(entries.map(toFile)),
};

function toRow({ kind, id, name, number, data }: Entry & { readonly number: number }): EntryRow {
  return { id: `${kind}/${id}`, kind, name, number, data };
}

function toFile(row: EntryRow): { readonly path: string; readonly content: Buffer } {
  const { id, kind, name, number, data } = row;
  const own = id.slice(kind.length + 1);
  const content = formatStored({ format: 1, kind, id: own, name, number, data });
  return { path: entryPath(id), content };
}
