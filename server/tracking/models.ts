import { randomBytes } from 'node:crypto';

import * as z from 'zod';

import { metricValueSchema } from '../../contract/bundle.js';
import { CellarError } from '../errors.js';
import { cleanKept } from '../history/clean-kept.js';
import { recordEntry } from '../history/entries.js';
import type { History } from '../history/history.js';
import type { EntryRow } from '../store/catalog/rows.js';
import type { Store } from '../store/store.js';
import { getExperiment } from './experiments.js';
import type { Turns } from './turns.js';

const KIND = 'models';

const pairsSchema = z.array(z.object({ name: z.string(), value: z.string() }));

const dataSchema = z.object({
  name: z.string(),
  experiment: z.string(),
  /** The run that logged it; empty where none did. */
  run: z.string(),
  /** What kind of model it is, e.g. "classifier". */
  modelType: z.string(),
  status: z.enum(['pending', 'ready', 'failed']),
  deleted: z.boolean(),
  /** In milliseconds since 1970. */
  created: z.number(),
  updated: z.number(),
  params: pairsSchema,
  tags: pairsSchema,
  /** What was measured of it: by the run that logged it, and by others. */
  metrics: z.array(
    z.object({
      name: z.string(),
      value: metricValueSchema,
      step: z.number(),
      time: z.number(),
      run: z.string(),
      dataset: z.object({ name: z.string(), digest: z.string() }).nullable(),
    }),
  ),
});
type ModelData = z.infer<typeof dataSchema>;

/** What was measured of a model. */
export type Measure = ModelData['metrics'][number];

/** A model that a run logged, with its files; it may be registered or not. */
export interface LoggedModel extends ModelData {
  /** "m-" and 32 hexadecimal digits. */
  readonly id: string;
  readonly artifacts: EntryRow['artifacts'];
}

export type ModelStart = Pick<
  ModelData,
  'name' | 'experiment' | 'run' | 'modelType' | 'params' | 'tags'
> &
  // As one from elsewhere has them.
  Partial<Pick<LoggedModel, 'id' | 'created' | 'updated'>>;
/** What becomes of a model; what is left out stays as it is. */
export type ModelChange = Partial<Omit<LoggedModel, 'id' | 'experiment' | 'created'>>;

/** Begins a model; durable when it resolves. Throws not_found for an unknown experiment, bad_request for a deleted one. */
export async function startModel(history: History, start: ModelStart): Promise<LoggedModel> {
  const { store } = history;
  const experiment = await getExperiment(store, start.experiment);
  if (experiment.deleted)
    throw new CellarError(
      'bad_request',
      `The experiment ${JSON.stringify(experiment.name)} is deleted: restore it before a model is logged in it.`,
    );
  const now = store.now();
  return keep(history, {
    ...{ id: `m-${randomBytes(16).toString('hex')}`, created: now, updated: now },
    ...start,
    ...{ status: 'pending', deleted: false, metrics: [], artifacts: [] },
  });
}

/** Changes a model; durable when it resolves. Throws not_found. */
export function changeModel(
  history: History,
  turns: Turns,
  id: string,
  change: (before: LoggedModel) => ModelChange,
): Promise<LoggedModel> {
  const { store } = history;
  return turns.take(`model ${id}`, async () => {
    const before = await getModel(store, id);
    return keep(history, { ...before, updated: store.now(), ...change(before) });
  });
}

/** Undefined also for one that was deleted. */
export async function findLogged(store: Store, id: string): Promise<LoggedModel | undefined> {
  const row = await store.catalog.findEntry(`${KIND}/${id}`);
  const model = row === undefined ? undefined : toModel(row);
  return model?.deleted === false ? model : undefined;
}

/** Throws not_found, also for one that was deleted. */
export async function getModel(store: Store, id: string): Promise<LoggedModel> {
  const model = await findLogged(store, id);
  if (model !== undefined) return model;
  throw new CellarError('not_found', `There is no logged model ${JSON.stringify(id)}.`);
}

/** Every model that was not deleted, in the order of their last changes. */
export async function listModels(store: Store): Promise<readonly LoggedModel[]> {
  return (await store.catalog.entries(KIND)).map(toModel).filter(({ deleted }) => !deleted);
}

/** Pairs with others put over them, by name. */
export function putPairs(
  before: ModelData['tags'],
  pairs: readonly { readonly name: string; readonly value: string }[],
): ModelData['tags'] {
  return [...new Map([...before, ...pairs].map((pair) => [pair.name, pair])).values()];
}

/** Measures with others put in the place of earlier ones of the same metric, run and data. */
export function putMeasures(
  before: readonly Measure[],
  measures: readonly Measure[],
): ModelData['metrics'] {
  const toKey = ({ name, run, dataset }: Measure): string =>
    JSON.stringify([name, run, dataset?.name, dataset?.digest]);
  return [...new Map([...before, ...measures].map((each) => [toKey(each), each])).values()];
}

async function keep(history: History, model: LoggedModel): Promise<LoggedModel> {
  const { id, artifacts, ...data } = model;
  const { texts, values } = await cleanKept(
    history.secrets,
    [
      ...[data.name, data.modelType],
      ...data.tags.flatMap(({ name, value }) => [name, value]),
      ...[...data.params, ...data.metrics, ...artifacts].map(({ name }) => name),
    ],
    data.params.map(({ name, value }) => [name, value]),
  );
  const clean = (text: string): string => texts.get(text) ?? '';
  const row = await recordEntry(history, {
    kind: KIND,
    id,
    name: null,
    artifacts: artifacts.map((file) => ({ ...file, name: clean(file.name) })),
    data: {
      ...data,
      name: clean(data.name),
      modelType: clean(data.modelType),
      tags: data.tags.map(({ name, value }) => ({ name: clean(name), value: clean(value) })),
      params: data.params.map(({ name }, at) => ({ name: clean(name), value: values[at] ?? '' })),
      metrics: data.metrics.map((metric) => ({ ...metric, name: clean(metric.name) })),
    },
  });
  return toModel(row);
}

/** A model as its entry says. */
export function toModel({ id, artifacts, data }: EntryRow): LoggedModel {
  return { ...dataSchema.parse(data), id: id.slice(KIND.length + 1), artifacts };
}
