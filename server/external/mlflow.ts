import { createHmac, timingSafeEqual } from 'node:crypto';

import * as z from 'zod';

import type { ExternalEntry } from '../../contract/external.js';
import { CellarError } from '../errors.js';
import { createHttp, toAuthorization, toRefusal, type Answer, type Http } from './http.js';
import { sendFile } from './mlflow-upload.js';
import {
  API,
  listOf,
  quote,
  registeredSchema,
  textSchema,
  toProxied,
  versionSchema,
  type WireRegistered,
  type WireVersion,
} from './mlflow-wire.js';
import type {
  Adapter,
  ExternalRegistry,
  ExternalVersion,
  Registration,
  RegistryParts,
  Sending,
  SignedMessage,
  Tag,
} from './registry.js';

/** Where runs are put that hold the files of what Cellar registers. */
const EXPERIMENT = 'Cellar';
/** By it a registration is found again that was begun before. */
const KEY_TAG = 'cellar.link';
const PAGE = 50;
const MOST_VERSIONS = 100;
/** Longer ones MLflow refuses, in characters. */
const MOST_TAG = 5_000;
const MOST_DESCRIPTION = 5_000;
/** How far the clock of a message may be off, in milliseconds. */
const MOST_SKEW_MS = 5 * 60_000;

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

/**
 * The files go into a run of their own, since a version of MLflow names files of a run, or of a store that this server cannot write to.
 * What a try before has made is found by its tag.
 */
async function addVersion(
  http: Http,
  registration: Registration,
  { sent, signal }: Sending,
): Promise<string> {
  const { entry, key } = registration;
  const experiment = await makeExperiment(http, signal);
  // Before anything else is made there.
  toWritable(http, experiment.files);
  await makeEntry(http, entry, signal);
  const before = await findByKey(http, { entry, key, signal });
  if (before !== undefined) return before;
  const run = await makeRun(http, registration, { experiment: experiment.id, signal });
  const folder = toWritable(http, run.files);
  for (const file of registration.files) await sendFile(http, { file, folder, sent, signal });
  await http.json({
    method: 'POST',
    path: `${API}/runs/update`,
    body: { run_id: run.id, run_uuid: run.id, status: 'FINISHED', end_time: Date.now() },
    signal,
  });
  const { version } = z.object({ model_version: versionSchema }).parse(
    await http.json({
      method: 'POST',
      path: `${API}/model-versions/create`,
      body: {
        name: entry,
        source: `${run.files.replace(/\/+$/, '')}${commonFolder(registration)}`,
        run_id: run.id,
        description: registration.description.slice(0, MOST_DESCRIPTION),
        tags: toWireTags(registration),
      },
      signal,
    }),
  ).model_version;
  return version;
}

/** Within the files of the server's proxy. Throws registry_refused for what no proxy takes. */
function toWritable(http: Http, files: string): string {
  const folder = toProxied(files);
  if (folder !== undefined) return folder;
  throw new CellarError(
    'registry_refused',
    `${http.url} keeps the files of its runs at ${schemeOf(files)}, which only its clients write to. Start it with --serve-artifacts, or register from a place that has access, and link the version here.`,
  );
}

async function makeEntry(http: Http, name: string, signal: AbortSignal): Promise<void> {
  const answer = await http.ask({
    method: 'POST',
    path: `${API}/registered-models/create`,
    body: { name },
    signal,
  });
  if (!answer.ok && answer.code !== 'RESOURCE_ALREADY_EXISTS') unwrap(http, answer);
}

async function findByKey(
  http: Http,
  {
    entry,
    key,
    signal,
  }: { readonly entry: string; readonly key: string; readonly signal: AbortSignal },
): Promise<string | undefined> {
  const name = quote(entry);
  // MLflow takes no such name either.
  if (name === undefined) return undefined;
  const { model_versions: found } = z.object({ model_versions: listOf(versionSchema) }).parse(
    await http.json({
      path: `${API}/model-versions/search`,
      query: { filter: `name = ${name} AND tags.\`${KEY_TAG}\` = '${key}'`, max_results: 1 },
      signal,
    }),
  );
  return found[0]?.version;
}

/** The run of this registration: that of a try before, or a new one. */
async function makeRun(
  http: Http,
  registration: Registration,
  { experiment, signal }: { readonly experiment: string; readonly signal: AbortSignal },
): Promise<{ readonly id: string; readonly files: string }> {
  const runSchema = z.object({ info: z.object({ run_id: z.string(), artifact_uri: z.string() }) });
  const { runs } = z.object({ runs: listOf(runSchema) }).parse(
    await http.json({
      method: 'POST',
      path: `${API}/runs/search`,
      body: {
        experiment_ids: [experiment],
        filter: `tags.\`${KEY_TAG}\` = '${registration.key}'`,
        max_results: 1,
      },
      signal,
    }),
  );
  const [before] = runs;
  const { info } =
    before ??
    z.object({ run: runSchema }).parse(
      await http.json({
        method: 'POST',
        path: `${API}/runs/create`,
        body: {
          experiment_id: experiment,
          run_name: registration.entry,
          start_time: Date.now(),
          tags: toWireTags(registration),
        },
        signal,
      }),
    ).run;
  return { id: info.run_id, files: info.artifact_uri };
}

/** The experiment that holds the files of what is registered, and where those are. */
async function makeExperiment(
  http: Http,
  signal: AbortSignal,
): Promise<{ readonly id: string; readonly files: string }> {
  const experimentSchema = z.object({
    experiment: z.object({
      experiment_id: z.string(),
      artifact_location: textSchema,
      lifecycle_stage: textSchema,
    }),
  });
  const find = async (): Promise<Answer> =>
    http.ask({
      path: `${API}/experiments/get-by-name`,
      query: { experiment_name: EXPERIMENT },
      signal,
    });
  let found = await find();
  if (isMissing(found)) {
    const path = `${API}/experiments/create`;
    const made = await http.ask({ method: 'POST', path, body: { name: EXPERIMENT }, signal });
    // Another may have made it a moment ago.
    if (!made.ok && made.code !== 'RESOURCE_ALREADY_EXISTS') throw toRefusal(http.url, made);
    found = await find();
  }
  const { experiment } = experimentSchema.parse(unwrap(http, found));
  if (experiment.lifecycle_stage !== 'deleted')
    return { id: experiment.experiment_id, files: experiment.artifact_location };
  throw new CellarError(
    'registry_refused',
    `The experiment "${EXPERIMENT}" of ${http.url}, which holds the files of what is registered, is deleted there. Restore it, and try again.`,
  );
}

function toWireTags({ key, tags }: Registration): readonly object[] {
  return [...tags, { name: KEY_TAG, value: key }].map(({ name, value }) => ({
    key: name,
    value: value.slice(0, MOST_TAG),
  }));
}

/** The folder that has all of the files, so that a model in a folder of its own is found as one. */
function commonFolder({ files }: Registration): string {
  const folders = new Set(files.map(({ name }) => (name.includes('/') ? name.split('/')[0] : '')));
  const [only = ''] = folders;
  return folders.size === 1 && only !== '' ? `/${only}` : '';
}

function schemeOf(uri: string): string {
  return /^([a-z][a-z0-9+.-]*):/i.exec(uri)?.[0] ?? 'a folder of its own machine';
}

/** Whether there is nothing of what was asked for. */
function isMissing(answer: Answer): boolean {
  return !answer.ok && answer.code === 'RESOURCE_DOES_NOT_EXIST';
}

function unwrap(http: Http, answer: Answer): unknown {
  if (answer.ok) return answer.body;
  throw toRefusal(http.url, answer);
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

/** MLflow's webhooks follow Standard Webhooks: "v1," and the HMAC-SHA256 of "id.time.body" in base 64. */
function checkMessage({ headers, body, now }: SignedMessage, secret: string): void {
  const get = (name: string): string => {
    const value = headers[name];
    return typeof value === 'string' ? value : '';
  };
  const [signature, time, id] = [
    get('x-mlflow-signature'),
    get('x-mlflow-timestamp'),
    get('x-mlflow-delivery-id'),
  ];
  const wanted = createHmac('sha256', secret)
    .update(`${id}.${time}.`)
    .update(body)
    .digest('base64');
  const isSigned = signature
    .split(' ')
    .some((each) => each.startsWith('v1,') && isSame(each.slice(3), wanted));
  const isNow = /^\d+$/.test(time) && Math.abs(now - Number(time) * 1000) <= MOST_SKEW_MS;
  if (isSigned && isNow) return;
  throw new CellarError(
    'unauthenticated',
    isSigned
      ? 'The message was signed too long ago, or the clocks of the two machines differ by minutes.'
      : 'The message is not signed with the secret that is set for this registry.',
  );
}

function isSame(given: string, wanted: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(wanted)];
  return a.length === b.length && timingSafeEqual(a, b);
}
