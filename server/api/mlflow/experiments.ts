import * as z from 'zod';

import { CellarError } from '../../errors.js';
import {
  changeExperiment,
  createExperiment,
  findExperimentNamed,
  getExperiment,
  type Experiment,
} from '../../tracking/experiments.js';
import { searchExperiments } from '../../tracking/search-experiments.js';
import type { MlflowParts } from './parts.js';
import { reading, writing, type MlflowOperation } from './operation.js';
import { checkMost, pageOf } from './page.js';
import {
  checkKey,
  checkLength,
  checkWhole,
  experimentIdSchema,
  listOf,
  queryListOf,
  MOST,
  pairSchema,
  textSchema,
  viewSchema,
  wholeSchema,
} from './values.js';

const idSchema = z.object({ experiment_id: experimentIdSchema });

/** Experiments: what groups runs. */
export function experimentOperations({ history, turns }: MlflowParts): readonly MlflowOperation[] {
  const { store } = history;
  const change = (id: string, by: Parameters<typeof changeExperiment>[3]): Promise<Experiment> =>
    changeExperiment(history, turns, id, by);
  return [
    writing({
      method: 'post',
      path: '/experiments/create',
      input: z.object({
        name: z.string(),
        artifact_location: textSchema,
        tags: listOf(pairSchema),
      }),
      run: async ({ name, artifact_location: location, tags }) => {
        checkName(name);
        for (const { key } of tags) checkKey(key, 'tag');
        const { id } = await createExperiment(history, turns, {
          name,
          files: location === '' ? null : checkLocation(location),
          tags: Object.fromEntries(tags.map(({ key, value }) => [key, checkTag(value)])),
        });
        return { experiment_id: id };
      },
    }),
    reading({
      method: 'get',
      path: '/experiments/get',
      input: idSchema,
      run: async ({ experiment_id: id }) => ({
        experiment: toExperiment(await getExperiment(store, id)),
      }),
    }),
    reading({
      method: 'get',
      path: '/experiments/get-by-name',
      input: z.object({ experiment_name: z.string() }),
      run: async ({ experiment_name: name }) => {
        const found = await findExperimentNamed(store, name);
        if (found === undefined)
          throw new CellarError('not_found', `There is no experiment ${JSON.stringify(name)}.`);
        return { experiment: toExperiment(found) };
      },
    }),
    ...(['post', 'get'] as const).map((method) =>
      reading({
        method,
        path: '/experiments/search',
        input: z.object({
          max_results: wholeSchema.nullish(),
          page_token: textSchema,
          filter: textSchema,
          order_by: queryListOf(z.string()),
          view_type: viewSchema,
        }),
        run: async (asked) => {
          const most = checkMost(asked.max_results, 1_000, MOST.found);
          const { filter, order_by: order, view_type: view } = asked;
          const found = await searchExperiments(store, { filter, order, view, strict: true });
          const page = pageOf(found, asked.page_token, most);
          return { experiments: page.items.map(toExperiment), next_page_token: page.next };
        },
      }),
    ),
    writing({
      method: 'post',
      path: '/experiments/update',
      input: idSchema.extend({ new_name: z.string() }),
      run: async ({ experiment_id: id, new_name: name }) => {
        checkName(name);
        await change(id, (before) => {
          checkActive(before);
          return { name };
        });
        return {};
      },
    }),
    writing({
      method: 'post',
      path: '/experiments/set-experiment-tag',
      input: idSchema.extend(pairSchema.shape),
      run: async ({ experiment_id: id, key, value }) => {
        checkKey(key, 'tag');
        await change(id, (before) => {
          checkActive(before);
          return {
            tags: Object.fromEntries([...Object.entries(before.tags), [key, checkTag(value)]]),
          };
        });
        return {};
      },
    }),
    writing({
      method: 'post',
      path: '/experiments/delete-experiment-tag',
      input: idSchema.extend({ key: z.string() }),
      run: async ({ experiment_id: id, key }) => {
        await change(id, (before) => {
          checkActive(before);
          const tags = Object.entries(before.tags).filter(([name]) => name !== key);
          if (tags.length === Object.keys(before.tags).length)
            throw new CellarError(
              'not_found',
              `The experiment ${id} has no tag ${JSON.stringify(key)}.`,
            );
          return { tags: Object.fromEntries(tags) };
        });
        return {};
      },
    }),
    ...[true, false].map((deleted) =>
      writing({
        method: 'post',
        path: deleted ? '/experiments/delete' : '/experiments/restore',
        input: idSchema,
        run: async ({ experiment_id: id }) => {
          await change(id, (before) => {
            if (before.deleted === deleted)
              throw new CellarError(
                'bad_request',
                `The experiment ${id} is ${deleted ? 'deleted already' : 'not deleted'}.`,
              );
            return { deleted };
          });
          return {};
        },
      }),
    ),
  ];
}

function toExperiment(experiment: Experiment): object {
  const { id, name, files, deleted, created, updated, tags } = experiment;
  return {
    experiment_id: id,
    name,
    artifact_location: files ?? `mlflow-artifacts:/${id}`,
    lifecycle_stage: deleted ? 'deleted' : 'active',
    creation_time: created,
    last_update_time: updated,
    tags: Object.entries(tags).map(([key, value]) => ({ key, value })),
  };
}

function checkName(name: string): void {
  if (name.trim() === '')
    throw new CellarError('bad_request', "Invalid value for parameter 'name': it is empty.");
  checkWhole(name, 'an experiment');
  checkLength(name, MOST.experimentName, 'name of an experiment');
}

function checkActive({ id, deleted }: Experiment): void {
  if (deleted)
    throw new CellarError(
      'bad_request',
      `The experiment ${id} is deleted: restore it before it is changed.`,
    );
}

/** Files of runs that lie elsewhere are the client's own business; a path of this machine would be nobody's. */
function checkLocation(location: string): string {
  const isPlace =
    /^[a-z][a-z0-9+.-]*:[^#?]*$/i.test(location) && !/^(file|https?|runs|models):/i.test(location);
  if (isPlace) return location;
  throw new CellarError(
    'bad_request',
    `Invalid value for parameter 'artifact_location': ${JSON.stringify(location)} is no place of a store. Leave it out, or name a store such as s3://, without "#" and "?".`,
  );
}

function checkTag(value: string): string {
  checkLength(value, MOST.experimentTag, 'value of a tag');
  return value;
}
