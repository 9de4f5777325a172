import * as z from 'zod';

import { MAX_PAGE_ROWS } from './limits.js';
import { runSchema } from './snapshot.js';
import { recordOf } from './record.js';

/** A list in a query: a name that comes several times, or once. */
const manySchema = z.union([z.array(z.string()), z.string().transform((one) => [one])]).default([]);

/** Which runs, and in which order. */
export const runSearchSchema = z.object({
  /** MLflow's grammar with OR, NOT and parentheses, and lineage: notebook, snapshot, cell, dataset, clean. */
  filter: z.string().max(20_000).default(''),
  /** A field with ASC or DESC behind it; what was started last comes first. */
  order: manySchema,
  /** Ids of experiments; without any, all are looked through. */
  experiment: manySchema,
  view: z.enum(['active', 'deleted', 'all']).default('active'),
  offset: z.coerce.number().int().nonnegative().default(0),
  limit: z.coerce.number().int().min(1).max(MAX_PAGE_ROWS).default(100),
});

/** A run as a search shows it. */
export const foundRunSchema = runSchema.extend({
  experiment: z.string(),
  /** The version that claimed it, and its notebook; null until one has. */
  snapshot: z.string().nullable(),
  notebook: z.string().nullable(),
  /** The cells that made it or logged to it. */
  cells: z.array(z.string()),
  user: z.string(),
  /** Milliseconds since 1970; `end` is null while it goes on. */
  start: z.number(),
  end: z.number().nullable(),
  tags: recordOf(z.string()),
});

export const foundRunsSchema = z.object({
  runs: z.array(foundRunSchema),
  offset: z.number().int(),
  /** How many there are without limit and offset. */
  total: z.number().int(),
});
