import * as z from 'zod';

import { notebookDiffSchema } from './diff.js';
import { snapshotSchema } from './snapshot.js';

/** One side of a comparison: a snapshot, or the notebook as the editor or the disk holds it now. `size` in bytes. */
export const comparedSideSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('snapshot'), snapshot: snapshotSchema }),
  z.object({ kind: z.literal('now'), path: z.string(), size: z.number().int().optional() }),
  /** The file in the workspace as it is on the disk. */
  z.object({ kind: z.literal('file'), path: z.string(), size: z.number().int().optional() }),
  /** The file as a commit of the surrounding git repository has it. */
  z.object({
    kind: z.literal('git'),
    path: z.string(),
    /** As it was asked for, e.g. "HEAD~2". */
    revision: z.string(),
    commit: z.string(),
    time: z.string(),
    subject: z.string(),
    size: z.number().int().optional(),
  }),
]);
export type ComparedSide = z.infer<typeof comparedSideSchema>;

/** One side of a comparison, as it is asked for: any of the two may be any kind. `content` of now: what the editor holds. */
export const askedSideSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('snapshot'), id: z.string() }),
  z.object({ kind: z.literal('now'), path: z.string(), content: z.string().optional() }),
  z.object({ kind: z.literal('file'), path: z.string() }),
  z.object({ kind: z.literal('git'), path: z.string(), revision: z.string() }),
]);
export type AskedSide = z.infer<typeof askedSideSchema>;

export const compareSidesSchema = z.object({
  base: askedSideSchema,
  head: askedSideSchema,
  /** Kinds of noise to show; "all" among them stands for every kind. */
  show: z.array(z.string()).optional(),
});
export type CompareSides = z.infer<typeof compareSidesSchema>;

/** A head that is not a snapshot: the file in the workspace, or the editor's text in its place. */
export const compareRequestSchema = z.object({
  base: z.string(),
  path: z.string(),
  content: z.string().optional(),
  show: z.array(z.string()).optional(),
});

/** A metric or param that either side's runs have (the last run that has it decides). */
export const comparedValueSchema = z.object({
  name: z.string(),
  base: z.string().nullable(),
  head: z.string().nullable(),
  /** Of metrics with two finite values: head − base, and whether that is better. */
  delta: z.number().nullable(),
  better: z.boolean().nullable(),
});
export type ComparedValue = z.infer<typeof comparedValueSchema>;

/** A diff with what is known of its two sides. */
export const comparisonSchema = z.object({
  /** Names this comparison while the server remembers it: what its values, by hash, and its cells are asked for with. */
  key: z.string().optional(),
  base: comparedSideSchema,
  head: comparedSideSchema,
  diff: notebookDiffSchema,
  metrics: z.array(comparedValueSchema),
  params: z.array(comparedValueSchema),
});
export type Comparison = z.infer<typeof comparisonSchema>;

/** `show`: kinds of noise to show, with commas between; "all" is every kind. */
export const compareQuerySchema = z.object({
  base: z.string(),
  head: z.string(),
  show: z.string().optional(),
});

/** The commits of the surrounding git repository that touched a file, newest first. */
export const revisionSchema = z.object({
  commit: z.string(),
  time: z.string(),
  author: z.string(),
  subject: z.string(),
});
export type Revision = z.infer<typeof revisionSchema>;
export const revisionsSchema = z.object({
  revisions: z.array(revisionSchema),
  /** Whether a git repository surrounds the notebook at all. */
  repository: z.boolean(),
});
export type Revisions = z.infer<typeof revisionsSchema>;
export const revisionsQuerySchema = z.object({ path: z.string() });
