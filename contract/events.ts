import * as z from 'zod';

import { idSchema } from './snapshot.js';

/** What the server tells its listeners at `/events`: that something is new, never the thing itself. */
export const eventSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('snapshot'), notebook: idSchema, snapshot: idSchema }),
  z.object({ kind: z.literal('notebook'), notebook: idSchema }),
  z.object({ kind: z.literal('workspace') }),
  /** Links to registries elsewhere, or what is known of them. */
  z.object({ kind: z.literal('links') }),
  /** Something that is registered has changed. */
  z.object({ kind: z.literal('registry') }),
  /**
   * Runs to which something was logged: told at most twice a second, however much it is, and only while somebody listens. The kernels are
   * those that have logged to it; `values`: nothing but values of metrics.
   */
  z.object({
    kind: z.literal('runs'),
    runs: z.array(
      z.object({
        run: z.string(),
        notebook: idSchema.nullable(),
        kernels: z.array(z.string()),
        what: z.enum(['values', 'facts']),
      }),
    ),
  }),
  /** What whoever begins to listen hears first: how often texts were removed from all history. */
  z.object({ kind: z.literal('generation'), generation: z.number().int() }),
  /** A text was removed from all history, for the n-th time: what is kept elsewhere must go through `redactions`. */
  z.object({ kind: z.literal('purged'), generation: z.number().int() }),
  /** How far the intake of a large file of the notebook at `path` has come, as in Progress. */
  z.object({
    kind: z.literal('progress'),
    path: z.string(),
    file: z.string(),
    what: z.string(),
    done: z.number(),
    total: z.number().nullable(),
    /** It is kept, or was cancelled, or failed. */
    ended: z.boolean(),
  }),
]);
export type CellarEvent = z.infer<typeof eventSchema>;
