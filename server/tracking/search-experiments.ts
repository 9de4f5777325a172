import { CellarError } from '../errors.js';
import type { Store } from '../store/store.js';
import { listExperiments, type Experiment } from './experiments.js';
import { compileFilter, type FieldReader } from './filter/compile.js';
import type { Field } from './filter/filter.js';
import { sortRows } from './filter/order.js';
import { readSearch, type AskedSearch } from './filter/read-search.js';
import { isSeen, type View } from './view.js';

/** Before the rest comes what changed last. */
export interface ExperimentSearch extends AskedSearch {
  readonly view: View;
}

type Reader = FieldReader<Experiment>;

const ATTRIBUTES: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['name', { type: 'text', read: ({ name }) => name }],
  ['experiment_id', { type: 'number', read: ({ id }) => Number(id) }],
  ['creation_time', { type: 'number', read: ({ created }) => created }],
  ['last_update_time', { type: 'number', read: ({ updated }) => updated }],
]);

/** Every experiment that a search finds, in its order. Throws bad_request for a filter or an order that cannot be used. */
export async function searchExperiments(
  store: Store,
  { view, ...asked }: ExperimentSearch,
): Promise<readonly Experiment[]> {
  const { filter, order } = await readSearch(asked);
  const holds = compileFilter(filter, resolve);
  const found = (await listExperiments(store)).filter(
    (experiment) => isSeen(experiment.deleted, view) && holds(experiment),
  );
  return sortRows(found, order, resolve, compareRecent);
}

function compareRecent(a: Experiment, b: Experiment): number {
  return b.updated - a.updated || Number(a.id) - Number(b.id);
}

function resolve({ entity, key, text }: Field): Reader {
  if (entity === 'tag' || entity === 'tags')
    return {
      type: 'text',
      presence: true,
      read: ({ tags }) => (Object.hasOwn(tags, key) ? tags[key] : undefined),
    };
  const isAttribute = entity === undefined || ['attribute', 'attributes', 'attr'].includes(entity);
  const reader = isAttribute ? ATTRIBUTES.get(key) : undefined;
  if (reader !== undefined) return reader;
  throw new CellarError(
    'bad_request',
    `Experiments have no ${text}. They are searched by tags.NAME, and ${[...ATTRIBUTES.keys()].join(', ')}.`,
  );
}
