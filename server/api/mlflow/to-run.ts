import type { RunRow } from '../../store/catalog/rows.js';
import { findDatasets, type Dataset } from '../../tracking/datasets.js';
import { findExperiment } from '../../tracking/experiments.js';
import { artifactUri, endOf, STATUS_WORDS } from '../../tracking/run-fields.js';
import type { Store } from '../../store/store.js';

/** A run as MLflow tells it. */
export interface MlflowRun {
  readonly info: object;
  readonly data: object;
  readonly inputs: object;
  readonly outputs: object;
}

/** Runs as MLflow tells them, in their order. */
export async function toRuns(store: Store, rows: readonly RunRow[]): Promise<readonly MlflowRun[]> {
  const ids = [...new Set(rows.map(({ experiment }) => experiment))];
  const found = await Promise.all(ids.map((id) => findExperiment(store, id)));
  const experiments = new Map(ids.map((id, at) => [id, found[at]]));
  const datasets = await findDatasets(
    store,
    rows.flatMap(({ inputs }) => inputs.map(({ id }) => id)),
  );
  return rows.map((row) => {
    const experiment = experiments.get(row.experiment);
    const files = experiment?.files ?? null;
    return {
      info: {
        run_id: row.id,
        run_uuid: row.id,
        run_name: row.name,
        experiment_id: row.experiment,
        user_id: row.user,
        status: STATUS_WORDS[row.status],
        start_time: row.start,
        end_time: endOf(row),
        artifact_uri: files === null ? artifactUri(row) : `${files}/${row.id}/artifacts`,
        lifecycle_stage: row.deleted || experiment?.deleted === true ? 'deleted' : 'active',
      },
      data: {
        metrics: Object.entries(row.metrics).map(([key, { value, step, time }]) => ({
          ...{ key, value, step, timestamp: time },
        })),
        params: toPairs(row.params),
        tags: toPairs(row.tags),
      },
      inputs: {
        model_inputs: row.inputs.flatMap(({ kind, id }) =>
          kind === 'model' ? [{ model_id: id }] : [],
        ),
        dataset_inputs: row.inputs.flatMap(({ id, tags }) => {
          const found = datasets.get(id);
          return found === undefined ? [] : [{ tags: tags.map(toPair), dataset: toDataset(found) }];
        }),
      },
      outputs: {
        model_outputs: row.outputs.map(({ model, step }) => ({ model_id: model, step })),
      },
    };
  });
}

function toDataset({ sourceType, origin, described: _, ...rest }: Dataset): object {
  return { ...rest, source_type: sourceType, source: origin };
}

function toPair({ name, value }: { readonly name: string; readonly value: string }): object {
  return { key: name, value };
}

function toPairs(texts: Readonly<Record<string, string>>): object[] {
  return Object.entries(texts).map(([key, value]) => ({ key, value }));
}
