import * as z from 'zod';

import { originSchema } from './origin.js';
import { runDetailSchema } from './points.js';
import { executionSchema, idSchema, kernelSchema, triggerSchema } from './snapshot.js';

/** Outputs of one cell that take more than this many UTF-16 code units as JSON are left out of a run's page. */
export const MAX_CELL_OUTPUTS = 500_000;

/** A cell that ran, as it was in the run's version: in the order of execution. */
export const ranCellSchema = executionSchema.extend({
  /** -1 when it is not in the version. */
  index: z.number().int(),
  /** Undefined where nobody told how it ended. */
  status: executionSchema.shape.status.optional(),
  /** Undefined when it is not in the version. */
  source: z.string().optional(),
  /** As the notebook has them (nbformat). */
  outputs: z.array(z.unknown()),
  /** UTF-16 code units of outputs that were left out, since they are too large. */
  left: z.number().int(),
});
export type RanCell = z.infer<typeof ranCellSchema>;

/** Something that makes one doubt what a run or a model came from. */
const runWarningSchema = z.object({ code: z.string(), message: z.string() });

const fileSchema = z.object({ name: z.string(), sha256: z.string(), size: z.number().int() });

/** All that is known of a run, for its page. */
export const runPageSchema = runDetailSchema.extend({
  /** Where it comes from, and the same in one sentence, with times in UTC. */
  origin: originSchema,
  words: z.string(),
  warnings: z.array(runWarningSchema),
  experiment: z.object({ id: z.string(), name: z.string() }),
  user: z.string(),
  deleted: z.boolean(),
  tags: z.array(z.object({ name: z.string(), value: z.string() })),
  /** What it read. */
  data: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      digest: z.string(),
      sourceType: z.string(),
      origin: z.string(),
      rows: z.number().int().optional(),
      columns: z.number().int().optional(),
      /** E.g. "training". */
      role: z.string().optional(),
    }),
  ),
  /** What it logged as a model. */
  models: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      modelType: z.string(),
      files: z.array(fileSchema),
      /** As which versions it is registered. */
      versions: z.array(z.object({ name: z.string(), version: z.number().int() })),
    }),
  ),
  /** Registered versions that name this run, and no model that it logged. */
  versions: z.array(z.object({ name: z.string(), version: z.number().int() })),
  /** The version of the notebook that claimed it; null until one has, and where that one is gone. */
  version: z
    .object({
      id: idSchema,
      notebook: idSchema,
      path: z.string(),
      time: z.string(),
      message: z.string().nullable(),
      trigger: triggerSchema,
      clean: z.boolean().nullable(),
      /** The one before it in its history; null for the first. */
      before: idSchema.nullable(),
    })
    .nullable(),
  environment: z.object({
    kernel: kernelSchema.nullable(),
    /** Files of the run, or of its models, that list packages. */
    files: z.array(fileSchema),
  }),
  cells: z.array(ranCellSchema),
  /** Of the version's notebook, e.g. "python"; for how sources are shown. */
  language: z.string().nullable(),
});
export type RunPage = z.infer<typeof runPageSchema>;
