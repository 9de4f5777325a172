import * as z from 'zod';

import { idSchema } from './snapshot.js';

/** A version that thinned out with age: when it was taken and when it expired, and what is kept nearest to it in time. */
export const expiredVersionSchema = z.object({
  id: idSchema,
  notebook: idSchema,
  path: z.string(),
  time: z.string(),
  expired: z.string(),
  /** Null when no version of the notebook is kept any more. */
  nearest: z.object({ id: idSchema, time: z.string() }).nullable(),
});
export type ExpiredVersion = z.infer<typeof expiredVersionSchema>;
