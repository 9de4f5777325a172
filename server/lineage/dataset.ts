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
const idSchema = z.string().nullish().catch(undefined);
const fieldSchema = z.object({
  name: z.coerce.string(),
  type: z.string().optional(),
  dtype: z.string().optional(),
});

const dataSchema = z.object({
  name: z.string(),
  digest: z.string(),
  sourceType: z.string(),
  origin: z.string(),
  schema: z.string().catch(''),
  profile: z.string().catch(''),
  parent: idSchema,
  /** What was worked out from the data itself. */
  described: z
    .object({
      rows: countSchema,
      columnCount: countSchema,
      columns: z.array(fieldSchema).catch([]),
      parent: idSchema,
    })
    .optional()
    .catch(undefined),
});

/** What MLflow's client writes of tables and arrays. */
const profileSchema = z.object({ num_rows: countSchema });
const schemaSchema = z.object({ mlflow_colspec: z.array(fieldSchema).optional() });

/** Rows and columns are as they were worked out from the data, else as MLflow's client described it. */
export function readDataset({ data }: EntryRow): LineageDataset {
  const { schema, profile, parent, described, ...facts } = dataSchema.parse(data);
  const known = described?.columns ?? [];
  const fields = known.length > 0 ? known : (read(schemaSchema, schema)?.mlflow_colspec ?? []);
  const origin = described?.parent ?? parent ?? '';
  return {
    ...facts,
    rows: described?.rows ?? read(profileSchema, profile)?.num_rows ?? undefined,
    columns: described?.columnCount ?? (fields.length === 0 ? undefined : fields.length),
    fields: fields.map(({ name, type, dtype }) => ({ name, type: type ?? dtype })),
    parent: origin === '' ? undefined : origin,
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
