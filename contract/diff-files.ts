import * as z from 'zod';

import { notebookDiffSchema } from './diff.js';
import { errorBodySchema } from './errors.js';

const place = {
  path: z.string(),
  /** The path in base, of a notebook that has another one now. */
  from: z.string().optional(),
  change: z.enum(['modified', 'added', 'deleted', 'renamed']),
};

/** One of several compared notebooks: its diff as for one alone (against an empty notebook where a side has none), or why there is none. */
export const fileDiffSchema = z.union([
  notebookDiffSchema.extend(place),
  errorBodySchema.extend(place),
]);
export type FileDiff = z.infer<typeof fileDiffSchema>;

/** Several notebooks compared, those that differ, by path. An error tells that at least one could not be; the rest is there. */
export const diffFilesSchema = z.union([
  z.object({ status: z.literal('ok'), files: z.array(fileDiffSchema) }),
  errorBodySchema.extend({ files: z.array(fileDiffSchema) }),
]);
