import * as z from 'zod';

import { CellarError } from '../../errors.js';
import {
  addVersion,
  deleteVersion,
  describeVersion,
  setStage,
  tagVersion,
} from '../../registry/change-versions.js';
import {
  getVersion,
  placeOf,
  type ModelVersion,
  type VersionName,
} from '../../registry/model-versions.js';
import { getRegistered } from '../../registry/registered-models.js';
import { searchVersions } from '../../registry/search-registry.js';
import type { Store } from '../../store/store.js';
import { getRun } from '../../tracking/log-run.js';
import { getModel } from '../../tracking/models.js';
import { artifactUri } from '../../tracking/run-fields.js';
import { parseArtifactPath } from './artifact-path.js';
import { modelUri } from './models.js';
import { reading, writing, type MlflowOperation } from './operation.js';
import { checkMost, pageOf } from './page.js';
import type { MlflowParts } from './parts.js';
import { registrySearchSchema, toRegistryTag } from './registry-values.js';
import { toVersion } from './to-registry.js';
import { listOf, MOST, pairSchema, stageSchema, textSchema, versionSchema } from './values.js';

const PATH = '/model-versions';
const oneSchema = z.object({ name: z.string(), version: versionSchema });

/** Versions of registered models. */
export function versionOperations({
  history,
  registry,
  actorOf,
}: MlflowParts): readonly MlflowOperation[] {
  const { store } = history;
  const tell = async (name: string, version: ModelVersion): Promise<object> => ({
    model_version: toVersion(await getRegistered(store, name), version),
  });
  const tellNamed = async ({ name, version }: VersionName): Promise<object> =>
    tell(name, await getVersion(store, { name, version }));
  return [
    writing({
      method: 'post',
      path: `${PATH}/create`,
      input: z.object({
        name: z.string(),
        source: z.string(),
        run_id: textSchema,
        model_id: textSchema,
        run_link: textSchema,
        description: textSchema,
        tags: listOf(pairSchema),
      }),
      run: async (asked, request) => {
        const { name, source, description, run_link: runLink } = asked;
        checkSource(source);
        const first = await findFirst(store, source);
        const logged = asked.model_id === '' ? (first?.logged ?? '') : asked.model_id;
        checkLogged(source, logged);
        const model = logged === '' ? undefined : await getModel(store, logged);
        const made = first?.run ?? model?.run ?? '';
        const run = asked.run_id === '' ? made : asked.run_id;
        await checkOrigin(store, { source, logged, run });
        const version = await addVersion(registry, actorOf(request), name, {
          ...{ origin: source, description, runLink, logged },
          run,
          files: first === undefined ? '' : placeOf(first),
          tags: asked.tags.map(toRegistryTag),
        });
        return tell(name, version);
      },
    }),
    reading({
      method: 'get',
      path: `${PATH}/get`,
      input: oneSchema,
      run: (one) => tellNamed(one),
    }),
    reading({
      method: 'get',
      path: `${PATH}/get-download-uri`,
      input: oneSchema,
      run: async ({ name, version }) => ({
        artifact_uri: await locate(store, await getVersion(store, { name, version })),
      }),
    }),
    writing({
      method: 'patch',
      path: `${PATH}/update`,
      input: oneSchema.extend({ description: textSchema }),
      run: async ({ description, ...one }, request) => {
        await describeVersion(registry, actorOf(request), one, description);
        return tellNamed(one);
      },
    }),
    writing({
      method: 'delete',
      path: `${PATH}/delete`,
      input: oneSchema,
      run: async (one, request) => {
        await deleteVersion(registry, actorOf(request), one);
        return {};
      },
    }),
    writing({
      method: 'post',
      path: `${PATH}/set-tag`,
      input: oneSchema.extend(pairSchema.shape),
      run: async ({ key, value, ...one }, request) => {
        await tagVersion(registry, actorOf(request), one, toRegistryTag({ key, value }));
        return {};
      },
    }),
    writing({
      method: 'delete',
      path: `${PATH}/delete-tag`,
      input: oneSchema.extend({ key: z.string() }),
      run: async ({ key, ...one }, request) => {
        await tagVersion(registry, actorOf(request), one, { name: key, value: undefined });
        return {};
      },
    }),
    writing({
      method: 'post',
      path: `${PATH}/transition-stage`,
      input: oneSchema.extend({
        stage: stageSchema,
        archive_existing_versions: z.boolean().nullish(),
      }),
      run: async ({ stage, archive_existing_versions: archives, ...one }, request) => {
        await setStage(registry, actorOf(request), one, { stage, archives: archives === true });
        return tellNamed(one);
      },
    }),
    reading({
      method: 'get',
      path: `${PATH}/search`,
      input: registrySearchSchema,
      run: async (asked) => {
        const most = checkMost(asked.max_results, 10_000, MOST.versions);
        const { filter, order_by: order } = asked;
        const found = await searchVersions(store, { filter, order, strict: true });
        const { items, next } = pageOf(found, asked.page_token, most);
        return {
          model_versions: items.map(({ model, version }) => toVersion(model, version)),
          next_page_token: next,
        };
      },
    }),
  ];
}

/** A source that is a logged model. */
const LOGGED = /^models:\/(m-[0-9a-f]{32})$/;
const OF_VERSION = /^models:\/+([^/@:]+)(?:\/(\d{1,15})|@([^/]+))$/;
const OF_RUN = /^runs:\/([^/]+)(?:\/(.*))?$/;

/** The version that a source names, by its number or an alias: what its files are does not change with it. Throws not_found. */
async function findFirst(store: Store, source: string): Promise<ModelVersion | undefined> {
  if (!source.startsWith('models:') || LOGGED.test(source)) return undefined;
  const [, name, number, alias] = OF_VERSION.exec(source) ?? [];
  if (name === undefined)
    throw new CellarError(
      'bad_request',
      `Invalid model version source ${JSON.stringify(source)}: name a logged model as models:/m-…, or a version as models:/NAME/NUMBER.`,
    );
  const { aliases } = await getRegistered(store, name);
  const version = aliases.find((each) => each.name === alias)?.version ?? Number(number);
  if (Number.isSafeInteger(version)) return getVersion(store, { name, version });
  throw new CellarError(
    'not_found',
    `${JSON.stringify(name)} has no alias ${JSON.stringify(alias)}.`,
  );
}

/** Where a version's files are, as clients can fetch them. */
async function locate(store: Store, version: ModelVersion): Promise<string> {
  const { logged } = version;
  const source = placeOf(version);
  if (LOGGED.test(source) && logged !== '') return modelUri(await getModel(store, logged));
  const [, run, path = ''] = OF_RUN.exec(source) ?? [];
  if (run === undefined) return source;
  return `${artifactUri(await getRun(store, run))}/${path}`;
}

/** Files of one machine are nobody's else, and a server must never be led to its own. */
function checkSource(source: string): void {
  const isRemote = /^[a-z][a-z0-9+.-]*:/i.test(source) && !/^(file|[a-z]):/i.test(source);
  const text = source.toLowerCase();
  if (isRemote && !/(^|\/|%2f)(\.\.|%2e%2e|\.%2e|%2e\.)(\/|%2f|$)/.test(text)) return;
  throw new CellarError(
    'bad_request',
    `Invalid model version source ${JSON.stringify(source)}: name a run, a logged model or a store, not a path of one machine, and no "..".`,
  );
}

/** A source that is a logged model names the one that is named. */
function checkLogged(source: string, logged: string): void {
  const model = LOGGED.exec(source)?.[1];
  if (model !== undefined && model !== logged)
    throw new CellarError(
      'bad_request',
      `The source ${JSON.stringify(source)} is a logged model: name it as model_id too.`,
    );
}

/** What lies in this store must be the run's or the logged model's that it is said to be. Throws bad_request. */
async function checkOrigin(
  store: Store,
  {
    source,
    logged,
    run,
  }: { readonly source: string; readonly logged: string; readonly run: string },
): Promise<void> {
  const refuse = (reason: string): CellarError =>
    new CellarError(
      'bad_request',
      `Invalid model version source ${JSON.stringify(source)}: ${reason}.`,
    );
  if (/^https?:/i.test(source)) throw refuse('a page is no store');
  if (!source.startsWith('mlflow-artifacts:')) return;
  const place = /^mlflow-artifacts:\/+(.*)$/.exec(source)?.[1] ?? '';
  const { owner, id } = parseArtifactPath(place);
  if (
    owner === 'model'
      ? id !== logged
      : id !== run || (await store.catalog.findRun(id)) === undefined
  )
    throw refuse(`it is of ${owner} ${id}, which is to be named too`);
}
