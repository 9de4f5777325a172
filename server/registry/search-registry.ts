import { CellarError } from '../errors.js';
import type { Store } from '../store/store.js';
import { compileFilter, type FieldReader, type Resolve } from '../tracking/filter/compile.js';
import { sortRows } from '../tracking/filter/order.js';
import { readSearch, type AskedSearch } from '../tracking/filter/read-search.js';
import { groupVersions, type ModelVersion } from './model-versions.js';
import { listRegistered, type RegisteredModel } from './registered-models.js';

/** A version with the registered model that it is of. */
export interface NamedVersion {
  readonly model: RegisteredModel;
  readonly version: ModelVersion;
}

const PROMPT_TAG = 'mlflow.prompt.is_prompt';
/** By these things are ordered, and not searched. */
const ORDER_ALONE = ['timestamp', 'creation_timestamp', 'last_updated_timestamp'];

type Tagged = { readonly tags: RegisteredModel['tags'] };

const MODELS: ReadonlyMap<string, FieldReader<RegisteredModel>> = new Map<
  string,
  FieldReader<RegisteredModel>
>([
  ['name', { type: 'text', lists: true, read: ({ name }) => name }],
  ['timestamp', { type: 'number', read: ({ updated }) => updated }],
  ['last_updated_timestamp', { type: 'number', read: ({ updated }) => updated }],
  ['creation_timestamp', { type: 'number', read: ({ created }) => created }],
]);

const VERSIONS: ReadonlyMap<string, FieldReader<NamedVersion>> = new Map<
  string,
  FieldReader<NamedVersion>
>([
  ['name', { type: 'text', lists: true, read: ({ model }) => model.name }],
  ['run_id', { type: 'text', lists: true, read: ({ version }) => version.run }],
  ['source_path', { type: 'text', read: ({ version }) => version.origin }],
  ['version_number', { type: 'number', read: ({ version }) => version.version }],
  ['version', { type: 'number', read: ({ version }) => version.version }],
  ['creation_timestamp', { type: 'number', read: ({ version }) => version.created }],
  ['last_updated_timestamp', { type: 'number', read: ({ version }) => version.updated }],
]);

/** Every registered model that a search finds; by name where no order is given. Throws bad_request. */
export async function searchRegistered(
  store: Store,
  search: AskedSearch,
): Promise<readonly RegisteredModel[]> {
  const resolve = createFields('Registered models', MODELS, (model) => model);
  const { filter, order } = await readSearch(search);
  const holds = compileFilter(filter, forFilters(resolve));
  const found = (await listRegistered(store)).filter(holds);
  return sortRows(found, order, resolve, (a, b) => (a.name < b.name ? -1 : 1));
}

/** Every version that a search finds; what changed last first where no order is given. Throws bad_request. */
export async function searchVersions(
  store: Store,
  search: AskedSearch,
): Promise<readonly NamedVersion[]> {
  const resolve = createFields('Model versions', VERSIONS, ({ version }: NamedVersion) => version);
  const { filter, order } = await readSearch(search);
  const holds = compileFilter(filter, forFilters(resolve));
  const found: NamedVersion[] = [];
  const versions = await groupVersions(store);
  for (const model of await listRegistered(store))
    for (const version of versions.get(model.id) ?? [])
      if (holds({ model, version })) found.push({ model, version });
  return sortRows(found, order, resolve, compareVersions);
}

function forFilters<Row>(resolve: Resolve<Row>): Resolve<Row> {
  return (field) => {
    if (!ORDER_ALONE.includes(field.key) || field.entity?.startsWith('tag') === true)
      return resolve(field);
    throw new CellarError('bad_request', `The registry is not searched by ${field.text}.`);
  };
}

function compareVersions(a: NamedVersion, b: NamedVersion): number {
  return (
    b.version.updated - a.version.updated ||
    a.model.name.localeCompare(b.model.name) ||
    b.version.version - a.version.version
  );
}

function createFields<Row>(
  what: string,
  attributes: ReadonlyMap<string, FieldReader<Row>>,
  toTagged: (row: Row) => Tagged,
): Resolve<Row> {
  return ({ entity, key, text }) => {
    if (entity === 'tag' || entity === 'tags')
      return {
        type: 'text',
        presence: true,
        // Clients leave prompts out by a tag that other models do not have.
        absentDiffers: key === PROMPT_TAG,
        read: (row) => toTagged(row).tags.find(({ name }) => name === key)?.value,
      };
    const isAttribute = entity === undefined || ['attribute', 'attributes'].includes(entity);
    const reader = isAttribute ? attributes.get(key) : undefined;
    if (reader !== undefined) return reader;
    throw new CellarError(
      'bad_request',
      `${what} have no ${text}. They are searched by tags.NAME, and ${[...attributes.keys()].join(', ')}.`,
    );
  };
}
