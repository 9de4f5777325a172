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
