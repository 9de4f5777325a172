import { CellarError } from '../errors.js';
import type { Store } from '../store/store.js';
import { compileFilter, type FieldReader, type Resolve } from './filter/compile.js';
import type { OrderBy } from './filter/filter.js';
import { sortRows } from './filter/order.js';
import { parseStrictly } from './filter/parse.js';
import { listModels, type LoggedModel } from './models.js';
import { toNumber } from './points.js';

export interface ModelSearch {
  /** Ids of experiments. */
  readonly experiments: readonly string[];
  readonly filter: string;
  /** Whether only MLflow's own grammar is taken. */
  readonly strict: boolean;
  /** Metrics count only as measured on one of these; none: on whatever. */
  readonly datasets: readonly { readonly name: string; readonly digest: string }[];
  /** Before the rest comes what was made last. */
  readonly order: readonly OrderBy[];
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
  ['model_type', text(({ type }) => type)],
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
  const resolve = createFields(search.datasets);
  const holds = compileFilter(parseStrictly(search.filter, search.strict), resolve);
  const wanted = new Set(search.experiments);
  const found = (await listModels(store)).filter(
    (model) => wanted.has(model.experiment) && holds(model),
  );
  return sortRows(found, search.order, resolve, (a, b) => b.created - a.created);
}

function createFields(datasets: ModelSearch['datasets']): Resolve<LoggedModel> {
  const isWanted = ({ dataset }: LoggedModel['metrics'][number]): boolean =>
    datasets.length === 0 ||
    datasets.some(
      ({ name, digest }) => dataset?.name === name && (digest === '' || dataset.digest === digest),
    );
  return ({ entity, key, text: asked }) => {
    switch (entity) {
      case 'metric':
      case 'metrics':
        return {
          type: 'number',
          read: ({ metrics }) => {
            const last = metrics.findLast((metric) => metric.name === key && isWanted(metric));
            return last === undefined ? undefined : toNumber(last.value);
          },
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
