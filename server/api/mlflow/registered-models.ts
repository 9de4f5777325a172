import * as z from 'zod';

import { STAGES } from '../../../contract/models.js';
import { CellarError } from '../../errors.js';
import { removeAlias, setAlias } from '../../registry/aliases.js';
import {
  deleteRegistered,
  describe,
  register,
  rename,
  tag as tagRegistered,
} from '../../registry/change-models.js';
import { getVersion, groupVersions, listVersions } from '../../registry/model-versions.js';
import { getRegistered, type RegisteredModel } from '../../registry/registered-models.js';
import { searchRegistered } from '../../registry/search-registry.js';
import { reading, writing, type MlflowOperation } from './operation.js';
import { checkMost, pageOf } from './page.js';
import type { MlflowParts } from './parts.js';
import { registrySearchSchema, toRegistryTag } from './registry-values.js';
import { listLatest, toRegistered, toVersion } from './to-registry.js';
import {
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
export function registeredOperations({
  history,
  registry,
  actorOf,
}: MlflowParts): readonly MlflowOperation[] {
  const { store } = history;
  const tell = async (model: RegisteredModel): Promise<object> =>
    toRegistered(model, await listVersions(store, model));
  const tellNamed = async (name: string): Promise<object> => ({
    registered_model: await tell(await getRegistered(store, name)),
  });
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
      run: async ({ name, description, tags }, request) => {
        const model = await register(registry, actorOf(request), {
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
      run: ({ name }) => tellNamed(name),
    }),
    writing({
      method: 'post',
      path: `${PATH}/rename`,
      input: nameSchema.extend({ new_name: z.string() }),
      run: async ({ name, new_name: next }, request) => {
        await rename(registry, actorOf(request), name, next);
        return tellNamed(next);
      },
    }),
    writing({
      method: 'patch',
      path: `${PATH}/update`,
      input: nameSchema.extend({ description: textSchema }),
      run: async ({ name, description }, request) => {
        await describe(registry, actorOf(request), name, description);
        return tellNamed(name);
      },
    }),
    writing({
      method: 'delete',
      path: `${PATH}/delete`,
      input: nameSchema,
      run: async ({ name }, request) => {
        await deleteRegistered(registry, actorOf(request), name);
        return {};
      },
    }),
    writing({
      method: 'post',
      path: `${PATH}/set-tag`,
      input: nameSchema.extend(pairSchema.shape),
      run: async ({ name, ...tag }, request) => {
        await tagRegistered(registry, actorOf(request), name, toRegistryTag(tag));
        return {};
      },
    }),
    writing({
      method: 'delete',
      path: `${PATH}/delete-tag`,
      input: nameSchema.extend({ key: z.string() }),
      run: async ({ name, key }, request) => {
        await tagRegistered(registry, actorOf(request), name, { name: key, value: undefined });
        return {};
      },
    }),
    writing({
      method: 'post',
      path: `${PATH}/alias`,
      input: nameSchema.extend({ alias: z.string(), version: versionSchema }),
      run: async ({ name, alias, version }, request) => {
        await setAlias(registry, actorOf(request), { name, version }, alias);
        return {};
      },
    }),
    writing({
      method: 'delete',
      path: `${PATH}/alias`,
      input: nameSchema.extend({ alias: z.string() }),
      run: async ({ name, alias }, request) => {
        await removeAlias(registry, actorOf(request), name, alias);
        return {};
      },
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
