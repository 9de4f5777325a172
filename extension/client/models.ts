import type * as z from 'zod';

import {
  changedSchema,
  modelListSchema,
  modelSchema,
  registeredAnswerSchema,
  registrationsSchema,
  trailSchema,
  versionComparisonSchema,
  versionSchema,
  type ApprovalRule,
  type ModelList,
  type RegisteredAnswer,
  type RegisteredModelPage,
  type RegisterRequest,
  type Registrations,
  type Stage,
  type TrailEntry,
  type VersionComparison,
  type VersionPage,
} from '../../contract/models.js';
import { loginLinkSchema } from '../../contract/login.js';
import { pathTo } from '../../contract/routes.js';
import { readJson, send, type ClientOptions, type Request } from './request.js';

/** A version as routes name it. */
export interface VersionName {
  readonly name: string;
  readonly version: number;
}

/** What the browser asks of the server about registered models. Each call rejects with a ClientError. */
export interface ModelsClient {
  list(filter: string): Promise<ModelList>;
  /** What is registered, and what of these runs can be. */
  registrations(runs?: readonly string[]): Promise<Registrations>;
  get(name: string): Promise<RegisteredModelPage>;
  trail(name: string): Promise<readonly TrailEntry[]>;
  version(one: VersionName): Promise<VersionPage>;
  compare(name: string, base: string, head: string): Promise<VersionComparison>;
  register(asked: RegisterRequest): Promise<RegisteredAnswer>;
  change(
    name: string,
    change: { readonly description?: string; readonly rule?: ApprovalRule | null },
  ): Promise<void>;
  changeVersion(
    one: VersionName,
    change: { readonly description?: string; readonly stage?: Stage },
  ): Promise<void>;
  setAlias(one: VersionName, alias: string): Promise<void>;
  removeAlias(name: string, alias: string): Promise<void>;
  setTag(one: VersionName, tag: string, value: string): Promise<void>;
  removeTag(one: VersionName, tag: string): Promise<void>;
  approve(one: VersionName, comment: string): Promise<void>;
  withdraw(one: VersionName): Promise<void>;
  /** A one-time link to a version's page, which lets one person in by name. */
  linkFor(one: VersionName, person: string): Promise<string>;
}

/** A client of the server at `options.base` for registered models; opens no connection until it is asked something. */
export function createModelsClient(options: ClientOptions): ModelsClient {
  async function ask<T>(schema: z.ZodType<T>, request: Request): Promise<T> {
    return readJson(await send(options, request), schema);
  }
  async function tell(schema: z.ZodType, request: Request): Promise<void> {
    await ask(schema, request);
  }
  const toValues = ({ name, version }: VersionName): Record<string, string> => ({
    name,
    version: String(version),
  });
  const tagsOf = (one: VersionName): string => pathTo('modelVersionTags', toValues(one));
  const approvalOf = (one: VersionName): string => pathTo('approval', toValues(one));
  return {
    list: (filter) =>
      ask(modelListSchema, { path: pathTo('models'), query: { filter, order: 'name' } }),
    registrations: (runs = []) =>
      ask(registrationsSchema, {
        path: pathTo('registrations'),
        query: { runs: runs.length === 0 ? undefined : runs.join(',') },
      }),
    get: (name) => ask(modelSchema, { path: pathTo('model', { name }) }),
    trail: async (name) => (await ask(trailSchema, { path: pathTo('modelTrail', { name }) })).trail,
    version: (one) => ask(versionSchema, { path: pathTo('modelVersion', toValues(one)) }),
    compare: (name, base, head) =>
      ask(versionComparisonSchema, {
        path: pathTo('modelComparison', { name }),
        query: { base, head },
      }),
    register: (body) =>
      ask(registeredAnswerSchema, { method: 'POST', path: pathTo('models'), body }),
    change: (name, body) =>
      tell(modelSchema, { method: 'PATCH', path: pathTo('model', { name }), body }),
    changeVersion: (one, body) =>
      tell(versionSchema, { method: 'PATCH', path: pathTo('modelVersion', toValues(one)), body }),
    setAlias: ({ name, version }, alias) =>
      tell(modelSchema, {
        ...{ method: 'PUT', path: pathTo('modelAlias', { name, alias }), body: { version } },
      }),
    removeAlias: (name, alias) =>
      tell(modelSchema, { method: 'DELETE', path: pathTo('modelAlias', { name, alias }) }),
    setTag: (one, name, value) =>
      tell(changedSchema, { method: 'PUT', path: tagsOf(one), body: { name, value } }),
    removeTag: (one, name) =>
      tell(changedSchema, { method: 'DELETE', path: tagsOf(one), query: { name } }),
    approve: (one, comment) =>
      tell(versionSchema, { method: 'PUT', path: approvalOf(one), body: { comment } }),
    withdraw: (one) => tell(versionSchema, { method: 'DELETE', path: approvalOf(one) }),
    linkFor: async ({ name, version }, person) => {
      const body = { person, target: `#/models/${encodeURIComponent(name)}/${String(version)}` };
      return (await ask(loginLinkSchema, { method: 'POST', path: pathTo('loginLinks'), body })).url;
    },
  };
}
