import * as z from 'zod';

import { idSchema } from './snapshot.js';

/** Shorter texts stand in too much that is no secret. */
export const LEAST_PURGED = 6;

/** What is to be purged from all history: the texts themselves, never a pattern. */
export const purgeSchema = z.object({
  texts: z.array(z.string().min(LEAST_PURGED).max(65_536)).min(1).max(100),
  /** Only say what would be done. */
  dryRun: z.boolean().default(true),
  /** Also delete the files of runs that hold them. What names these stays, and says that they were purged. */
  files: z.boolean().default(false),
});

/** The most versions and files that an answer names; the others are counted. */
export const MAX_PURGE_LISTED = 1_000;

/** What holds the texts, and what was, or would be, done about it. */
export const purgedSchema = z.object({
  status: z.literal('ok'),
  dryRun: z.boolean(),
  /** Versions whose notebook, message or other facts hold them. They keep their ids. */
  snapshots: z.object({
    count: z.number().int(),
    rows: z.array(z.object({ id: idSchema, path: z.string(), time: z.string() })),
  }),
  /** Files of the history that hold them, each content once: notebooks, and what is known of notebooks and runs. */
  files: z.number().int(),
  /** Commits that are written anew: those that hold them, and all that follow. */
  commits: z.number().int(),
  /** Records of the journal that hold them. */
  records: z.number().int(),
  /** Files of what is set here, such as paused paths and patterns, that hold them. */
  settings: z.number().int(),
  /**
   * Files of runs that hold them. Each is named by its content, so it can only stay as it is or go whole; `uses` says which versions
   * made it, and under what name: none for one that no run names.
   */
  artifacts: z.array(
    z.object({
      sha256: z.string(),
      size: z.number(),
      uses: z.array(
        z.object({ path: z.string().nullable(), snapshot: idSchema.nullable(), name: z.string() }),
      ),
      /** It was deleted, or would be. */
      goes: z.boolean(),
    }),
  ),
  /** What could not be read, so nobody knows what it holds. */
  unread: z.number().int(),
  /** What still holds them afterwards, in words: none, unless something kept the purge from its end. */
  left: z.array(z.string()),
  /** How often this store was purged. */
  generation: z.number().int(),
  /** What holds copies that this purge cannot change, in words. */
  outOfReach: z.array(z.string()),
});
export type Purged = z.infer<typeof purgedSchema>;
