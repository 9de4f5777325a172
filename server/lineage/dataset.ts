import * as z from 'zod';

import type { EntryRow } from '../store/catalog/rows.js';

/** Data as lineage tells it. */
export interface LineageDataset {
  readonly name: string;
  readonly digest: string;
  readonly sourceType: string;
  readonly origin: string;
  readonly rows: number | undefined;
  readonly columns: number | undefined;
  /** Those that were described with it. */
  readonly fields: readonly { readonly name: string; readonly type?: string | undefined }[];
  /** The id of the data that it was made of. */
  readonly parent: string | undefined;
}

const countSchema = z.number().int().nonnegative().nullish().catch(undefined);

const dataSchema = z.object({
  name: z.string(),
  digest: z.string(),
  sourceType: z.string(),
  origin: z.string(),
  schema: z.string().catch(''),
  profile: z.string().catch(''),
  rows: countSchema,
  columns: z.union([countSchema, z.array(z.unknown())]).catch(undefined),
  parent: z.string().nullish().catch(undefined),
});

/** What MLflow's client writes of tables and arrays. */
const profileSchema = z.object({ num_rows: countSchema });
const fieldSchema = z.object({ name: z.coerce.string(), type: z.string().optional() });
const schemaSchema = z.object({ mlflow_colspec: z.array(fieldSchema).optional() });

/** Rows and columns are as the entry says them, else as MLflow's client described them. */
export function readDataset({ data }: EntryRow): LineageDataset {
  const { schema, profile, rows, columns, parent, ...facts } = dataSchema.parse(data);
  const described = read(schemaSchema, schema)?.mlflow_colspec;
  const own = Array.isArray(columns) ? columns : undefined;
  const fields = own?.flatMap((each) => fieldSchema.safeParse(each).data ?? []) ?? described ?? [];
  return {
    ...facts,
    rows: rows ?? read(profileSchema, profile)?.num_rows ?? undefined,
    columns: own?.length ?? (typeof columns === 'number' ? columns : described?.length),
    fields,
    parent: parent === null || parent === '' ? undefined : parent,
  };
}

/** Undefined for a text that is not as it is expected: anybody may write it. */
function read<Value>(schema: z.ZodType<Value>, text: string): Value | undefined {
  try {
    return schema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
