import * as z from 'zod';

const countSchema = z.number().int().nonnegative();

/** What a column holds; "time" as seconds since 1970. */
export const columnTypeSchema = z.enum(['integer', 'number', 'boolean', 'time', 'text', 'other']);

/** Numbers as the KLL sketch keeps them: an item of level h, from 0, stands for 2^h of the `count` values. Items are sorted. */
export const sketchSchema = z.object({
  k: z.number().int().min(1).max(4096),
  count: countSchema,
  levels: z.array(z.array(z.number()).max(16_384)).max(64),
});
export type Sketch = z.infer<typeof sketchSchema>;

/** One column of data. `missing` counts rows without a value, `infinite` those that are no finite number and are left out of all below. */
export const describedColumnSchema = z.object({
  name: z.string().max(1024),
  type: columnTypeSchema,
  /** What the library that held it calls its type. */
  dtype: z.string().max(250).optional(),
  missing: countSchema.optional(),
  infinite: countSchema.optional(),
  /** How many different values there were; absent for very many, and where nobody counted. */
  distinct: countSchema.optional(),
  /** Null for one that is no finite number. */
  numbers: z
    .object({
      least: z.number().nullable(),
      greatest: z.number().nullable(),
      mean: z.number().nullable(),
      deviation: z.number().nullable(),
    })
    .optional(),
  sketch: sketchSchema.optional(),
  /** The most frequent values, each with how often it came, most often first. */
  top: z
    .array(z.tuple([z.string().max(1024), countSchema]))
    .max(100)
    .optional(),
});
export type DescribedColumn = z.infer<typeof describedColumnSchema>;

/** Data as a bundle describes them. */
export const bundleDatasetSchema = z.object({
  name: z.string().min(1).max(1024),
  /** Of the content: equal for equal data. */
  digest: z.string().regex(/^[0-9a-f]{8,64}$/),
  /** What held them, such as "pandas", "csv". */
  kind: z.string().max(100).default('code'),
  /** Where the file is, with "/". */
  origin: z.string().max(4096).optional(),
  /** Of the file. */
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
  rows: countSchema.optional(),
  columnCount: countSchema.optional(),
  columns: z.array(describedColumnSchema).max(10_000).default([]),
  /** The column to be predicted. */
  target: z.string().max(1024).optional(),
  /** The data that these were made of. */
  featuresOf: z.object({ name: z.string(), digest: z.string().optional() }).optional(),
  /** What they were to the run, such as "training". */
  context: z.string().max(250).optional(),
  /** False where the values of columns were not to be kept. */
  values: z.boolean().default(true),
});
export type BundleDataset = z.output<typeof bundleDatasetSchema>;

/** Data that runs have read. */
export const datasetSchema = z.object({
  id: z.string(),
  name: z.string(),
  digest: z.string(),
  kind: z.string(),
  /** Where they came from, as their kind says it; empty where nobody said so. */
  origin: z.string(),
  sha256: z.string().nullable(),
  rows: countSchema.nullable(),
  columnCount: countSchema.nullable(),
  target: z.string().nullable(),
  /** The id of the data that these were made of. */
  parent: z.string().nullable(),
});
export type DatasetSummary = z.infer<typeof datasetSchema>;

export const datasetDetailSchema = datasetSchema.extend({
  columns: z.array(describedColumnSchema),
});

/** `name`: those of this name alone; newest first. */
export const datasetsQuerySchema = z.object({
  name: z.string().optional(),
  limit: z.coerce.number().int().min(1).max(1000).default(100),
});
export const datasetsSchema = z.object({ datasets: z.array(datasetSchema) });

const sharesSchema = z.object({ base: z.number().nullable(), head: z.number().nullable() });

/** A column that both have. `missing` are shares of the rows. */
export const comparedColumnSchema = z.object({
  name: z.string(),
  missing: sharesSchema,
  /** Of numbers: what a share of `at` of the values is not above. */
  quantiles: z.array(z.object({ at: z.number(), base: z.number(), head: z.number() })),
  /** The greatest distance of the two distributions (Kolmogorov and Smirnov), 0 to 1; null where one is not known. */
  distance: z.number().nullable(),
});

/** Two descriptions compared: what became of the columns, and of their values. */
export const datasetComparisonSchema = z.object({
  base: datasetSchema,
  head: datasetSchema,
  added: z.array(z.string()),
  removed: z.array(z.string()),
  retyped: z.array(z.object({ name: z.string(), base: z.string(), head: z.string() })),
  columns: z.array(comparedColumnSchema),
});
export type DatasetComparison = z.infer<typeof datasetComparisonSchema>;
