import * as z from 'zod';

import { bundleDatasetSchema } from './dataset.js';
import { recordOf } from './record.js';

/** A metric's value: a finite number, or the three that JSON has no number for. */
export const metricValueSchema = z.union([z.number(), z.enum(['NaN', 'Infinity', '-Infinity'])]);
export type MetricValue = z.infer<typeof metricValueSchema>;

/** One logged value; `time` is in milliseconds since 1970, `step` counts from 0. */
export const metricPointSchema = z.object({
  value: metricValueSchema,
  step: z.number().int().optional(),
  time: z.number().optional(),
});

/** The most characters of a file's bytes that a bundle carries, in base64. */
const MAX_CONTENT = 6_000_000;

/**
 * A file that the kernel's code named; the bytes were sent already when `stored`, else they are `content` (base64), or are read from
 * `path`.
 */
export const bundleArtifactSchema = z.object({
  name: z.string().min(1).max(1024),
  path: z.string().optional(),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
  size: z.number().int().nonnegative().optional(),
  stored: z.boolean().optional(),
  content: z
    .string()
    .max(MAX_CONTENT)
    .regex(/^[A-Za-z0-9+/]*={0,2}$/)
    .optional(),
});

const runIdSchema = z.string().regex(/^[0-9a-f]{32}$/);
const plainSchema = z.union([z.string(), z.number(), z.boolean(), z.null()]);

/** What one display of the bundle says; without `run` it belongs to the implicit run of its burst. */
export const bundleSchema = z.object({
  run: z
    .object({
      id: runIdSchema,
      name: z.string().max(250).optional(),
      /** The run that it is a part of. */
      parent: runIdSchema.optional(),
      /** How it ended; absent while it goes on, and where nobody says so. */
      status: z.enum(['finished', 'failed', 'killed']).optional(),
    })
    .optional(),
  metrics: recordOf(z.union([metricValueSchema, z.array(metricPointSchema)])).optional(),
  params: recordOf(plainSchema).optional(),
  /** Words about the run; the last of a name counts. */
  tags: recordOf(plainSchema).optional(),
  /** Data that it read. */
  datasets: z.array(bundleDatasetSchema).max(1000).optional(),
  artifacts: z.array(bundleArtifactSchema).optional(),
});
export type Bundle = z.output<typeof bundleSchema>;
export type BundleArtifact = z.infer<typeof bundleArtifactSchema>;
