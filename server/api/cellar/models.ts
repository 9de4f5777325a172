import type { Request } from 'express';

import {
  aliasRequestSchema,
  approveSchema,
  changedSchema,
  changeModelSchema,
  changeVersionSchema,
  comparedVersionsSchema,
  modelListSchema,
  modelSchema,
  modelsQuerySchema,
  registeredAnswerSchema,
  registerSchema,
  registrationsQuerySchema,
  registrationsSchema,
  tagQuerySchema,
  tagRequestSchema,
  trailQuerySchema,
  trailSchema,
  versionComparisonSchema,
  versionSchema,
} from '../../../contract/models.js';
import { CellarError } from '../../errors.js';
import { removeAlias, setAlias } from '../../registry/aliases.js';
import { approve, withdraw } from '../../registry/approvals.js';
import { describe, setRule, tag } from '../../registry/change-models.js';
import { describeVersion, setStage, tagVersion } from '../../registry/change-versions.js';
import { compareVersions } from '../../registry/compare-versions.js';
import { getVersion, groupVersions, type VersionName } from '../../registry/model-versions.js';
import { registerFrom } from '../../registry/register-from.js';
import { getRegistered } from '../../registry/registered-models.js';
import { listRegistrations } from '../../registry/registrations.js';
import { searchRegistered } from '../../registry/search-registry.js';
import {
  readFacts,
  readMoves,
  toModelPage,
  toModelRow,
  toVersionPage,
  type VersionFacts,
} from '../../registry/version-facts.js';
import { jsonOperation, type Operation } from '../operation.js';
import type { ApiParts } from '../parts.js';
import type { RegistryParts } from '../registry-parts.js';

const OK = { status: 'ok' as const };

/** Registered models, their versions, who approves them, and what befell them. */
export function modelOperations(
  { history: { store } }: ApiParts,
  { registry, actorOf }: RegistryParts,
): readonly Operation[] {
  /** The version that a route names, by its number or by an alias. */
  const toName = async (name: string, asked: string): Promise<VersionName> => {
    if (/^\d{1,9}$/.test(asked)) return { name, version: Number(asked) };
    const { aliases } = await getRegistered(store, name);
    const found = aliases.find((alias) => `@${alias.name}` === asked);
    if (found !== undefined) return { name, version: found.version };
    throw new CellarError(
      'not_found',
      `${JSON.stringify(name)} has no version ${JSON.stringify(asked)}: give a number, or an alias of it behind "@".`,
    );
  };
  const named = (param: (name: string) => string): Promise<VersionName> =>
    toName(param('name'), param('version'));
  const factsOf = async (one: VersionName): Promise<VersionFacts> =>
    readFacts(store, await getRegistered(store, one.name), await getVersion(store, one));
  const tell = async (one: VersionName, request: Request) =>
    toVersionPage(store, await factsOf(one), actorOf(request));
  const tellModel = async (name: string, request: Request) =>
    toModelPage(store, await getRegistered(store, name), actorOf(request));

  return [
    jsonOperation({
      method: 'get',
      route: 'models',
      summary: 'Registered models, each with its newest version',
      grants: ['viewer'],
      query: modelsQuerySchema,
      answer: modelListSchema,
      run: async ({ query }) => {
        const order = query.order.split(',').map((key) => key.trim());
        const found = await searchRegistered(store, {
          filter: query.filter,
          order: order.filter((key) => key !== ''),
          strict: false,
        });
        const versions = await groupVersions(store);
        const models = [];
        for (const model of found)
          models.push(await toModelRow(store, model, versions.get(model.id) ?? []));
        return { models };
      },
    }),
    jsonOperation({
      method: 'post',
      route: 'models',
      summary: 'Register a file of a run, or a logged model, as the next version of a model',
      grants: [],
      body: registerSchema,
      answer: registeredAnswerSchema,
      run: ({ body, request }) =>
        registerFrom(registry, actorOf(request), { ...body, alias: body.alias }),
    }),
    jsonOperation({
      method: 'get',
      route: 'registrations',
      summary: 'What is registered, by the runs and files that it is of',
      grants: ['viewer'],
      query: registrationsQuerySchema,
      answer: registrationsSchema,
      run: async ({ query, request }) => ({
        ...(await listRegistrations(
          store,
          query.runs.split(',').filter((run) => run !== ''),
        )),
        mayRegister: actorOf(request).grant === 'owner',
      }),
    }),
    jsonOperation({
      method: 'get',
      route: 'model',
      summary: 'A registered model with its versions, newest first',
      grants: ['viewer'],
      answer: modelSchema,
      run: ({ param, request }) => tellModel(param('name'), request),
    }),
    jsonOperation({
      method: 'patch',
      route: 'model',
      summary: 'Describe a registered model, or say who must approve before its aliases move',
      grants: [],
      body: changeModelSchema,
      answer: modelSchema,
      run: async ({ body, param, request }) => {
        const [name, actor] = [param('name'), actorOf(request)];
        if (body.rule !== undefined) await setRule(registry, actor, name, body.rule);
        if (body.description !== undefined) await describe(registry, actor, name, body.description);
        return tellModel(name, request);
      },
    }),
    jsonOperation({
      method: 'get',
      route: 'modelTrail',
      summary: 'What befell a registered model, or one version of it, oldest first',
      grants: ['viewer'],
      query: trailQuerySchema,
      answer: trailSchema,
      run: async ({ query, param }) => ({
        trail: await readMoves(store, await getRegistered(store, param('name')), query.version),
      }),
    }),
    jsonOperation({
      method: 'get',
      route: 'modelComparison',
      summary: 'Two versions beside one another: what differs, and which notebooks to compare',
      grants: ['viewer'],
      query: comparedVersionsSchema,
      answer: versionComparisonSchema,
      run: async ({ query, param }) => {
        const [base, head] = [query.base, query.head].map((each) => toName(param('name'), each));
        if (base === undefined || head === undefined) throw new RangeError('two are named');
        return compareVersions(store, await factsOf(await base), await factsOf(await head));
      },
    }),
    jsonOperation({
      method: 'put',
      route: 'modelAlias',
      summary: 'Let an alias stand for a version',
      grants: [],
      body: aliasRequestSchema,
      answer: modelSchema,
      run: async ({ body: { version }, param, request }) => {
        const name = param('name');
        await setAlias(registry, actorOf(request), { name, version }, param('alias'));
        return tellModel(name, request);
      },
    }),
    jsonOperation({
      method: 'delete',
      route: 'modelAlias',
      summary: 'Take an alias off',
      grants: [],
      answer: modelSchema,
      run: async ({ param, request }) => {
        await removeAlias(registry, actorOf(request), param('name'), param('alias'));
        return tellModel(param('name'), request);
      },
    }),
    jsonOperation({
      method: 'put',
      route: 'modelTags',
      summary: 'Set a tag of a registered model',
      grants: [],
      body: tagRequestSchema,
      answer: changedSchema,
      run: async ({ body, param, request }) => {
        await tag(registry, actorOf(request), param('name'), body);
        return OK;
      },
    }),
    jsonOperation({
      method: 'delete',
      route: 'modelTags',
      summary: 'Take a tag of a registered model off',
      grants: [],
      query: tagQuerySchema,
      answer: changedSchema,
      run: async ({ query, param, request }) => {
        await tag(registry, actorOf(request), param('name'), { ...query, value: undefined });
        return OK;
      },
    }),
    jsonOperation({
      method: 'get',
      route: 'modelVersion',
      summary: 'A version with everything that its page shows',
      grants: ['viewer'],
      answer: versionSchema,
      run: async ({ param, request }) => tell(await named(param), request),
    }),
    jsonOperation({
      method: 'patch',
      route: 'modelVersion',
      summary: 'Describe a version, or move it to a stage',
      grants: [],
      body: changeVersionSchema,
      answer: versionSchema,
      run: async ({ body: { description, stage }, param, request }) => {
        const [one, actor] = [await named(param), actorOf(request)];
        if (description !== undefined) await describeVersion(registry, actor, one, description);
        if (stage !== undefined) await setStage(registry, actor, one, { stage, archives: false });
        return tell(one, request);
      },
    }),
    jsonOperation({
      method: 'put',
      route: 'modelVersionTags',
      summary: 'Set a tag of a version',
      grants: [],
      body: tagRequestSchema,
      answer: changedSchema,
      run: async ({ body, param, request }) => {
        await tagVersion(registry, actorOf(request), await named(param), body);
        return OK;
      },
    }),
    jsonOperation({
      method: 'delete',
      route: 'modelVersionTags',
      summary: 'Take a tag of a version off',
      grants: [],
      query: tagQuerySchema,
      answer: changedSchema,
      run: async ({ query, param, request }) => {
        const pair = { ...query, value: undefined };
        await tagVersion(registry, actorOf(request), await named(param), pair);
        return OK;
      },
    }),
    jsonOperation({
      method: 'put',
      route: 'approval',
      summary: 'Approve a version, in the name of whoever asks',
      grants: ['viewer'],
      body: approveSchema,
      answer: versionSchema,
      run: async ({ body, param, request }) => {
        const one = await named(param);
        await approve(registry, actorOf(request), one, body.comment);
        return tell(one, request);
      },
    }),
    jsonOperation({
      method: 'delete',
      route: 'approval',
      summary: 'Take the own approval of a version back',
      grants: ['viewer'],
      answer: versionSchema,
      run: async ({ param, request }) => {
        const one = await named(param);
        await withdraw(registry, actorOf(request), one);
        return tell(one, request);
      },
    }),
  ];
}
