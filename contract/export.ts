import * as z from 'zod';

import { idSchema } from './snapshot.js';

/** What is to be exported: one version, the history of one notebook, or, without either, everything. */
export const exportQuerySchema = z.object({
  /** An id, or the unique start of one. */
  snapshot: z.string().min(1).optional(),
  notebook: idSchema.optional(),
  /** "1": the files of runs too. */
  artifacts: z.enum(['0', '1']).default('0'),
});

/** A file of an export, and where its bytes are. Paths have "/", and are such that every system can hold them. */
export const exportFileSchema = z.object({
  path: z.string(),
  /** UTC, RFC 3339. */
  time: z.string(),
  source: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('snapshot'), id: idSchema, size: z.number().int() }),
    z.object({ kind: z.literal('artifact'), sha256: z.string(), size: z.number().int() }),
    z.object({ kind: z.literal('text'), text: z.string() }),
  ]),
});
export type ExportFile = z.infer<typeof exportFileSchema>;

/** Everything that an export holds, in the order in which it is written. */
export const exportPlanSchema = z.object({
  files: z.array(exportFileSchema),
  /** Files of runs that are not here any more. */
  missing: z.array(z.string()),
});
export type ExportPlan = z.infer<typeof exportPlanSchema>;

/** One version, or all of one notebook, by their ids. */
export type ExportChoice = { readonly snapshot: string } | { readonly notebook: string };
