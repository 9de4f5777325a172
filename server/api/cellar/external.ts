import express, { type Express, type Request } from 'express';
import * as z from 'zod';

import {
  externalEntriesSchema,
  externalRegistriesSchema,
  externalRegistrySchema,
  externalVersionsSchema,
  followedSchema,
  linkRequestSchema,
  linkSchema,
  linksQuerySchema,
  linksSchema,
  registryNameSchema,
  registrySettingsSchema,
} from '../../../contract/external.js';
import { LONG_TYPE } from '../../../contract/progress.js';
import { ROUTES } from '../../../contract/routes.js';
import { CellarError } from '../../errors.js';
import type { TellSent } from '../../external/registrar.js';
import { longOperation, type Watch } from '../long.js';
import { signalOf } from '../leaving.js';
import { jsonOperation, paramOf, toApproach, type Operation } from '../operation.js';
import type { ApiParts } from '../parts.js';

const MOST_MESSAGE = 1024 * 1024;
const doneSchema = z.object({ status: z.literal('ok') });
const DONE = { status: 'ok' as const };

/** Registries elsewhere, and links between what is here and what they have. */
export function externalOperations({
  external,
  report,
  access,
}: Pick<ApiParts, 'external' | 'report' | 'access'>): readonly Operation[] {
  return [
    jsonOperation({
      method: 'get',
      route: 'externals',
      summary: 'The registries elsewhere that are set up, and how each stands',
      grants: [],
      answer: externalRegistriesSchema,
      run: async () => ({ registries: [...(await external.list())] }),
    }),
    jsonOperation({
      method: 'put',
      route: 'external',
      summary: 'Set a registry up, or change it; of its secrets only where each is',
      grants: [],
      body: registrySettingsSchema,
      answer: externalRegistrySchema,
      run: ({ param, body }) => external.setUp({ ...body, name: toName(param('name')) }),
    }),
    jsonOperation({
      method: 'delete',
      route: 'external',
      summary: 'Forget a registry; its links stay, with what was known last',
      grants: [],
      answer: doneSchema,
      run: async ({ param }) => {
        await external.forget(param('name'));
        return DONE;
      },
    }),
    jsonOperation({
      method: 'get',
      route: 'externalEntries',
      summary: 'What a registry has, by a part of the name',
      grants: [],
      query: z.object({ search: z.string().max(500).default(''), page: z.string().optional() }),
      answer: externalEntriesSchema,
      run: async ({ param, query, response }) => {
        const { search: text, page } = query;
        const signal = signalOf(response);
        const found = await external.search(param('name'), { text, page, signal });
        return { ...found, entries: [...found.entries] };
      },
    }),
    jsonOperation({
      method: 'get',
      route: 'externalVersions',
      summary: 'The versions of something that a registry has, the newest first',
      grants: [],
      query: z.object({ entry: z.string().min(1).max(500) }),
      answer: externalVersionsSchema,
      run: async ({ param, query: { entry }, response }) => {
        const signal = signalOf(response);
        return { versions: [...(await external.versions(param('name'), { entry, signal }))] };
      },
    }),
    longOperation(
      {
        method: 'post',
        route: 'externalFollow',
        summary: 'Ask a registry what has changed, and register there what waits',
        grants: [],
        answer: followedSchema,
        run: async ({ param, request }, { report: tell, signal }) => {
          const followed = await external.follow(param('name'), {
            signal,
            tell: tellOf(request, tell),
          });
          return { ...DONE, ...followed, changed: [...followed.changed] };
        },
      },
      report,
    ),
    jsonOperation({
      method: 'get',
      route: 'links',
      summary: 'Links to registries elsewhere: all, or of a run, logged or registered model',
      grants: ['viewer'],
      query: linksQuerySchema,
      answer: linksSchema,
      run: async ({ query, request }) => ({
        links: [...(await external.links(query.of))],
        mayChange: access.identify(toApproach(request)).grant === 'owner',
      }),
    }),
    longOperation(
      {
        method: 'post',
        route: 'links',
        summary: 'Link something to an entry elsewhere or to an address, or register it elsewhere',
        grants: [],
        body: linkRequestSchema,
        answer: linkSchema,
        run: ({ body, request }, { report: tell, signal }) =>
          external.link(body, { signal, tell: tellOf(request, tell) }),
      },
      report,
    ),
    jsonOperation({
      method: 'delete',
      route: 'link',
      summary: 'Take a link away; what is registered elsewhere stays there',
      grants: [],
      answer: doneSchema,
      run: async ({ param }) => {
        await external.unlink(param('id'));
        return DONE;
      },
    }),
    jsonOperation({
      method: 'put',
      route: 'link',
      summary: 'Put a link back that was taken away',
      grants: [],
      answer: linkSchema,
      run: ({ param }) => external.relink(param('id')),
    }),
  ];
}

/** Where registries tell of changes by themselves: whoever can sign a message is let in, by whatever name the server is called. */
export function addExternalWebhook(app: Express, { external }: Pick<ApiParts, 'external'>): void {
  app.post(
    `/${ROUTES.externalWebhook}`,
    express.raw({ type: () => true, limit: MOST_MESSAGE }),
    (request, response, next) => {
      const body: unknown = request.body;
      external
        .hear(paramOf(request, 'name'), {
          headers: request.headers,
          body: Buffer.isBuffer(body) ? body : Buffer.alloc(0),
          now: Date.now(),
        })
        .then(() => response.json(DONE), next);
    },
  );
}

function toName(text: string): string {
  const name = registryNameSchema.safeParse(text);
  if (name.success) return name.data;
  throw new CellarError(
    'bad_request',
    `${JSON.stringify(text)} is no name of a registry: ${name.error.issues[0]?.message ?? ''}.`,
  );
}

/** Bytes as they go out, for who follows them; undefined for who wants an answer soon. */
function tellOf(request: Request, tell: Watch['report']): TellSent | undefined {
  const { accept = '' } = request.headers;
  if (!accept.includes(LONG_TYPE) && accept !== 'text/event-stream') return undefined;
  return (done, total) => {
    tell({ what: 'bytes', done, total });
  };
}
