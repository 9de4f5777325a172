import * as z from 'zod';

import { toRefusal, type Answer, type Http } from './http.js';

/** What MLflow's servers answer, of 2.x and 3.x: what is empty is left out, and numbers may come as text. */

export const API = '/api/2.0/mlflow';
export const PROXY = '/api/2.0/mlflow-artifacts';
/** Longer ones MLflow refuses, in characters. */
export const MOST_TAG = 5_000;
export const MOST_DESCRIPTION = 5_000;

export function listOf<Item extends z.ZodType>(item: Item): z.ZodType<z.output<Item>[]> {
  return z
    .array(item)
    .nullish()
    .transform((list) => list ?? []);
}

export const textSchema = z
  .string()
  .nullish()
  .transform((text) => text ?? '');
export const timeSchema = z.coerce
  .number()
  .nullish()
  .transform((time) => time ?? 0);
export const pairSchema = z.object({ key: z.string(), value: textSchema });
const idSchema = z.union([z.string(), z.number().transform(String)]);

/** MLflow says NaN and the infinities as text. */
export const doubleSchema = z.union([z.number(), z.string().transform(Number)]);

const versionFields = {
  version: idSchema,
  creation_timestamp: timeSchema,
  last_updated_timestamp: timeSchema,
  current_stage: textSchema,
  description: textSchema,
  source: textSchema,
  run_id: textSchema,
  run_link: textSchema,
  model_id: textSchema,
  status: textSchema,
  tags: listOf(pairSchema),
  aliases: listOf(z.string()),
};
export const versionSchema = z.object({ name: z.string(), ...versionFields });
export type WireVersion = z.output<typeof versionSchema>;

export const registeredSchema = z.object({
  name: z.string(),
  creation_timestamp: timeSchema,
  last_updated_timestamp: timeSchema,
  description: textSchema,
  tags: listOf(pairSchema),
  aliases: listOf(z.object({ alias: z.string(), version: idSchema })),
  latest_versions: listOf(z.object({ version: idSchema })),
});
export type WireRegistered = z.output<typeof registeredSchema>;

export const experimentSchema = z.object({
  experiment_id: idSchema,
  name: z.string(),
  lifecycle_stage: textSchema,
  creation_time: timeSchema,
  last_update_time: timeSchema,
  tags: listOf(pairSchema),
});
export type WireExperiment = z.output<typeof experimentSchema>;

export const metricSchema = z.object({
  key: z.string(),
  value: doubleSchema,
  timestamp: timeSchema,
  step: timeSchema,
});
const measureSchema = metricSchema.extend({
  run_id: textSchema,
  dataset_name: textSchema,
  dataset_digest: textSchema,
});

export const runSchema = z.object({
  info: z.object({
    run_id: z.string(),
    run_name: textSchema,
    experiment_id: idSchema,
    user_id: textSchema,
    status: textSchema,
    start_time: timeSchema,
    end_time: timeSchema,
    artifact_uri: textSchema,
  }),
  data: z.object({
    metrics: listOf(metricSchema),
    params: listOf(pairSchema),
    tags: listOf(pairSchema),
  }),
  inputs: z
    .object({
      dataset_inputs: listOf(
        z.object({
          tags: listOf(pairSchema),
          dataset: z.object({
            name: textSchema,
            digest: textSchema,
            source_type: textSchema,
            source: textSchema,
            schema: textSchema,
            profile: textSchema,
          }),
        }),
      ),
      model_inputs: listOf(z.object({ model_id: z.string() })),
    })
    .nullish(),
  outputs: z
    .object({ model_outputs: listOf(z.object({ model_id: z.string(), step: timeSchema })) })
    .nullish(),
});
export type WireRun = z.output<typeof runSchema>;
/** Whether a run is deleted, which is apart from what it is. */
export const lifecycleSchema = z.object({ info: z.object({ lifecycle_stage: textSchema }) });

export const loggedModelSchema = z.object({
  info: z.object({
    model_id: z.string(),
    experiment_id: idSchema,
    name: textSchema,
    creation_timestamp_ms: timeSchema,
    last_updated_timestamp_ms: timeSchema,
    artifact_uri: textSchema,
    // A word in 3.x, its number in the first of them.
    status: z.union([z.string(), z.number().transform(String)]).nullish(),
    model_type: textSchema,
    source_run_id: textSchema,
    tags: listOf(pairSchema),
  }),
  data: z.object({ params: listOf(pairSchema), metrics: listOf(measureSchema) }).nullish(),
});
export type WireModel = z.output<typeof loggedModelSchema>;

export const filesSchema = z.object({
  files: listOf(
    z.object({
      path: z.string(),
      is_dir: z
        .boolean()
        .nullish()
        .transform((isFolder) => isFolder ?? false),
      file_size: timeSchema,
    }),
  ),
  next_page_token: textSchema,
});

/** A text in a filter of MLflow's. Undefined for one with both kinds of quotes, which no filter can hold. */
export function quote(text: string): string | undefined {
  if (!text.includes("'")) return `'${text}'`;
  return text.includes('"') ? undefined : `"${text}"`;
}

/** "mlflow-artifacts:/1/abc/artifacts" to "1/abc/artifacts", its host left out; undefined for files that no proxy gives. */
export function toProxied(uri: string): string | undefined {
  const path = /^mlflow-artifacts:(?:\/\/[^/]*)?\/+(.*)$/.exec(uri)?.[1];
  return path?.replace(/\/+$/, '');
}

export function encodePath(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/');
}

/** Whether there is nothing of what was asked for. */
export function isMissing(answer: Answer): boolean {
  return !answer.ok && answer.code === 'RESOURCE_DOES_NOT_EXIST';
}

/** What was answered. Throws what a refusal says. */
export function unwrap(http: Http, answer: Answer): unknown {
  if (answer.ok) return answer.body;
  throw toRefusal(http.url, answer);
}
