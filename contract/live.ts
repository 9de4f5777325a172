import * as z from 'zod';

import { metricValueSchema } from './bundle.js';
import { runIdSchema } from './points.js';
import { idSchema, runStatusSchema } from './snapshot.js';

/** The most runs that one answer has. */
export const MAX_LIVE_RUNS = 50;
/** The most metrics of each. */
export const MAX_LIVE_METRICS = 1000;

/** The id of a run, or several with commas between. */
const runsSchema = z
  .string()
  .transform((text) => text.split(','))
  .pipe(z.array(runIdSchema).max(MAX_LIVE_RUNS));

/** Runs that go on and that a kernel has logged to or a notebook has claimed; and the runs that are named, whether or not they go on. */
export const liveQuerySchema = z.object({
  kernel: z.string().max(200).optional(),
  notebook: idSchema.optional(),
  runs: runsSchema.optional(),
  /** The metric that is told first of those that have it. */
  metric: z.string().max(250).optional(),
  /** How many metrics of each are told, those that matter most first. */
  metrics: z.coerce.number().int().min(1).max(MAX_LIVE_METRICS).default(4),
});

/** A run with its latest values. */
export const liveRunSchema = z.object({
  id: runIdSchema,
  name: z.string(),
  status: runStatusSchema,
  /** The version that claimed it, and its notebook; null until one has. */
  snapshot: idSchema.nullable(),
  notebook: idSchema.nullable(),
  /** Milliseconds since 1970; `changed`: when something was logged to it last, or it ended. */
  start: z.number(),
  changed: z.number(),
  /** The executions that have made it, at most ten; the kernel's count is null where nobody knows it. */
  made: z.array(z.object({ cell: z.string(), count: z.number().int().nullable() })),
  metrics: z.array(
    z.object({
      name: z.string(),
      value: metricValueSchema,
      step: z.number().int(),
      time: z.number(),
    }),
  ),
  /** How many metrics it has. */
  total: z.number().int(),
});
export type LiveRun = z.infer<typeof liveRunSchema>;

export const liveSchema = z.object({
  /** The server's clock, in milliseconds since 1970. */
  now: z.number(),
  /** Those that began last first. */
  runs: z.array(liveRunSchema),
  /** How many more there are. */
  more: z.number().int(),
});
export type Live = z.infer<typeof liveSchema>;
