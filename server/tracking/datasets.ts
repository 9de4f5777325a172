import { createHash } from 'node:crypto';

import * as z from 'zod';

import { describedColumnSchema, type DescribedColumn } from '../../contract/dataset.js';
import { CellarError } from '../errors.js';
import { cleanKept } from '../history/clean-kept.js';
import { recordEntry } from '../history/entries.js';
import type { History } from '../history/history.js';
import type { EntryRow } from '../store/catalog/rows.js';
import type { Store } from '../store/store.js';

const KIND = 'datasets';

const describedSchema = z.object({
  sha256: z.string().nullable(),
  rows: z.number().nullable(),
  columnCount: z.number().nullable(),
  columns: z.array(describedColumnSchema),
  target: z.string().nullable(),
  /** The id of the dataset that it was made of. */
  parent: z.string().nullable(),
  values: z.boolean(),
});
/** What is known of the columns of data, beside what MLflow's clients say. */
export type Described = z.infer<typeof describedSchema>;

const textsSchema = z.object({
  name: z.string(),
  digest: z.string(),
  sourceType: z.string(),
  /** Where it came from, as its kind of source says it. */
  origin: z.string(),
  schema: z.string(),
  profile: z.string(),
});
const dataSchema = textsSchema.extend({ described: describedSchema.optional() });

/** Data that a run read, as it was described; texts that nobody gave are empty. */
export type Dataset = z.infer<typeof dataSchema>;

/** Keeps a dataset's description, each once; gives its id. Durable when it resolves. */
export async function keepDataset(history: History, dataset: Dataset): Promise<string> {
  const data = await cleanDataset(history, dataset);
  const { name, digest, sourceType, origin, schema, profile, described } = data;
  const id = createHash('sha256')
    // Data made by code names the code's own circumstances there, which differ each time.
    .update(
      JSON.stringify([
        ...[name, digest, sourceType],
        ...[sourceType === 'code' ? '' : origin, schema, profile],
        // Its columns are those of the digest.
        ...(described === undefined ? [] : [described.target, described.parent, described.values]),
      ]),
    )
    .digest('hex')
    .slice(0, 32);
  if ((await history.store.catalog.findEntry(`${KIND}/${id}`)) === undefined)
    await recordEntry(history, { kind: KIND, id, name: null, data });
  return id;
}

/** The description with each text as it is kept; values of columns are people's. */
async function cleanDataset({ secrets }: History, dataset: Dataset): Promise<Dataset> {
  const { described: told, ...own } = dataset;
  const described =
    told?.values === false ? { ...told, columns: told.columns.map(withoutTop) } : told;
  const given = [...Object.values(own), ...textsOf(described)];
  // What a column is called says what its values are.
  const pairs = (described?.columns ?? []).flatMap(({ name, top = [] }) =>
    top.map(([value]) => [name, value] as const),
  );
  const { texts, values } = await cleanKept(secrets, given, pairs);
  const left = values.values();
  const clean = (text: string): string => texts.get(text) ?? '';
  const named = Object.entries(own).map(([name, text]) => [name, clean(text)] as const);
  const data = textsSchema.parse(Object.fromEntries(named));
  if (described === undefined) return data;
  const columns = described.columns.map(({ name, dtype, top, ...facts }) => ({
    ...facts,
    name: clean(name),
    ...(dtype === undefined ? {} : { dtype: clean(dtype) }),
    ...(top === undefined
      ? {}
      : { top: top.map(([, count]): [string, number] => [left.next().value ?? '', count]) }),
  }));
  const target = described.target === null ? null : clean(described.target);
  return { ...data, described: { ...described, columns, target } };
}

function withoutTop({ top: _, ...column }: DescribedColumn): DescribedColumn {
  return column;
}

function textsOf(described: Described | undefined): readonly string[] {
  if (described === undefined) return [];
  const { target, columns } = described;
  return [
    ...(target === null ? [] : [target]),
    ...columns.flatMap(({ name, dtype }) => (dtype === undefined ? [name] : [name, dtype])),
  ];
}

/** Every dataset by its id, without its columns, newest first. */
export async function readDatasets(store: Store): Promise<ReadonlyMap<string, Dataset>> {
  const rows = await store.catalog.entries(KIND);
  const newestFirst = [...rows].sort((a, b) => b.number - a.number);
  return new Map(newestFirst.map((row) => [idOf(row), textsSchema.parse(row.data)]));
}

/** Those of these that there are, by id. */
export async function findDatasets(
  store: Store,
  ids: Iterable<string>,
): Promise<ReadonlyMap<string, Dataset>> {
  const found = new Map<string, Dataset>();
  for (const id of new Set(ids)) {
    const row = await store.catalog.findEntry(`${KIND}/${id}`);
    if (row !== undefined) found.set(id, dataSchema.parse(row.data));
  }
  return found;
}

/** Throws not_found. */
export async function getDataset(store: Store, id: string): Promise<Dataset> {
  const found = (await findDatasets(store, [id])).get(id);
  if (found !== undefined) return found;
  throw new CellarError(
    'not_found',
    `There is no dataset ${JSON.stringify(id)}. GET api/v1/datasets lists those that there are.`,
  );
}

function idOf({ id }: EntryRow): string {
  return id.slice(KIND.length + 1);
}
