import type { RunStatus } from '../../contract/snapshot.js';
import { CellarError } from '../errors.js';
import type { RunInput, RunRow } from '../store/catalog/rows.js';
import { keepDataset } from '../tracking/datasets.js';
import { NAME_TAG } from '../tracking/log-run.js';
import { toMetricValue, toNumber } from '../tracking/points.js';
import { readPoints } from '../tracking/read-points.js';
import { recordRun } from '../tracking/record-runs.js';
import type { RunChange } from '../tracking/run-change.js';
import { readContextTags } from '../tracking/traces.js';
import {
  bringFiles,
  DELETED,
  FROM_TAG,
  STATE_TAG,
  stateOf,
  toRunId,
  type ImportParts,
  type Outcome,
} from './import-part.js';
import type { WirePoint } from './import-source.js';
import { lifecycleSchema, runSchema, type WireRun } from './mlflow-wire.js';

const STATUSES: Readonly<Record<string, RunStatus>> = {
  RUNNING: 'running',
  SCHEDULED: 'scheduled',
  FINISHED: 'finished',
  FAILED: 'failed',
  KILLED: 'killed',
};
/** One record holds at most so many values: others have their turn between two. */
const AT_ONCE = 5_000;

interface Into {
  readonly experiment: string;
  /** The experiment is deleted there: its runs are so with it, and come back with it. */
  readonly isGone: boolean;
}

/**
 * Brings a run in, as the server has it (`raw`), into an experiment of ours: with MLflow's own id, its times, the whole course of each
 * metric, and its files. What of it is here already stays; a run is whole once its last record says what it was like there.
 */
export async function bringRun(
  parts: ImportParts,
  raw: unknown,
  { experiment, isGone }: Into,
): Promise<Outcome> {
  const { history, source } = parts;
  const run = runSchema.parse(raw);
  const id = toRunId(source.url, run.info.run_id);
  const isDeleted = lifecycleSchema.parse(raw).info.lifecycle_stage === 'deleted' && !isGone;
  const state = `${stateOf(run)}${isDeleted ? ` ${DELETED}` : ''}`;
  const before = await history.store.catalog.findRun(id);
  if (before !== undefined && !Object.hasOwn(before.tags, FROM_TAG))
    throw new CellarError('conflict', 'a run of this id is here that did not come from there.');
  const last = before?.tags[STATE_TAG] ?? '';
  // What a person has deleted here stays so.
  const isGoneHere = before?.deleted === true && !last.endsWith(DELETED);
  if (last === state || isGoneHere) return 'known';
  await recordRun(history, await toStart(parts, run, { id, experiment, before }));
  await bringPoints(parts, run, { id, before });
  const failure = await bringFiles(
    parts,
    { kind: 'run', id: run.info.run_id, uri: run.info.artifact_uri },
    before?.artifacts ?? [],
    async ({ name, sha256, size }) => {
      await recordRun(history, { run: id, files: [[name, sha256, size]] });
    },
  );
  const end = toEnd(run, id, failure === undefined ? state : '');
  // And what a person has restored here.
  const isBackHere = before?.deleted === false && last.endsWith(DELETED);
  const deleted = isDeleted && !isBackHere;
  await recordRun(history, deleted === (before?.deleted ?? false) ? end : { ...end, deleted });
  // All but the files is here; the next import asks for them again.
  if (failure !== undefined) throw new CellarError('registry_refused', failure);
  return before === undefined ? 'made' : 'changed';
}

/** What a run is, without its end. */
async function toStart(
  { history, source }: ImportParts,
  { info, data, inputs, outputs }: WireRun,
  {
    id,
    experiment,
    before,
  }: {
    readonly id: string;
    readonly experiment: string;
    readonly before: RunRow | undefined;
  },
): Promise<RunChange> {
  const read: RunInput[] = [];
  for (const { dataset, tags } of inputs?.dataset_inputs ?? []) {
    const { source_type: sourceType, source: origin, ...rest } = dataset;
    read.push({
      kind: 'dataset',
      id: await keepDataset(history, { ...rest, sourceType, origin }),
      tags: tags.map(({ key, value }) => ({ name: key, value })),
    });
  }
  for (const { model_id: model } of inputs?.model_inputs ?? [])
    read.push({ kind: 'model', id: model, tags: [] });
  const made = (outputs?.model_outputs ?? []).filter(
    ({ model_id: model }) => before?.outputs.some((each) => each.model === model) !== true,
  );
  // Where MLflow's client ran in a kernel with our plug-ins, its tags say which cell it was.
  const trace = readContextTags(data.tags.map(({ key, value }) => [key, value]));
  const named = data.tags.find(({ key }) => key === NAME_TAG)?.value ?? '';
  const name = info.run_name === '' ? named : info.run_name;
  return {
    run: id,
    ...(before === undefined
      ? {
          started: { experiment, name, user: info.user_id, time: info.start_time },
          status: 'running',
          traces: trace === undefined ? [] : [trace],
        }
      : { name }),
    params: data.params.map(({ key, value }) => [key, value]),
    tags: [
      ...data.tags.map(({ key, value }): [string, string] => [key, value]),
      [FROM_TAG, source.url],
    ],
    inputs: read.map((input) => ({ ...input, tags: [...input.tags] })),
    outputs: made.map(({ model_id: model, step }) => ({ model, step })),
  };
}

function toEnd({ info }: WireRun, id: string, state: string): RunChange {
  const status = STATUSES[info.status] ?? 'running';
  return {
    run: id,
    status,
    ...(info.end_time === 0 ? {} : { end: info.end_time }),
    tags: [[STATE_TAG, state]],
  };
}

async function bringPoints(
  parts: ImportParts,
  { info, data }: WireRun,
  { id, before }: { readonly id: string; readonly before: RunRow | undefined },
): Promise<void> {
  const { history, source, tally } = parts;
  const isWhole = (before?.tags[STATE_TAG] ?? '') !== '';
  for (const { key, value, step, timestamp } of data.metrics) {
    const last =
      before !== undefined && Object.hasOwn(before.metrics, key) ? before.metrics[key] : undefined;
    // What nothing was logged to since it was whole here.
    if (
      isWhole &&
      last !== undefined &&
      keyOf({ ...last, value: toNumber(last.value) }) === keyOf({ value, step, time: timestamp })
    )
      continue;
    const here = last === undefined ? undefined : await readHere(parts, { run: id, name: key });
    for await (const page of source.points(info.run_id, key)) {
      const fresh = here === undefined ? page : page.filter((point) => !here.has(keyOf(point)));
      for (let at = 0; at < fresh.length; at += AT_ONCE) {
        const points = fresh.slice(at, at + AT_ONCE);
        await recordRun(history, {
          run: id,
          points: points.map((point) => [
            ...([key, toMetricValue(point.value), point.step, point.time] as const),
          ]),
        });
        tally.points += points.length;
      }
    }
  }
}

/** The points of a metric that an import before has brought in. */
async function readHere(
  { history, signal }: ImportParts,
  of: { readonly run: string; readonly name: string },
): Promise<ReadonlySet<string>> {
  const { columns } = await readPoints(history.store, of, signal);
  const keys = new Set<string>();
  for (let at = 0; at < columns.length; at += 1) {
    const { value, step, time } = columns.at(at);
    keys.add(keyOf({ value: toNumber(value), step, time }));
  }
  return keys;
}

function keyOf({ value, step, time }: WirePoint): string {
  return `${step} ${time} ${value}`;
}
