import * as z from 'zod';

import { CellarError } from '../../errors.js';
import { getRun, logToRun, type Logged } from '../../tracking/log-run.js';
import { changeModel, getModel, putMeasures, type Measure } from '../../tracking/models.js';
import { toMetricValue, type MetricPoint } from '../../tracking/points.js';
import { readCourse } from '../../tracking/read-course.js';
import { readPoints } from '../../tracking/read-points.js';
import { reading, writing, type MlflowOperation } from './operation.js';
import { checkMost, pageOf } from './page.js';
import type { MlflowParts } from './parts.js';
import {
  checkKey,
  cut,
  doubleSchema,
  listOf,
  MOST,
  pairSchema,
  queryListOf,
  runSchema,
  textSchema,
  timeSchema,
  wholeSchema,
} from './values.js';

const metricSchema = z.object({
  key: z.string(),
  value: doubleSchema,
  timestamp: timeSchema,
  step: wholeSchema.nullish(),
  /** The logged model that it measures, and the data on which it does. */
  model_id: z.string().nullish(),
  dataset_name: z.string().nullish(),
  dataset_digest: z.string().nullish(),
});
type Metric = z.output<typeof metricSchema>;

/** A list of metrics. A batch holds up to a thousand, nearly all as they should be: the schema looks at the others alone. */
const metricsSchema = z
  .array(z.unknown())
  .nullish()
  .transform((list, context) => {
    const metrics: Metric[] = [];
    for (const [at, given] of (list ?? []).entries()) {
      const read = isMetric(given) ? { data: given } : metricSchema.safeParse(given);
      if (read.data !== undefined) metrics.push(read.data);
      else
        for (const { message, path } of read.error.issues)
          context.addIssue({ code: 'custom', message, path: [at, ...path] });
    }
    return metrics;
  });

/** Whether a metric is as most clients send it, with nothing to turn into anything else. */
function isMetric(given: unknown): given is Metric {
  if (typeof given !== 'object' || given === null) return false;
  const metric = given as Partial<Record<keyof Metric, unknown>>;
  return (
    typeof metric.key === 'string' &&
    Number.isFinite(metric.value) &&
    Number.isSafeInteger(metric.timestamp) &&
    Number(metric.timestamp) >= 0 &&
    Number.isSafeInteger(metric.step ?? 0) &&
    [metric.model_id, metric.dataset_name, metric.dataset_digest].every(
      (each) => each === undefined,
    )
  );
}
type Pair = z.output<typeof pairSchema>;

/** What is logged to runs, and the courses of metrics. */
export function loggingOperations({ history, turns }: MlflowParts): readonly MlflowOperation[] {
  const { store } = history;
  const log = async (run: string, logged: Logged): Promise<object> => {
    await logToRun(history, turns, run, logged);
    return {};
  };
  /** The same with metrics, which may be of logged models, beside the run. */
  const logMetrics = async (
    run: string,
    metrics: readonly Metric[],
    logged: Logged = {},
  ): Promise<object> => {
    const points = toPoints(metrics);
    const models = new Set(metrics.map(({ model_id: id }) => id ?? '').filter((id) => id !== ''));
    // Before anything is kept.
    for (const model of models) await getModel(store, model);
    await log(run, { ...logged, points });
    for (const model of models)
      await changeModel(history, turns, model, (before) => ({
        metrics: putMeasures(
          before.metrics,
          metrics.filter(({ model_id: id }) => id === model).map((each) => toMeasure(run, each)),
        ),
      }));
    return {};
  };
  return [
    writing({
      method: 'post',
      path: '/runs/log-metric',
      input: runSchema.and(metricSchema),
      run: ({ id, ...metric }) => logMetrics(id, [metric]),
    }),
    writing({
      method: 'post',
      path: '/runs/log-parameter',
      input: runSchema.and(pairSchema),
      run: ({ id, ...param }) => log(id, { params: [toParam(param)] }),
    }),
    writing({
      method: 'post',
      path: '/runs/set-tag',
      input: runSchema.and(pairSchema),
      run: ({ id, ...tag }) => log(id, { tags: [toTag(tag)] }),
    }),
    writing({
      method: 'post',
      path: '/runs/log-batch',
      most: MOST.batchBytes,
      input: runSchema.and(
        z.object({
          metrics: metricsSchema,
          params: listOf(pairSchema),
          tags: listOf(pairSchema),
        }),
      ),
      run: async ({ id, metrics, params, tags }) => {
        const names = new Set(params.map(({ key }) => key));
        if (names.size < params.length)
          throw new CellarError('bad_request', 'A batch may name each param once only.');
        checkCount('metrics', metrics, MOST.metrics);
        checkCount('params', params, MOST.params);
        checkCount('tags', tags, MOST.tags);
        checkCount('metrics, params and tags', [...metrics, ...params, ...tags], MOST.inBatch);
        return logMetrics(id, metrics, { params: params.map(toParam), tags: tags.map(toTag) });
      },
    }),
    reading({
      method: 'get',
      path: '/metrics/get-history-bulk-interval',
      input: z.object({
        run_ids: queryListOf(z.string()),
        metric_key: z.string(),
        max_results: wholeSchema.nullish(),
        start_step: wholeSchema.nullish(),
        end_step: wholeSchema.nullish(),
      }),
      run: async ({ run_ids: runs, metric_key: key, ...asked }) => {
        if (runs.length === 0 || runs.length > MOST.charted)
          throw new CellarError(
            'bad_request',
            `1 to ${MOST.charted} runs are drawn, not ${runs.length}.`,
          );
        const most = checkMost(asked.max_results, MOST.samples, MOST.samples);
        if ((asked.start_step ?? -Infinity) > (asked.end_step ?? Infinity))
          throw new CellarError('bad_request', 'The end_step is before the start_step.');
        const metrics: object[] = [];
        for (const run of runs) {
          const course = await readCourse(store, {
            ...{ run, name: key, buckets: Math.max(1, Math.floor(most / 2)) },
            ...{ from: asked.start_step ?? undefined, to: asked.end_step ?? undefined },
          });
          for (const { value, step, time } of course.points)
            metrics.push({ key, value, timestamp: time, step, run_id: run });
        }
        return { metrics };
      },
    }),
    reading({
      method: 'get',
      path: '/metrics/get-history',
      input: runSchema.and(
        z.object({
          metric_key: z.string(),
          max_results: wholeSchema.nullish(),
          page_token: textSchema,
        }),
      ),
      run: async ({ id, metric_key: key, max_results: wanted, page_token: token }) => {
        const { id: run } = await getRun(store, id);
        const { columns, sorted } = await readPoints(store, { run, name: key });
        const most =
          wanted === undefined || wanted === null
            ? Infinity
            : checkMost(wanted, MOST.points, MOST.points);
        const { items, next } = pageOf(sorted(), token, most);
        const metrics = Array.from(items, (place) => {
          const { value, step, time } = columns.at(place);
          return { key, value, timestamp: time, step };
        });
        return { metrics, next_page_token: next };
      },
    }),
  ];
}

/** Each name is looked at once: most batches hold a thousand points of few metrics. */
function toPoints(metrics: readonly Metric[]): readonly MetricPoint[] {
  for (const key of new Set(metrics.map((metric) => metric.key))) checkKey(key, 'metric');
  return metrics.map(pointOf);
}

function pointOf({ key, value, timestamp, step }: Metric): MetricPoint {
  return { name: key, value: toMetricValue(value), step: step ?? 0, time: timestamp };
}

function toMeasure(run: string, metric: Metric): Measure {
  const name = metric.dataset_name ?? '';
  const dataset = name === '' ? null : { name, digest: metric.dataset_digest ?? '' };
  return { ...pointOf(metric), run, dataset };
}

function toParam({ key, value }: Pair): readonly [string, string] {
  checkKey(key, 'param');
  return [key, cut(value, MOST.param)];
}

function toTag({ key, value }: Pair): readonly [string, string] {
  checkKey(key, 'tag');
  return [key, cut(value, MOST.tag)];
}

function checkCount(what: string, list: readonly unknown[], most: number): void {
  if (list.length <= most) return;
  throw new CellarError(
    'bad_request',
    `A batch may hold at most ${most} ${what}. This one has ${list.length}: log it in several.`,
  );
}
