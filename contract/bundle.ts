import * as z from 'zod';

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

/** A file that the kernel's code named; the bytes were sent already when `stored`, else they are read from `path`. */
export const bundleArtifactSchema = z.object({
  name: z.string().min(1).max(1024),
  path: z.string().optional(),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
  size: z.number().int().nonnegative().optional(),
  stored: z.boolean().optional(),
});

/** What one display of the bundle says; without `run` it belongs to the implicit run of its burst. */
export const bundleSchema = z.object({
  run: z
    .object({ id: z.string().regex(/^[0-9a-f]{32}$/), name: z.string().max(250).optional() })
    .optional(),
  metrics: recordOf(z.union([metricValueSchema, z.array(metricPointSchema)])).optional(),
  params: recordOf(z.union([z.string(), z.number(), z.boolean(), z.null()])).optional(),
  artifacts: z.array(bundleArtifactSchema).optional(),
});
export type Bundle = z.infer<typeof bundleSchema>;
export type BundleArtifact = z.infer<typeof bundleArtifactSchema>;
