import { createHash } from 'node:crypto';

import * as z from 'zod';

import { cleanKept } from '../history/clean-kept.js';
import { recordEntry } from '../history/entries.js';
import type { History } from '../history/history.js';
import type { EntryRow } from '../store/catalog/rows.js';
import type { Store } from '../store/store.js';

const KIND = 'datasets';

const dataSchema = z.object({
  name: z.string(),
  digest: z.string(),
  sourceType: z.string(),
  /** Where it came from, as its kind of source says it. */
  origin: z.string(),
  schema: z.string(),
  profile: z.string(),
});

/** Data that a run read, as it was described; texts that nobody gave are empty. */
export type Dataset = z.infer<typeof dataSchema>;

/** Keeps a dataset's description, each once; gives its id. Durable when it resolves. */
export async function keepDataset(history: History, dataset: Dataset): Promise<string> {
  const fields = Object.entries(dataset);
  const { texts } = await cleanKept(history.secrets, Object.values(dataset));
  const data = dataSchema.parse(
    Object.fromEntries(fields.map(([name, text]) => [name, texts.get(text)])),
  );
  const { name, digest, sourceType, origin, schema, profile } = data;
  const id = createHash('sha256')
    // Data made by code names the code's own circumstances there, which differ each time.
    .update(
      JSON.stringify([
        ...[name, digest, sourceType],
        ...[sourceType === 'code' ? '' : origin, schema, profile],
      ]),
    )
    .digest('hex')
    .slice(0, 32);
  if ((await history.store.catalog.findEntry(`${KIND}/${id}`)) === undefined)
    await recordEntry(history, { kind: KIND, id, name: null, data });
  return id;
}

/** Every dataset by its id. */
export async function readDatasets(store: Store): Promise<ReadonlyMap<string, Dataset>> {
  const rows = await store.catalog.entries(KIND);
  return new Map(rows.map((row) => [idOf(row), dataSchema.parse(row.data)]));
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

function idOf({ id }: EntryRow): string {
  return id.slice(KIND.length + 1);
}
