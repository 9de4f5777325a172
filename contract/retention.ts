import * as z from 'zod';

import { idSchema } from './snapshot.js';

/**
 * How automatic snapshots thin out with age: all are kept for `all` days, the last of each hour until they have `hourly` days, the
 * last of each day until they have `daily` days (null: for ever). `off` keeps everything.
 */
export const retentionSchema = z
  .object({
    all: z.number().int().min(1).max(36_500),
    hourly: z.number().int().min(1).max(36_500),
    daily: z.number().int().min(1).max(36_500).nullable(),
    off: z.boolean(),
  })
  .refine(
    ({ all, hourly, daily }) => all <= hourly && (daily === null || hourly <= daily),
    'each stretch of days must be at least as long as the one before: all, hourly, daily',
  );
export type Retention = z.infer<typeof retentionSchema>;

export const DEFAULT_RETENTION: Retention = { all: 7, hourly: 30, daily: null, off: false };

/** How long a file that nothing refers to any more stays, in days. */
export const graceSchema = z.number().min(0).max(36_500);
export const DEFAULT_GRACE_DAYS = 14;

/** Versions of one notebook, of one day, that thin out. */
const thinnedSchema = z.object({
  notebook: idSchema,
  path: z.string(),
  /** UTC, "2026-11-23". */
  day: z.string(),
  snapshots: z.array(idSchema),
});

/** What a collection frees, or would free; sizes in bytes. */
export const collectedSchema = z.object({
  status: z.literal('ok'),
  dryRun: z.boolean(),
  snapshots: z.object({ count: z.number().int(), days: z.array(thinnedSchema) }),
  artifacts: z.object({
    count: z.number().int(),
    bytes: z.number(),
    files: z.array(z.object({ sha256: z.string(), size: z.number() })),
  }),
  /** Objects of git that no version needs. */
  objects: z.object({ count: z.number().int(), bytes: z.number() }),
  bytes: z.number(),
  /** Why less went than could have, in words; null when nothing was held back. */
  heldBack: z.string().nullable(),
});
export type Collected = z.infer<typeof collectedSchema>;

export const collectSchema = z.object({
  dryRun: z.boolean().default(false),
  /** Of files that nothing refers to, in days; by default as the workspace is set. */
  grace: graceSchema.optional(),
});

export const pinnedSchema = z.object({ id: idSchema, pinned: z.boolean() });
