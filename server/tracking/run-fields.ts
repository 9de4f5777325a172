import { CellarError } from '../errors.js';
import type { RunRow } from '../store/catalog/rows.js';
import type { Dataset } from './datasets.js';
import type { FieldReader, Resolve } from './filter/compile.js';
import type { Field } from './filter/filter.js';
import type { LineageFields } from './lineage-fields.js';
import { toNumber } from './points.js';
import { isEnd } from './run-change.js';

/** MLflow's words for how a run stands. */
export const STATUS_WORDS: Readonly<Record<RunRow['status'], string>> = {
  running: 'RUNNING',
  scheduled: 'SCHEDULED',
  finished: 'FINISHED',
  failed: 'FAILED',
  killed: 'KILLED',
};

/** What a dataset was to a run, e.g. "training". */
export const CONTEXT_TAG = 'mlflow.data.context';

type Reader = FieldReader<RunRow>;

const ENTITIES: Readonly<Record<string, 'metric' | 'param' | 'tag' | 'attribute'>> = {
  ...{ metric: 'metric', metrics: 'metric' },
  ...{ param: 'param', params: 'param', parameter: 'param', parameters: 'param' },
  ...{ tag: 'tag', tags: 'tag' },
  ...{ attribute: 'attribute', attributes: 'attribute', attr: 'attribute', run: 'attribute' },
};

const text = (read: (row: RunRow) => string): Reader => ({ type: 'text', read });
const number = (read: (row: RunRow) => number | undefined): Reader => ({ type: 'number', read });

const ID: Reader = { type: 'text', lists: true, read: ({ id }) => id };
const NAME = text(({ name }) => name);
const START = number(({ start }) => start);

const ATTRIBUTES: ReadonlyMap<string, Reader> = new Map([
  ['run_id', ID],
  ['run_name', NAME],
  ['run name', NAME],
  ['Run name', NAME],
  ['Run Name', NAME],
  ['user_id', text(({ user }) => user)],
  ['status', text(({ status }) => STATUS_WORDS[status])],
  ['artifact_uri', text(artifactUri)],
  ['start_time', START],
  ['created', START],
  ['Created', START],
  ['end_time', number(endOf)],
]);

/** Where MLflow's clients find the files of a run. */
export function artifactUri({ experiment, id }: Pick<RunRow, 'experiment' | 'id'>): string {
  return `mlflow-artifacts:/${experiment}/${id}/artifacts`;
}

/** When it ended; undefined while it goes on. */
export function endOf({ status, end }: RunRow): number | undefined {
  return isEnd(status) ? end : undefined;
}

/** What runs can be searched by, as MLflow names it; `datasets` by id. Its answers throw bad_request for anything else. */
export function createRunFields(
  datasets: ReadonlyMap<string, Dataset>,
  lineage: LineageFields = new Map(),
): Resolve<RunRow> {
  return (field) => {
    const found = field.entity === undefined ? lineage.get(field.key) : undefined;
    if (found !== undefined) return found;
    return field.entity === 'dataset' || field.entity === 'datasets'
      ? resolveDataset(field, datasets)
      : resolveRunField(field, lineage);
  };
}

function resolveDataset(
  { key, text: asked }: Field,
  datasets: ReadonlyMap<string, Dataset>,
): Reader {
  const read = (row: RunRow): readonly string[] => {
    if (key === 'context')
      return row.inputs.flatMap(({ tags }) =>
        tags.flatMap(({ name, value }) => (name === CONTEXT_TAG ? [value] : [])),
      );
    return row.inputs.flatMap(({ kind, id }) => {
      const found = kind === 'dataset' ? datasets.get(id) : undefined;
      return found === undefined ? [] : [key === 'name' ? found.name : found.digest];
    });
  };
  if (['name', 'digest', 'context'].includes(key))
    return { type: 'text', lists: true, several: true, read };
  throw new CellarError(
    'bad_request',
    `Datasets have no ${asked}. They are searched by dataset.name, dataset.digest and dataset.context.`,
  );
}

function resolveRunField(field: Field, lineage: LineageFields): Reader {
  const { key } = field;
  switch (field.entity === undefined ? 'attribute' : ENTITIES[field.entity]) {
    case 'metric':
      return number(({ metrics }) =>
        Object.hasOwn(metrics, key) ? toNumber(metrics[key]?.value ?? NaN) : undefined,
      );
    case 'param':
      return { ...ofTexts(({ params }) => params, key), presence: true };
    case 'tag':
      return { ...ofTexts(({ tags }) => tags, key), presence: true };
    case 'attribute': {
      const reader = ATTRIBUTES.get(key);
      if (reader !== undefined) return reader;
      break;
    }
    case undefined:
  }
  throw new CellarError(
    'bad_request',
    `Runs have no ${field.text}. They are searched by metrics.NAME, params.NAME, tags.NAME, dataset.name, and ${[...lineage.keys(), ...ATTRIBUTES.keys()].join(', ')}.`,
  );
}

function ofTexts(of: (row: RunRow) => Readonly<Record<string, string>>, key: string): Reader {
  return { type: 'text', read: (row) => (Object.hasOwn(of(row), key) ? of(row)[key] : undefined) };
}
