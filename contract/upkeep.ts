import * as z from 'zod';

/** What `cellar reindex` did. */
export const reindexedSchema = z.object({
  status: z.literal('ok'),
  commits: z.number().int(),
  notebooks: z.number().int(),
  snapshots: z.number().int(),
  runs: z.number().int(),
});

/** The most versions or files that one damage lists; `count` has all. */
export const MAX_LISTED_DAMAGED = 1000;

/** A version that a damage concerns. `reads`: the notebook itself can still be read, only what is known beside it cannot. */
export const concernedSchema = z.object({
  id: z.string(),
  notebook: z.string(),
  path: z.string(),
  time: z.string(),
  reads: z.boolean(),
});
export type Concerned = z.infer<typeof concernedSchema>;

/** What is damaged, why, and what it concerns. */
export const damageSchema = z.object({
  /** The damaged thing in words, e.g. "a.ipynb in commit 1f3…". */
  what: z.string(),
  reason: z.string(),
  kind: z.enum([
    'object',
    'pack',
    'ref',
    'journal',
    'artifact',
    'catalog',
    'format',
    'link',
    'state',
    'trail',
  ]),
  /** The file on the disk, below `.cellar`, with "/"; absent where it is no one file. */
  file: z.string().optional(),
  /** Of git's object, its name; of an artifact, its SHA-256. */
  object: z.string().optional(),
  snapshots: z.object({ count: z.number().int(), listed: z.array(concernedSchema) }),
  /** Runs with an artifact that is missing or damaged, or that cannot be read themselves. */
  runs: z.array(z.string()),
});
export type Damage = z.infer<typeof damageSchema>;

/** What an earlier repair could not bring back, and when it found so. */
export const lossSchema = damageSchema.extend({ since: z.string() });
export type Loss = z.infer<typeof lossSchema>;

/** What `cellar verify --repair` did. */
export const repairedSchema = z.object({
  mended: z.array(z.object({ what: z.string(), how: z.string() })),
  /** What this repair has found to be lost for good. */
  lost: z.array(damageSchema),
  /** The folder with what was replaced, below `.cellar`; null where nothing was. */
  aside: z.string().nullable(),
});
export type Repaired = z.infer<typeof repairedSchema>;

/**
 * With `repair`, mends what can be mended first. `from`: absolute paths of backups and clones of this store, which may have whole what
 * is damaged here.
 */
export const verifySchema = z.object({
  repair: z.boolean().default(false),
  from: z.array(z.string()).max(20).default([]),
});

/** What `cellar verify` found: each damage names what it is about; `reads` says how much of what is counted is whole. */
export const verifiedSchema = z.object({
  /** "damaged" where there is damage that no repair has declared lost yet. */
  status: z.enum(['ok', 'damaged']),
  commits: z.number().int(),
  notebooks: z.number().int(),
  snapshots: z.number().int(),
  artifacts: z.number().int(),
  /** Files of runs that `cellar purge --files` has deleted: they are missing on purpose. */
  purged: z.array(z.object({ sha256: z.string(), name: z.string() })),
  /** A notebook reads when its newest version does. */
  reads: z.object({
    notebooks: z.number().int(),
    snapshots: z.number().int(),
    artifacts: z.number().int(),
  }),
  damages: z.array(damageSchema),
  /** What was lost before, and is said once more. */
  lost: z.array(lossSchema),
  repaired: repairedSchema.optional(),
});
export type Verified = z.infer<typeof verifiedSchema>;
