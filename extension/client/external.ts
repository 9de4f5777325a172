import type * as z from 'zod';

import {
  externalEntriesSchema,
  externalRegistriesSchema,
  externalVersionsSchema,
  followedSchema,
  linkSchema,
  linksSchema,
  type ExternalEntry,
  type ExternalRegistry,
  type ExternalVersion,
  type Link,
  type LinkRequest,
  type Links,
} from '../../contract/external.js';
import { changedSchema } from '../../contract/models.js';
import type { Progress } from '../../contract/progress.js';
import { pathTo } from '../../contract/routes.js';
import { readLong } from './long.js';
import { readJson, send, type ClientOptions, type Request } from './request.js';

/** How a long call is followed. Aborting leaves it; what it is about goes on. */
export interface Follow {
  readonly report: (progress: Progress) => void;
  readonly signal: AbortSignal;
}

/** What the browser asks of the server about registries elsewhere. Each call rejects with a ClientError. */
export interface ExternalClient {
  /** Links of what `of` names (runs:/RUN, models:/m-…, models:/NAME/VERSION), or all. */
  links(of?: string): Promise<Links>;
  registries(): Promise<readonly ExternalRegistry[]>;
  /** What a registry has by a part of the name: the first page. */
  entries(registry: string, search: string, signal: AbortSignal): Promise<readonly ExternalEntry[]>;
  versions(
    registry: string,
    entry: string,
    signal: AbortSignal,
  ): Promise<readonly ExternalVersion[]>;
  link(asked: LinkRequest, follow: Follow): Promise<Link>;
  unlink(id: string): Promise<void>;
  /** Puts one back that was taken away. */
  relink(id: string): Promise<Link>;
  /** Asks a registry what has changed, and registers there what waits. */
  follow(registry: string, follow: Follow): Promise<void>;
}

/** A client of the server at `options.base` for registries elsewhere; opens no connection until it is asked something. */
export function createExternalClient(options: ClientOptions): ExternalClient {
  async function ask<T>(schema: z.ZodType<T>, request: Request): Promise<T> {
    return readJson(await send(options, request), schema, request.signal);
  }
  async function askLong<T>(schema: z.ZodType<T>, request: Request, follow: Follow): Promise<T> {
    // Jupyter's proxy holds any other answer back until it is whole; lines of JSON come all the same.
    const how = { method: 'POST', accept: 'text/event-stream', signal: follow.signal } as const;
    return readLong(await send(options, { ...request, ...how }), schema, follow);
  }
  return {
    links: (of) => ask(linksSchema, { path: pathTo('links'), query: { of } }),
    registries: async () =>
      (await ask(externalRegistriesSchema, { path: pathTo('externals') })).registries,
    entries: async (name, search, signal) => {
      const path = pathTo('externalEntries', { name });
      return (await ask(externalEntriesSchema, { path, query: { search }, signal })).entries;
    },
    versions: async (name, entry, signal) => {
      const path = pathTo('externalVersions', { name });
      return (await ask(externalVersionsSchema, { path, query: { entry }, signal })).versions;
    },
    link: (body, follow) => askLong(linkSchema, { path: pathTo('links'), body }, follow),
    unlink: async (id) => {
      await ask(changedSchema, { method: 'DELETE', path: pathTo('link', { id }) });
    },
    relink: (id) => ask(linkSchema, { method: 'PUT', path: pathTo('link', { id }) }),
    follow: async (name, follow) => {
      await askLong(followedSchema, { path: pathTo('externalFollow', { name }) }, follow);
    },
  };
}
