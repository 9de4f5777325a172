import * as z from 'zod';

import { cellTypeSchema, leafSchema, valueRefSchema } from './diff.js';

/** Which side's version the merged notebook holds; `both`: one after the other; `merged`: put together by line or by key. */
export const takeSchema = z.enum(['base', 'local', 'remote', 'both', 'merged']);
export type Take = z.infer<typeof takeSchema>;

/** Why something was decided as it was; of conflicts, what contradicts what. */
export const mergeReasonSchema = z.enum([
  'one_side',
  'same_on_both',
  'merged_by_line',
  'merged_by_key',
  'united',
  'both_inserted',
  'moved_and_edited',
  'deleted_and_rerun',
  'fits_source',
  'noise',
  'both_edited',
  'edited_and_deleted',
  'both_moved',
  'both_ran',
  'both_split',
]);
export type MergeReason = z.infer<typeof mergeReasonSchema>;

/**
 * One decision of a merge. Conflicts stand in the merged notebook by `take` until a person decides; both sides are in the
 * decision and nothing of them is lost.
 */
export const decisionSchema = z.object({
  /** Stable for the same three notebooks; what choices are named by. */
  id: z.string(),
  about: z.enum([
    'presence',
    'place',
    'type',
    'source',
    'outputs',
    'metadata',
    'attachments',
    'notebook_metadata',
  ]),
  conflict: z.boolean(),
  reason: mergeReasonSchema,
  take: takeSchema,
  /** The cell's key among `cells` of the merge; absent for the notebook's own metadata. */
  cell: z.string().optional(),
  /** Indices of the cell; null where a side does not have it. */
  base: z.number().int().nullable().optional(),
  local: z.number().int().nullable().optional(),
  remote: z.number().int().nullable().optional(),
  merged: z.number().int().nullable().optional(),
  /** Of sources: the chunk it is about. */
  chunk: z.number().int().optional(),
  /** Of metadata and attachments: a JSON Pointer, and the values as JSON text, shortened where they are long. */
  path: z.string().optional(),
  values: z
    .object({
      base: z.string().optional(),
      local: z.string().optional(),
      remote: z.string().optional(),
    })
    .optional(),
});
export type Decision = z.infer<typeof decisionSchema>;

/** A stretch of a merged source: texts with their line ends; those of one side together are its source. Kind `local` or `remote`: that side alone changed it; `agreed`: both alike. */
export const mergeChunkSchema = z.object({
  kind: z.enum(['same', 'local', 'remote', 'agreed', 'conflict']),
  base: z.string(),
  local: z.string(),
  remote: z.string(),
  /** Of a conflict: the id of its decision. */
  decision: z.string().optional(),
});
export type MergeChunk = z.infer<typeof mergeChunkSchema>;

/** A cell as one side has it; `outputs` holds the richest MIME type of each. */
export const mergeSideCellSchema = z.object({
  index: z.number().int(),
  cellType: cellTypeSchema,
  source: z.string(),
  execution: z.number().int().nullable(),
  outputs: z.array(valueRefSchema),
});
export type MergeSideCell = z.infer<typeof mergeSideCellSchema>;

/** One cell of the merge, in the order of the merged notebook, deleted ones where they stood. */
export const mergeCellSchema = z.object({
  key: z.string(),
  /** Whose version stands in the merged notebook; `deleted`: it is not in it. */
  state: z.enum(['same', 'local', 'remote', 'agreed', 'merged', 'conflict', 'deleted']),
  base: mergeSideCellSchema.nullable(),
  local: mergeSideCellSchema.nullable(),
  remote: mergeSideCellSchema.nullable(),
  /** The merged source by chunk; one chunk where nothing had to be merged. */
  chunks: z.array(mergeChunkSchema),
  /** The ids of the decisions about this cell. */
  decisions: z.array(z.string()),
});
export type MergeCell = z.infer<typeof mergeCellSchema>;

/** What a merge came to, for scripts; `notebook` (nbformat JSON) is absent when it was written to a file. */
export const mergeResultSchema = z.object({
  status: z.enum(['ok', 'conflict']),
  format: z.literal(1),
  conflicts: z.number().int(),
  decisions: z.array(decisionSchema),
  notebook: z.unknown().optional(),
});
export type MergeResult = z.infer<typeof mergeResultSchema>;

/** A person's choices: by decision id a side, by cell key a whole source written by hand (it wins over its chunks' choices). */
export const mergeChoicesSchema = z.object({
  decisions: z.record(z.string(), takeSchema.exclude(['merged'])),
  sources: z.record(z.string(), z.string()),
});
export type MergeChoices = z.infer<typeof mergeChoicesSchema>;

/** A merge as a view shows it. */
export const mergeViewSchema = mergeResultSchema.omit({ notebook: true }).extend({
  path: z.string(),
  language: z.string(),
  /** What the sides are called, e.g. branch names where git's markers tell them. */
  labels: z.object({ base: z.string(), local: z.string(), remote: z.string() }),
  /** Where the sides came from: git's markers in the file, git's index, or three files. */
  origin: z.enum(['markers', 'index', 'files']),
  /** Names the three texts and the file as they were read: a resolution of anything else is refused. */
  fingerprint: z.string(),
  metadata: z.array(leafSchema),
  cells: z.array(mergeCellSchema),
});
export type MergeView = z.infer<typeof mergeViewSchema>;

export const mergeQuerySchema = z.object({ path: z.string() });

/** Writes the merged notebook with these choices. Conflicts without a choice stay as the view says, and are counted in the answer. */
export const resolveRequestSchema = z.object({
  path: z.string(),
  fingerprint: z.string(),
  choices: mergeChoicesSchema,
});
export type ResolveRequest = z.infer<typeof resolveRequestSchema>;

export const resolvedSchema = z.object({ path: z.string(), unresolved: z.number().int() });
export type Resolved = z.infer<typeof resolvedSchema>;
