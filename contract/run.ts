import * as z from 'zod';

import { outputTypeSchema } from './diff.js';
import { ranOnSchema } from './environment.js';
import { originSchema } from './origin.js';
import { runDetailSchema } from './points.js';
import { executionSchema, idSchema, kernelSchema, triggerSchema } from './snapshot.js';

/** A run's page has this many UTF-16 code units of outputs at most, over all its cells. */
export const MAX_OUTPUTS_LENGTH = 4_000_000;

/** An output in the form that says the most: a picture or HTML before its plain text. */
export const shownOutputSchema = z.object({
  type: outputTypeSchema,
  /** Of a stream: stdout or stderr. */
  name: z.string(),
  mime: z.string(),
  /** Pictures: base64. Undefined when it is left out, since there is too much. */
  text: z.string().optional(),
  /** Of the text, in UTF-16 code units. */
  length: z.number().int(),
});
export type ShownOutput = z.infer<typeof shownOutputSchema>;

/** A cell that ran, as it was in the version of its burst. */
export const ranCellSchema = executionSchema.extend({
  /** -1 when it is not in the version. */
  index: z.number().int(),
  /** Undefined where nobody told how it ended. */
  status: executionSchema.shape.status.optional(),
  /** Whether it logged to the run. */
  made: z.boolean(),
  /** The version that it ran for. */
  snapshot: idSchema,
  /** Undefined when it is not in the version. */
  source: z.string().optional(),
  /** Of a cell that ran several times, with the last. */
  outputs: z.array(shownOutputSchema),
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
  kernel: kernelSchema.nullable(),
  /** What it ran on in short; all of it is at `environment`. */
  ranOn: ranOnSchema.nullable(),
  /** Files of the run, or of its models, that list packages. */
  packages: z.array(fileSchema),
  /** In the order in which they ran. */
  cells: z.array(ranCellSchema),
  /** Of the version's notebook, e.g. "python"; for how sources are shown. */
  language: z.string().nullable(),
});
export type RunPage = z.infer<typeof runPageSchema>;
