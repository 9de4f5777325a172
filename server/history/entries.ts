import * as z from 'zod';

import type { EntryRow } from '../store/catalog/rows.js';
import type { FileEdit, Repository } from '../store/git/repository.js';
import type { Tree } from '../store/git/tree.js';
import type { JournalRecord } from '../store/journal/journal.js';
import type { Indexer } from './catch-up.js';
import { findChangedFiles, findTreeBefore } from './changed-files.js';
import type { History } from './history.js';
import type { Mender } from './mender.js';
import { movePointers, type Pointers } from './pointers.js';
import { record } from './record.js';
import type { Recorder } from './recorder.js';
import { formatStored } from './state.js';

/**
 * What groups runs; models that runs have logged; data that they have read; what they ran on, and each kernel's; registered models, their
 * versions, and every move of these; links to what registries elsewhere have.
 */
export const ENTRY_KINDS = [
  'experiments',
  'models',
  'datasets',
  'environments',
  'kernels',
  'registered',
  'versions',
  'trail',
  'links',
] as const;
export type EntryKind = (typeof ENTRY_KINDS)[number];

const RECORD = 'entry';

/** Where the entries of a kind are in main's tree. */
interface Layout {
  /** Below `.cellar`. */
  readonly folder: string;
  /** How many folders below that their files are: those of which there are many are spread over them. */
  readonly depth: number;
  readonly place: (own: string) => string;
}

const LAYOUT: Readonly<Record<EntryKind, Layout>> = {
  experiments: { folder: 'experiments', depth: 0, place: (own) => `${own}.json` },
  datasets: { folder: 'datasets', depth: 1, place: (own) => `${own.slice(-2)}/${own}.json` },
  environments: {
    folder: 'environments',
    depth: 1,
    place: (own) => `${own.slice(-2)}/${own}.json`,
  },
  kernels: { folder: 'kernels', depth: 1, place: (own) => `${own.slice(-2)}/${own}.json` },
  // Beside it is the folder of its files' pointers.
  models: { folder: 'models', depth: 2, place: (own) => `${own.slice(-2)}/${own}/model.json` },
  registered: { folder: 'registry/models', depth: 0, place: (own) => `${own}.json` },
  versions: {
    folder: 'registry/versions',
    depth: 1,
    // By their model.
    place: (own) => `${own.split('-')[0] ?? ''}/${own}.json`,
  },
  // By the thousand: what is appended changes one folder.
  trail: { folder: 'registry/trail', depth: 1, place: (own) => `${own.slice(0, -3)}/${own}.json` },
  links: { folder: 'links', depth: 1, place: (own) => `${own.slice(-2)}/${own}.json` },
};

/** A journal record of kind "entry": the whole of one, as it is from then on. */
const entrySchema = z.object({
  kind: z.enum(ENTRY_KINDS),
  /** A file is named by it. */
  id: z.string().regex(/^[0-9A-Za-z][0-9A-Za-z_-]{0,99}$/),
  name: z.string().nullable(),
  artifacts: z
    .array(z.object({ name: z.string(), sha256: z.string(), size: z.number().int() }))
    .default([]),
  data: z.unknown(),
});
type Entry = z.infer<typeof entrySchema>;
/** An entry as it is to be kept. */
export type EntryStart = z.input<typeof entrySchema>;

/** What one record holds: an entry, or several that are kept together or not at all. */
const recordedSchema = z.union([entrySchema, z.object({ entries: z.array(entrySchema) })]);

function toEntries(data: unknown): readonly Entry[] {
  const recorded = recordedSchema.parse(data);
  return 'entries' in recorded ? recorded.entries : [recorded];
}

/** The file of an entry, in main's tree. */
const entryFileSchema = entrySchema.extend({
  format: z.literal(1),
  number: z.number().int(),
});

/** The file of an entry, by its id in the catalog: "experiments/12". */
export function entryPath(id: string): string {
  const [kind = '', own = ''] = id.split('/');
  const { folder, place } = LAYOUT[kind as EntryKind];
  return `.cellar/${folder}/${place(own)}`;
}

/** Keeps an entry, or what it is from now on; durable when it resolves. */
export async function recordEntry(history: History, entry: EntryStart): Promise<EntryRow> {
  const { number } = await record(history, RECORD, entry);
  return toRow({ ...entrySchema.parse(entry), number });
}

/** Keeps several entries by one record, so that no kill parts them; durable when it resolves. */
export async function recordEntries(
  history: History,
  entries: readonly EntryStart[],
): Promise<void> {
  await record(history, RECORD, { entries });
}

/** The entries of a record of the journal; none of one of another kind. */
export function entriesIn({ kind, number, data }: JournalRecord): readonly EntryRow[] {
  return kind === RECORD ? toRows({ number, data }) : [];
}

function toRows({ number, data }: Pick<JournalRecord, 'number' | 'data'>): readonly EntryRow[] {
  return toEntries(data).map((entry) => toRow({ ...entry, number }));
}

/** Entries in the journal, and each in a file of its own. */
export const entryRecorder: Recorder = {
  kind: RECORD,
  toRows: (_store, record) => ({ entries: toRows(record) }),
  seal: async (_store, records, read) => {
    const rows = new Map<string, EntryRow>();
    for (const row of records.flatMap(toRows)) rows.set(row.id, row);
    const edits: FileEdit[] = [];
    for (const row of rows.values()) {
      edits.push(toFile(row));
      const text = row.kind === 'models' ? await read(entryPath(row.id)) : undefined;
      const before = text === undefined ? undefined : parseEntryFile(text);
      edits.push(...movePointers(pointersIn(before), pointersIn(row)));
    }
    return edits;
  },
};

/** Entries as a commit of main changed them. */
export const indexEntries: Indexer = async (repository, commit, line) => {
  if (line !== 'main') return {};
  const before = await findTreeBefore(repository, commit);
  const [old, now] = [await readOwn(repository, before), await readOwn(repository, commit.tree)];
  const entries: EntryRow[] = [];
  for (const kind of ENTRY_KINDS) {
    const { folder, depth } = LAYOUT[kind];
    // Most commits change none of them.
    const [top = ''] = folder.split('/');
    if (old?.get(top)?.oid === now?.get(top)?.oid) continue;
    const place = `.cellar/${folder}`;
    const files = await findChangedFiles(repository, before, commit.tree, place, depth);
    for (const [path, oid] of files) {
      if (!path.endsWith('.json')) continue;
      entries.push(parseEntryFile(await repository.readBlob(oid)));
    }
  }
  return entries.length === 0 ? {} : { entries };
};

/** What the folder `.cellar` of a tree holds; undefined where there is none. */
async function readOwn(
  repository: Repository,
  tree: string | undefined,
): Promise<Tree | undefined> {
  const oid = tree === undefined ? undefined : await repository.findEntry(tree, '.cellar');
  return oid === undefined ? undefined : repository.readTree(oid);
}

/** Each entry's file, as the catalog has it. */
export const mendEntries: Mender = {
  guess: async function* (store, path) {
    const names = path.split('/');
    const own = names.at(-1) === 'model.json' ? names.at(-2) : names.at(-1)?.replace(/\.json$/, '');
    const kind = ENTRY_KINDS.find((each) => path.startsWith(`.cellar/${LAYOUT[each].folder}/`));
    const row = await store.catalog.findEntry(`${kind ?? ''}/${own ?? ''}`);
    if (row !== undefined && entryPath(row.id) === path) yield toFile(row).content;
  },
  restate: (_store, { entries = [] }) => Promise.resolve(entries.map(toFile)),
};

function toRow({ kind, id, name, number, artifacts, data }: Entry & Numbered): EntryRow {
  return { id: `${kind}/${id}`, kind, name, number, artifacts, data };
}

interface Numbered {
  readonly number: number;
}

/** An entry out of its file. Throws for what is none. */
export function parseEntryFile(content: Buffer): EntryRow {
  return toRow(entryFileSchema.parse(JSON.parse(content.toString('utf8'))));
}

/** Its files, with the folder of their pointers. */
function pointersIn(row: EntryRow | undefined): Pointers | undefined {
  if (row === undefined) return undefined;
  return { folder: entryPath(row.id).replace(/\/[^/]+$/, '/artifacts'), files: row.artifacts };
}

function toFile(row: EntryRow): { readonly path: string; readonly content: Buffer } {
  const { id, kind, name, number, artifacts, data } = row;
  const own = id.slice(kind.length + 1);
  const content = formatStored({ format: 1, kind, id: own, name, number, artifacts, data });
  return { path: entryPath(id), content };
}
