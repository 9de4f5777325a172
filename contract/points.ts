import * as z from 'zod';

import { metricValueSchema } from './bundle.js';
import { doubtSchema, traceSchema } from './provenance.js';
import { recordOf } from './record.js';
import { artifactSchema, idSchema, runSchema } from './snapshot.js';

/** The most points that one request takes. */
export const MAX_POINTS = 10_000;

/** The most stretches that a course is read in. */
export const MAX_BUCKETS = 5_000;

export const runIdSchema = z.string().regex(/^[0-9a-f]{32}$/);

const placedSchema = z.object({
  value: metricValueSchema,
  step: z.number().int(),
  /** Milliseconds since 1970. */
  time: z.number(),
});

/** Values to be kept for a run, which is made with the first; `ended` says that the run is over, and how. */
export const logPointsSchema = z.object({
  points: z
    .array(
      z.object({
        name: z.string().min(1).max(250),
        value: metricValueSchema,
        step: z.number().int().default(0),
        /** By default when they arrive. */
        time: z.number().optional(),
      }),
    )
    .max(MAX_POINTS),
  ended: z.enum(['finished', 'failed']).optional(),
});

/** Sent once the points are synced to the disk: how many, and the number of their record. */
export const loggedPointsSchema = z.object({ kept: z.number().int(), number: z.number().int() });

/** A run by itself; `metrics` holds the last value of each. */
export const runDetailSchema = runSchema.omit({ metrics: true }).extend({
  /** The snapshot that claimed it first, and its notebook; null until one has. */
  snapshot: idSchema.nullable(),
  notebook: idSchema.nullable(),
  /** Milliseconds since 1970. */
  start: z.number(),
  end: z.number(),
  metrics: recordOf(placedSchema),
  /** The executions that made it or logged to it, as far as they are known. */
  traces: z.array(traceSchema),
  /** Why it may not be what its notebook says, worst first. */
  doubts: z.array(doubtSchema),
  tags: recordOf(z.string()),
  /** Data and models that it read, by their ids. */
  inputs: z.array(
    z.object({
      kind: z.enum(['dataset', 'model']),
      id: z.string(),
      tags: z.array(z.object({ name: z.string(), value: z.string() })),
    }),
  ),
  /** The id of what it ran on; null where nobody said so. */
  environment: z.string().nullable(),
  artifacts: z.array(artifactSchema.omit({ run: true })),
});

/** `from` and `to` are steps, both included; `buckets` are the stretches it is thinned out to when it has many more points. */
export const courseQuerySchema = z.object({
  from: z.coerce.number().optional(),
  to: z.coerce.number().optional(),
  buckets: z.coerce.number().int().min(1).max(MAX_BUCKETS).default(500),
});

/**
 * The course of a metric by step, then time. Of many points those at the ends of each stretch, its least and greatest, and the first
 * that are no numbers; `total` counts all of them.
 */
export const courseSchema = z.object({
  run: runIdSchema,
  name: z.string(),
  total: z.number().int(),
  points: z.array(placedSchema),
});
