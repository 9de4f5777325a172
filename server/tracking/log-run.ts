import { randomBytes } from 'node:crypto';

import type { RunStatus } from '../../contract/snapshot.js';
import { CellarError } from '../errors.js';
import { cleanKept } from '../history/clean-kept.js';
import type { History } from '../history/history.js';
import type { RunRow } from '../store/catalog/rows.js';
import type { Store } from '../store/store.js';
import { findExperiment, getExperiment } from './experiments.js';
import type { MetricPoint } from './points.js';
import { recordRun } from './record-runs.js';
import type { RunChange } from './run-change.js';
import { inventName } from './run-name.js';
import type { Turns } from './turns.js';

/** MLflow's tags that say the same as a run's own fields: each follows the other. */
export const NAME_TAG = 'mlflow.runName';
export const USER_TAG = 'mlflow.user';

type Pairs = readonly (readonly [string, string])[];

export interface RunStart {
  /** The id of its experiment. */
  readonly experiment: string;
  /** One is invented when it is empty. */
  readonly name: string;
  readonly user: string;
  /** In milliseconds since 1970. */
  readonly time: number;
  readonly tags: Pairs;
}

/** Starts a run; durable when it resolves. Throws not_found for an unknown experiment, bad_request for a deleted one. */
export async function startRun(history: History, start: RunStart): Promise<RunRow> {
  const { store } = history;
  const experiment = await getExperiment(store, start.experiment);
  if (experiment.deleted)
    throw new CellarError(
      'bad_request',
      `The experiment ${JSON.stringify(experiment.name)} is deleted: restore it before a run is started in it.`,
    );
  const given = new Map(start.tags);
  const name = [start.name, given.get(NAME_TAG) ?? ''].find((each) => each !== '') ?? inventName();
  const user = [start.user, given.get(USER_TAG) ?? ''].find((each) => each !== '') ?? '';
  const run = randomBytes(16).toString('hex');
  await recordRun(history, {
    run,
    started: { experiment: experiment.id, name, user, time: start.time },
    status: 'running',
    tags: [...given.set(NAME_TAG, name)],
  });
  return getRun(store, run);
}

/** What is logged to a run at once: all of it, or nothing. */
export interface Logged {
  readonly points?: readonly MetricPoint[];
  readonly params?: Pairs;
  readonly tags?: Pairs;
  readonly untagged?: readonly string[];
  readonly inputs?: RunRow['inputs'];
  readonly outputs?: RunRow['outputs'];
}

/** Logs to a run; durable when it resolves. Throws not_found, and bad_request for a deleted run or a param that has another value. */
export async function logToRun(
  history: History,
  turns: Turns,
  run: string,
  { points = [], params: given = [], tags = [], untagged = [], inputs = [], outputs = [] }: Logged,
): Promise<void> {
  // As they are kept: one with a secret that is logged again is the same still.
  const { values } = await cleanKept(history.secrets, [], given);
  const params = given.map(([name], at) => [name, values[at] ?? ''] as const);
  const named = new Map(tags).get(NAME_TAG);
  const change: RunChange = {
    run,
    ...(points.length === 0
      ? {}
      : { points: points.map(({ name, value, step, time }) => [name, value, step, time]) }),
    ...(params.length === 0 ? {} : { params: params.map(([name, value]) => [name, value]) }),
    ...(tags.length === 0 ? {} : { tags: tags.map(([name, value]) => [name, value]) }),
    ...(inputs.length === 0
      ? {}
      : { inputs: inputs.map(({ kind, id, tags: own }) => ({ kind, id, tags: [...own] })) }),
    ...(outputs.length === 0 ? {} : { outputs: [...outputs] }),
    ...(untagged.length === 0 ? {} : { untagged: [...untagged] }),
    ...(named === undefined ? {} : { name: named }),
  };
  const log = async (): Promise<void> => {
    const row = await getActiveRun(history.store, run);
    checkParams(row, params);
    for (const name of untagged)
      if (!Object.hasOwn(row.tags, name))
        throw new CellarError('not_found', `The run ${run} has no tag ${JSON.stringify(name)}.`);
    if (Object.keys(change).length > 1) await recordRun(history, change);
  };
  // Of two that set one param to different values only the first may be told that it did.
  await (params.length === 0 ? log() : turns.take(`params of ${run}`, log));
}

/** What becomes of a run itself; what is left out stays as it is. */
export interface RunUpdate {
  readonly name?: string;
  readonly status?: RunStatus;
  /** When it ended, in milliseconds since 1970. */
  readonly end?: number;
}

/** Changes what a run is; durable when it resolves. Throws not_found, and bad_request for a deleted one. */
export async function updateRun(
  history: History,
  run: string,
  { name, status, end }: RunUpdate,
): Promise<RunRow> {
  await getActiveRun(history.store, run);
  await recordRun(history, {
    run,
    ...(name === undefined ? {} : { name, tags: [[NAME_TAG, name]] }),
    ...(status === undefined ? {} : { status }),
    ...(end === undefined ? {} : { end }),
  });
  return getRun(history.store, run);
}

/** Takes a run away, or brings it back; durable when it resolves. Throws not_found. */
export async function setDeleted(history: History, run: string, deleted: boolean): Promise<void> {
  const row = await getRun(history.store, run);
  if (row.deleted !== deleted) await recordRun(history, { run, deleted, end: row.end });
}

/** Throws not_found. */
export async function getRun(store: Store, id: string): Promise<RunRow> {
  const row = await store.catalog.findRun(id);
  if (row !== undefined) return row;
  throw new CellarError('not_found', `There is no run ${JSON.stringify(id)}.`);
}

/** Whether a run, or its experiment, was taken away. */
export async function isDeleted(store: Store, row: RunRow): Promise<boolean> {
  return row.deleted || (await findExperiment(store, row.experiment))?.deleted === true;
}

/** Throws not_found, and bad_request for one that was taken away. */
export async function getActiveRun(store: Store, id: string): Promise<RunRow> {
  const row = await getRun(store, id);
  if (!(await isDeleted(store, row))) return row;
  throw new CellarError(
    'bad_request',
    `The run ${id} is deleted: restore it before it is changed.`,
  );
}

/** A param is set once: the same value again is no change. */
function checkParams({ id, params }: RunRow, given: Pairs): void {
  const known = new Map(Object.entries(params));
  for (const [name, value] of given) {
    const old = known.get(name);
    if (old !== undefined && old !== value)
      throw new CellarError(
        'bad_request',
        `The param ${JSON.stringify(name)} of run ${id} is ${JSON.stringify(old)} and cannot become ${JSON.stringify(value)}: a param is set once.`,
      );
    known.set(name, value);
  }
}
