import * as z from 'zod';

import { idSchema } from './snapshot.js';

/** What the server tells its listeners at `/events`: that something is new, never the thing itself. */
export const eventSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('snapshot'), notebook: idSchema, snapshot: idSchema }),
  z.object({ kind: z.literal('notebook'), notebook: idSchema }),
  z.object({ kind: z.literal('workspace') }),
]);
export type CellarEvent = z.infer<typeof eventSchema>;
