import * as z from 'zod';

import type { ExternalEntry } from '../../contract/external.js';
import { CellarError } from '../errors.js';
import { createHttp, toAuthorization, type Http } from './http.js';
import { checkMessage } from './mlflow-message.js';
import { addVersion } from './mlflow-register.js';
import {
  API,
  isMissing,
  listOf,
  MOST_DESCRIPTION,
  MOST_TAG,
  quote,
  registeredSchema,
  textSchema,
  unwrap,
  versionSchema,
  type WireRegistered,
  type WireVersion,
} from './mlflow-wire.js';
import type { Adapter, ExternalRegistry, ExternalVersion, RegistryParts, Tag } from './registry.js';

const PAGE = 50;
const MOST_VERSIONS = 100;

/** The registry of an MLflow server, of 2.x and 3.x, by its REST API. */
export const mlflowAdapter: Adapter = {
  open: (parts) => createRegistry(openServer(parts)),
  page: (url, entry, version) =>
    `${url}/#/models/${encodeURIComponent(entry)}${version === null ? '' : `/versions/${encodeURIComponent(version)}`}`,
};

function openServer({ registry, findSecret, patience }: RegistryParts): Http {
  const { url, user, password, token } = registry;
  return createHttp(url, patience, async () =>
    toAuthorization({
      user,
      password: password === undefined ? undefined : await findSecret(password),
      token: token === undefined ? undefined : await findSecret(token),
    }),
  );
}

function createRegistry(http: Http): ExternalRegistry {
  return {
    list: async ({ text, page, signal }) => {
      const wanted = quote(`%${text}%`);
      if (wanted === undefined)
        throw new CellarError('bad_request', `A search may not hold both ' and ".`);
      const body = z
        .object({ registered_models: listOf(registeredSchema), next_page_token: textSchema })
        .parse(
          await http.json({
            path: `${API}/registered-models/search`,
            query: {
              ...(text === '' ? {} : { filter: `name ILIKE ${wanted}` }),
              max_results: PAGE,
              page_token: page,
            },
            signal,
          }),
        );
      const token = body.next_page_token;
      return {
        entries: body.registered_models.map((model) => toEntry(http.url, model)),
        next: token === '' ? null : token,
      };
    },
    findEntry: async (name, signal) => {
      const answer = await http.ask({
        path: `${API}/registered-models/get`,
        query: { name },
        signal,
      });
      if (isMissing(answer)) return undefined;
      const body = z.object({ registered_model: registeredSchema }).parse(unwrap(http, answer));
      return toEntry(http.url, body.registered_model);
    },
    versions: async (entry, signal) => {
      const name = quote(entry);
      // MLflow takes no such name either.
      if (name === undefined) return [];
      const body = z.object({ model_versions: listOf(versionSchema) }).parse(
        await http.json({
          path: `${API}/model-versions/search`,
          query: {
            filter: `name = ${name}`,
            max_results: MOST_VERSIONS,
            order_by: 'version_number DESC',
          },
          signal,
        }),
      );
      return body.model_versions.map(toVersion);
    },
    findVersion: async (name, version, signal) => {
      const answer = await http.ask({
        path: `${API}/model-versions/get`,
        query: { name, version },
        signal,
      });
      // For a version that is no number, too.
      if (isMissing(answer)) return undefined;
      const body = z.object({ model_version: versionSchema }).parse(unwrap(http, answer));
      return toVersion(body.model_version);
    },
    addVersion: (registration, sending) => addVersion(http, registration, sending),
    describe: async (name, version, { tags, description }, signal) => {
      for (const tag of tags)
        await http.json({
          method: 'POST',
          path: `${API}/model-versions/set-tag`,
          body: { name, version, key: tag.name, value: tag.value.slice(0, MOST_TAG) },
          signal,
        });
      if (description !== undefined)
        await http.json({
          method: 'PATCH',
          path: `${API}/model-versions/update`,
          body: { name, version, description: description.slice(0, MOST_DESCRIPTION) },
          signal,
        });
    },
    checkMessage,
  };
}

function toEntry(url: string, model: WireRegistered): ExternalEntry {
  const versions = model.latest_versions.map(({ version }) => Number(version));
  return {
    name: model.name,
    description: model.description,
    updated: model.last_updated_timestamp,
    aliases: model.aliases.map(({ alias, version }) => ({ name: alias, version })),
    newest: versions.length === 0 ? '' : String(Math.max(...versions)),
    tags: model.tags.map(toTag),
    page: mlflowAdapter.page(url, model.name, null),
  };
}

function toVersion(version: WireVersion): ExternalVersion {
  return {
    version: version.version,
    description: version.description,
    tags: version.tags.map(toTag),
    updated: version.last_updated_timestamp,
    aliases: version.aliases,
    stage: version.current_stage === 'None' ? '' : version.current_stage,
    stands: version.status,
  };
}

function toTag({ key, value }: { readonly key: string; readonly value: string }): Tag {
  return { name: key, value };
}
