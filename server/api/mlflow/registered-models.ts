import * as z from 'zod';

import { CellarError } from '../../errors.js';
import {
  changeVersion,
  getVersion,
  groupVersions,
  listVersions,
  STAGES,
} from '../../registry/model-versions.js';
import {
  changeRegistered,
  getRegistered,
  register,
  type RegisteredChange,
  type RegisteredModel,
} from '../../registry/registered-models.js';
import { searchRegistered } from '../../registry/search-registry.js';
import { putPairs } from '../../tracking/models.js';
import { reading, writing, type MlflowOperation } from './operation.js';
import { checkMost, pageOf } from './page.js';
import type { MlflowParts } from './parts.js';
import { registrySearchSchema, toRegistryTag } from './registry-values.js';
import { listLatest, toRegistered, toVersion } from './to-registry.js';
import {
  checkLength,
  listOf,
  queryListOf,
  MOST,
  pairSchema,
  stageSchema,
  textSchema,
  versionSchema,
} from './values.js';

const PATH = '/registered-models';
const nameSchema = z.object({ name: z.string() });

/** Registered models: names, with their tags and aliases. */
export function registeredOperations({ history, turns }: MlflowParts): readonly MlflowOperation[] {
  const { store } = history;
  const tell = async (model: RegisteredModel): Promise<object> =>
    toRegistered(model, await listVersions(store, model));
  const change = async (
    name: string,
    by: (before: RegisteredModel) => RegisteredChange | Promise<RegisteredChange>,
  ): Promise<{ readonly registered_model: object }> => ({
    registered_model: await tell(await changeRegistered(history, turns, name, by)),
  });
  const quietly = async (...asked: Parameters<typeof change>): Promise<object> => {
    await change(...asked);
    return {};
  };
  /** Which version an alias stands for; "latest" is that of the highest number. */
  const findByAlias = async (model: RegisteredModel, alias: string): Promise<number | undefined> =>
    alias.toLowerCase() === 'latest'
      ? (await listVersions(store, model)).at(-1)?.version
      : model.aliases.find((each) => each.name === alias)?.version;
  return [
    writing({
      method: 'post',
      path: `${PATH}/create`,
      input: nameSchema.extend({ description: textSchema, tags: listOf(pairSchema) }),
      run: async ({ name, description, tags }) => {
        checkRegisteredName(name);
        const model = await register(history, turns, {
          name,
          description,
          tags: tags.map(toRegistryTag),
        });
        return { registered_model: await tell(model) };
      },
    }),
    reading({
      method: 'get',
      path: `${PATH}/get`,
      input: nameSchema,
      run: async ({ name }) => ({
        registered_model: await tell(await getRegistered(store, name)),
      }),
    }),
    writing({
      method: 'post',
      path: `${PATH}/rename`,
      input: nameSchema.extend({ new_name: z.string() }),
      run: ({ name, new_name: next }) => {
        checkRegisteredName(next);
        return change(name, () => ({ name: next }));
      },
    }),
    writing({
      method: 'patch',
      path: `${PATH}/update`,
      input: nameSchema.extend({ description: textSchema }),
      run: ({ name, description }) => change(name, () => ({ description })),
    }),
    writing({
      method: 'delete',
      path: `${PATH}/delete`,
      input: nameSchema,
      run: async ({ name }) => {
        const model = await getRegistered(store, name);
        for (const { version } of await listVersions(store, model))
          await changeVersion(history, turns, { name, version }, () => ({ deleted: true }));
        return quietly(name, () => ({ deleted: true, aliases: [] }));
      },
    }),
    writing({
      method: 'post',
      path: `${PATH}/set-tag`,
      input: nameSchema.extend(pairSchema.shape),
      run: ({ name, ...tag }) =>
        quietly(name, ({ tags }) => ({ tags: putPairs(tags, [toRegistryTag(tag)]) })),
    }),
    writing({
      method: 'delete',
      path: `${PATH}/delete-tag`,
      input: nameSchema.extend({ key: z.string() }),
      run: ({ name, key }) =>
        quietly(name, ({ tags }) => ({ tags: tags.filter((tag) => tag.name !== key) })),
    }),
    writing({
      method: 'post',
      path: `${PATH}/alias`,
      input: nameSchema.extend({ alias: z.string(), version: versionSchema }),
      run: ({ name, alias, version }) => {
        checkAlias(alias);
        return quietly(name, async ({ aliases }) => {
          await getVersion(store, { name, version });
          const others = aliases.filter((each) => each.name !== alias);
          return { aliases: [...others, { name: alias, version }] };
        });
      },
    }),
    writing({
      method: 'delete',
      path: `${PATH}/alias`,
      input: nameSchema.extend({ alias: z.string() }),
      run: ({ name, alias }) =>
        quietly(name, ({ aliases }) => ({
          aliases: aliases.filter((each) => each.name !== alias),
        })),
    }),
    reading({
      method: 'get',
      path: `${PATH}/alias`,
      input: nameSchema.extend({ alias: z.string() }),
      run: async ({ name, alias }) => {
        const model = await getRegistered(store, name);
        const found = await findByAlias(model, alias);
        if (found === undefined)
          throw new CellarError(
            'bad_request',
            `The registered model ${JSON.stringify(name)} has no alias ${JSON.stringify(alias)}.`,
          );
        const version = await getVersion(store, { name, version: found });
        return { model_version: toVersion(model, version) };
      },
    }),
    ...(['post', 'get'] as const).map((method) =>
      reading({
        method,
        path: `${PATH}/get-latest-versions`,
        input: nameSchema.extend({ stages: queryListOf(stageSchema) }),
        run: async ({ name, stages }) => {
          const model = await getRegistered(store, name);
          const wanted = stages.length === 0 ? STAGES : stages;
          const latest = listLatest(await listVersions(store, model)).filter(({ stage }) =>
            wanted.includes(stage),
          );
          return { model_versions: latest.map((version) => toVersion(model, version)) };
        },
      }),
    ),
    reading({
      method: 'get',
      path: `${PATH}/search`,
      input: registrySearchSchema,
      run: async (asked) => {
        const most = checkMost(asked.max_results, 100, MOST.registered);
        const { filter, order_by: order } = asked;
        const found = await searchRegistered(store, { filter, order, strict: true });
        const { items, next } = pageOf(found, asked.page_token, most);
        const versions = await groupVersions(store);
        const models = items.map((model) => toRegistered(model, versions.get(model.id) ?? []));
        return { registered_models: models, next_page_token: next };
      },
    }),
  ];
}

function checkRegisteredName(name: string): void {
  if (name.trim() === '' || name === '..' || name === '.' || /[/:]/.test(name))
    throw new CellarError(
      'bad_request',
      `Invalid name of a registered model: ${JSON.stringify(name)}. It may not be empty, and have no "/" and no ":".`,
    );
}

function checkAlias(alias: string): void {
  checkLength(alias, MOST.alias, 'alias');
  if (
    /^[\p{L}\p{M}\p{N}_-]+$/u.test(alias) &&
    alias.toLowerCase() !== 'latest' &&
    !/^v\d+$/i.test(alias)
  )
    return;
  throw new CellarError(
    'bad_request',
    `Invalid alias ${JSON.stringify(alias)}: it may have letters, digits, "_" and "-", and be neither "latest" nor like "v1".`,
  );
}
