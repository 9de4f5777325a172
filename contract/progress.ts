import * as z from 'zod';

import { errorBodySchema } from './errors.js';

/** How far a long operation has come: `done` of `total` of `what` ("commits", "bytes"); `total` is null while nobody knows it. */
export const progressSchema = z.object({
  what: z.string(),
  done: z.number(),
  total: z.number().nullable(),
});
export type Progress = z.infer<typeof progressSchema>;

/**
 * A long operation answers with lines of JSON: progress, at most a few a second, then one with its result or its failure. Whoever
 * closes the connection cancels it.
 */
export const longLineSchema = z.union([
  z.object({ progress: progressSchema }),
  z.object({ result: z.unknown() }),
  z.object({ error: errorBodySchema }),
]);
export type LongLine = z.infer<typeof longLineSchema>;

/** The media type of such an answer. */
export const LONG_TYPE = 'application/x-ndjson';
