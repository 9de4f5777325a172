import * as z from 'zod';

import { CellarError } from '../../errors.js';
import { changeFiles } from '../../registry/held-files.js';
import {
  changeModel,
  getModel,
  putPairs,
  startModel,
  type LoggedModel,
  type ModelChange,
} from '../../tracking/models.js';
import { inventName } from '../../tracking/run-name.js';
import { listFolder } from '../../tracking/run-files.js';
import { MODEL_STATUS_WORDS, searchModels } from '../../tracking/search-models.js';
import { checkName } from './artifact-path.js';
import { reading, writing, type MlflowOperation } from './operation.js';
import { checkMost, pageOf } from './page.js';
import type { MlflowParts } from './parts.js';
import {
  checkKey,
  checkWhole,
  cut,
  experimentIdSchema,
  listOf,
  MOST,
  pairSchema,
  textSchema,
  wholeSchema,
} from './values.js';

const PATH = '/logged-models';
const ONE = `${PATH}/:model_id`;
const idSchema = z.object({ model_id: z.string() });
const STATUSES: Readonly<Record<string, LoggedModel['status']>> = {
  LOGGED_MODEL_PENDING: 'pending',
  LOGGED_MODEL_READY: 'ready',
  LOGGED_MODEL_UPLOAD_FAILED: 'failed',
};
const statusSchema = z.enum([
  'LOGGED_MODEL_PENDING',
  'LOGGED_MODEL_READY',
  'LOGGED_MODEL_UPLOAD_FAILED',
]);
type Pair = z.output<typeof pairSchema>;

/** Models that runs have logged. */
export function modelOperations({
  history,
  registry,
  turns,
}: MlflowParts): readonly MlflowOperation[] {
  const { store } = history;
  const change = async (
    id: string,
    by: (before: LoggedModel) => ModelChange,
  ): Promise<{ readonly model: object }> => ({
    model: toModel(await changeModel(history, turns, id, by)),
  });
  return [
    writing({
      method: 'post',
      path: PATH,
      input: z.object({
        experiment_id: experimentIdSchema,
        name: textSchema,
        source_run_id: textSchema,
        model_type: textSchema,
        params: listOf(pairSchema),
        tags: listOf(pairSchema),
      }),
      run: async (asked) => {
        checkModelName(asked.name);
        const model = await startModel(history, {
          name: asked.name === '' ? inventName() : asked.name,
          experiment: asked.experiment_id,
          run: asked.source_run_id,
          modelType: asked.model_type,
          params: asked.params.map(toParam),
          tags: asked.tags.map(toTag),
        });
        return { model: toModel(model) };
      },
    }),
    // Before the one by id: a "search" is none.
    reading({
      method: 'post',
      path: `${PATH}/search`,
      input: z.object({
        experiment_ids: listOf(experimentIdSchema),
        filter: textSchema,
        datasets: listOf(z.object({ dataset_name: z.string(), dataset_digest: textSchema })),
        max_results: wholeSchema.nullish(),
        order_by: listOf(
          z.object({
            field_name: z.string(),
            ascending: z.boolean().nullish(),
            dataset_name: textSchema,
            dataset_digest: textSchema,
          }),
        ),
        page_token: textSchema,
      }),
      run: async (asked) => {
        const most = checkMost(asked.max_results, 100, MOST.found);
        const found = await searchModels(store, {
          experiments: asked.experiment_ids,
          filter: asked.filter,
          strict: true,
          datasets: asked.datasets.map(({ dataset_name: name, dataset_digest: digest }) => ({
            ...{ name, digest },
          })),
          order: asked.order_by.map(({ field_name: field, ascending, ...on }) => ({
            field,
            descending: ascending === false,
            dataset:
              on.dataset_name === ''
                ? undefined
                : { name: on.dataset_name, digest: on.dataset_digest },
          })),
        });
        const { items, next } = pageOf(found, asked.page_token, most);
        return { models: items.map(toModel), next_page_token: next };
      },
    }),
    reading({
      method: 'get',
      path: ONE,
      input: idSchema,
      run: async ({ model_id: id }) => ({ model: toModel(await getModel(store, id)) }),
    }),
    writing({
      method: 'patch',
      path: ONE,
      input: idSchema.extend({ status: statusSchema }),
      run: ({ model_id: id, status }) =>
        change(id, (before) => ({ status: STATUSES[status] ?? before.status })),
    }),
    writing({
      method: 'delete',
      path: ONE,
      input: idSchema,
      run: async ({ model_id: id }) => {
        await changeFiles(registry, { kind: 'model', id, path: '', sha256: undefined }, () =>
          changeModel(history, turns, id, () => ({ deleted: true })),
        );
        return {};
      },
    }),
    writing({
      method: 'patch',
      path: `${ONE}/tags`,
      input: idSchema.extend({ tags: listOf(pairSchema) }),
      run: ({ model_id: id, tags }) =>
        change(id, (before) => ({ tags: putPairs(before.tags, tags.map(toTag)) })),
    }),
    writing({
      method: 'delete',
      path: `${ONE}/tags/:key`,
      input: idSchema.extend({ key: z.string() }),
      run: async ({ model_id: id, key }) => {
        await change(id, ({ tags }) => {
          if (!tags.some(({ name }) => name === key))
            throw new CellarError(
              'not_found',
              `The logged model ${id} has no tag ${JSON.stringify(key)}.`,
            );
          return { tags: tags.filter(({ name }) => name !== key) };
        });
        return {};
      },
    }),
    writing({
      method: 'post',
      path: `${ONE}/params`,
      input: idSchema.extend({ params: listOf(pairSchema) }),
      run: async ({ model_id: id, params }) => {
        await change(id, (before) => ({ params: putPairs(before.params, params.map(toParam)) }));
        return {};
      },
    }),
    reading({
      method: 'get',
      path: `${ONE}/artifacts/directories`,
      input: idSchema.extend({ artifact_directory_path: textSchema }),
      run: async ({ model_id: id, artifact_directory_path: path }) => {
        const model = await getModel(store, id);
        const folder = checkName(path);
        const files = listFolder(model.artifacts, folder).map(({ name, size }) => ({
          path: folder === '' ? name : `${folder}/${name}`,
          is_dir: size === undefined,
          file_size: size,
        }));
        return { root_uri: modelUri(model), files };
      },
    }),
  ];
}

/** Where MLflow's clients find the files of a model. */
export function modelUri({ experiment, id }: Pick<LoggedModel, 'experiment' | 'id'>): string {
  return `mlflow-artifacts:/${experiment}/models/${id}/artifacts`;
}

function toModel(model: LoggedModel): object {
  return {
    info: {
      model_id: model.id,
      experiment_id: model.experiment,
      name: model.name,
      creation_timestamp_ms: model.created,
      last_updated_timestamp_ms: model.updated,
      artifact_uri: modelUri(model),
      status: MODEL_STATUS_WORDS[model.status],
      model_type: model.modelType,
      source_run_id: model.run,
      tags: model.tags.map(({ name, value }) => ({ key: name, value })),
    },
    data: {
      params: model.params.map(({ name, value }) => ({ key: name, value })),
      metrics: model.metrics.map(({ name, value, step, time, run, dataset }) => ({
        ...{ key: name, value, step, timestamp: time, model_id: model.id, run_id: run },
        ...(dataset === null ? {} : { dataset_name: dataset.name, dataset_digest: dataset.digest }),
      })),
    },
  };
}

function checkModelName(name: string): void {
  checkWhole(name, 'a model');
  if (!/[/:.%"']/.test(name)) return;
  throw new CellarError(
    'bad_request',
    `Invalid name of a model: ${JSON.stringify(name)}. It may have none of / : . % " '.`,
  );
}

function toParam({ key, value }: Pair): { readonly name: string; readonly value: string } {
  checkKey(key, 'param');
  return { name: key, value: cut(value, MOST.param) };
}

function toTag({ key, value }: Pair): { readonly name: string; readonly value: string } {
  checkKey(key, 'tag');
  return { name: key, value: cut(value, MOST.tag) };
}
