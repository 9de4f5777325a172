import { CellarError } from '../errors.js';
import type { Store } from '../store/store.js';
import { compileFilter, type FieldReader, type Resolve } from './filter/compile.js';
import type { Field } from './filter/filter.js';
import { sortRows } from './filter/order.js';
import { readSearch } from './filter/read-search.js';
import { listModels, type LoggedModel, type Measure } from './models.js';
import { toNumber } from './points.js';

/** A dataset; an empty digest is any. */
export interface DatasetName {
  readonly name: string;
  readonly digest: string;
}

/** A field by which models are ordered, a metric perhaps as measured on one dataset. */
export interface ModelOrder {
  readonly field: string;
  readonly descending: boolean;
  readonly dataset: DatasetName | undefined;
}

export interface ModelSearch {
  /** Ids of experiments. */
  readonly experiments: readonly string[];
  readonly filter: string;
  /** Whether only MLflow's own grammar is taken. */
  readonly strict: boolean;
  /** Metrics count only as measured on one of these; none: on whatever. */
  readonly datasets: readonly DatasetName[];
  /** Before the rest comes what was made last. */
  readonly order: readonly ModelOrder[];
}

type Reader = FieldReader<LoggedModel>;

/** MLflow's words for how far a model is. */
export const MODEL_STATUS_WORDS: Readonly<Record<LoggedModel['status'], string>> = {
  pending: 'LOGGED_MODEL_PENDING',
  ready: 'LOGGED_MODEL_READY',
  failed: 'LOGGED_MODEL_UPLOAD_FAILED',
};

const text = (read: (model: LoggedModel) => string): Reader => ({
  type: 'text',
  lists: true,
  read,
});
const TIME: Reader = { type: 'number', read: ({ created }) => created };
const UPDATED: Reader = { type: 'number', read: ({ updated }) => updated };

const ATTRIBUTES: ReadonlyMap<string, Reader> = new Map([
  ['name', text(({ name }) => name)],
  ['model_id', text(({ id }) => id)],
  ['model_type', text(({ modelType }) => modelType)],
  ['status', text(({ status }) => MODEL_STATUS_WORDS[status])],
  ['source_run_id', text(({ run }) => run)],
  ['experiment_id', text(({ experiment }) => experiment)],
  ['creation_timestamp', TIME],
  ['creation_time', TIME],
  ['last_updated_timestamp', UPDATED],
]);

/** Every model that a search finds, in its order. Throws bad_request for a filter or an order that cannot be used. */
export async function searchModels(
  store: Store,
  search: ModelSearch,
): Promise<readonly LoggedModel[]> {
  if (search.experiments.length === 0)
    throw new CellarError('bad_request', 'Name the experiments whose logged models are wanted.');
  const resolve = createFields(search.datasets);
  const fields = search.order.map(({ field }) => field);
  const read = await readSearch({ ...search, order: fields });
  const holds = compileFilter(read.filter, resolve);
  const wanted = new Set(search.experiments);
  const found = (await listModels(store)).filter(
    (model) => wanted.has(model.experiment) && isMeasuredOn(model, search.datasets) && holds(model),
  );
  const order = read.order.map(({ field }, at) => ({
    ...{ field, descending: search.order[at]?.descending === true },
  }));
  for (const { field } of order) checkOrder(field);
  // Each key may be about the metrics on one dataset.
  const sets = new Map(search.order.map((key, at) => [order[at]?.field, key.dataset]));
  const resolveOrder: Resolve<LoggedModel> = (field) => {
    const dataset = sets.get(field);
    return createFields(dataset === undefined ? search.datasets : [dataset])(field);
  };
  return sortRows(found, order, resolveOrder, (a, b) => b.created - a.created);
}

function checkOrder({ entity, text: asked }: Field): void {
  if (entity === undefined || ['attribute', 'attributes', 'metric', 'metrics'].includes(entity))
    return;
  throw new CellarError('bad_request', `Logged models have no order by ${asked}.`);
}

function isMeasuredOn({ metrics }: LoggedModel, datasets: ModelSearch['datasets']): boolean {
  return datasets.length === 0 || metrics.some((metric) => isOn(metric, datasets));
}

function isOn({ dataset }: Measure, datasets: ModelSearch['datasets']): boolean {
  return datasets.some(
    ({ name, digest }) => dataset?.name === name && (digest === '' || dataset.digest === digest),
  );
}

function createFields(datasets: ModelSearch['datasets']): Resolve<LoggedModel> {
  const isWanted = (metric: Measure): boolean => datasets.length === 0 || isOn(metric, datasets);
  return ({ entity, key, text: asked }) => {
    switch (entity) {
      case 'metric':
      case 'metrics':
        return {
          type: 'number',
          read: ({ metrics }) =>
            metrics.flatMap((metric) =>
              metric.name === key && isWanted(metric) ? [toNumber(metric.value)] : [],
            ),
        };
      case 'param':
      case 'params':
        return ofPairs(({ params }) => params, key);
      case 'tag':
      case 'tags':
        return ofPairs(({ tags }) => tags, key);
      case undefined:
      case 'attribute':
      case 'attributes': {
        const reader = ATTRIBUTES.get(key);
        if (reader !== undefined) return reader;
      }
    }
    throw new CellarError(
      'bad_request',
      `Logged models have no ${asked}. They are searched by metrics.NAME, params.NAME, tags.NAME, and ${[...ATTRIBUTES.keys()].join(', ')}.`,
    );
  };
}

function ofPairs(of: (model: LoggedModel) => LoggedModel['tags'], key: string): Reader {
  return {
    type: 'text',
    presence: true,
    read: (model) => of(model).find(({ name }) => name === key)?.value,
  };
}
