import * as z from 'zod';

/** What `cellar reindex` did. */
export const reindexedSchema = z.object({
  status: z.literal('ok'),
  commits: z.number().int(),
  notebooks: z.number().int(),
  snapshots: z.number().int(),
  runs: z.number().int(),
});

/** What `cellar verify` found: each damage names what it is about and what still reads. */
export const verifiedSchema = z.object({
  status: z.enum(['ok', 'damaged']),
  commits: z.number().int(),
  snapshots: z.number().int(),
  artifacts: z.number().int(),
  /** Files of runs that `cellar purge --files` has deleted: they are missing on purpose. */
  purged: z.array(z.object({ sha256: z.string(), name: z.string() })),
  damages: z.array(z.object({ what: z.string(), reason: z.string() })),
});
export type Verified = z.infer<typeof verifiedSchema>;
