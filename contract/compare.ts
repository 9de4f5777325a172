import * as z from 'zod';

import { notebookDiffSchema } from './diff.js';
import { snapshotSchema } from './snapshot.js';

/** One side of a comparison: a snapshot, or the notebook as the editor or the disk holds it now. */
export const comparedSideSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('snapshot'), snapshot: snapshotSchema }),
  z.object({ kind: z.literal('now'), path: z.string() }),
]);
export type ComparedSide = z.infer<typeof comparedSideSchema>;

/** A head that is not a snapshot: the file in the workspace, or the editor's text in its place. */
export const compareRequestSchema = z.object({
  base: z.string(),
  path: z.string(),
  content: z.string().optional(),
});
export type CompareRequest = z.infer<typeof compareRequestSchema>;

/** A metric or param that either side's runs have (the last run that has it decides). */
export const comparedValueSchema = z.object({
  name: z.string(),
  base: z.string().nullable(),
  head: z.string().nullable(),
  /** Of metrics with two finite values: head − base, and whether that is better. */
  delta: z.number().nullable(),
  better: z.boolean().nullable(),
});
export type ComparedValue = z.infer<typeof comparedValueSchema>;

/** A diff with what is known of its two sides. */
export const comparisonSchema = z.object({
  base: comparedSideSchema,
  head: comparedSideSchema,
  diff: notebookDiffSchema,
  metrics: z.array(comparedValueSchema),
  params: z.array(comparedValueSchema),
});
export type Comparison = z.infer<typeof comparisonSchema>;

export const compareQuerySchema = z.object({ base: z.string(), head: z.string() });
