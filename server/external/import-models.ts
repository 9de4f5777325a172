import { STAGES, type Stage } from '../../contract/models.js';
import { CellarError } from '../errors.js';
import { register } from '../registry/change-models.js';
import { addVersion } from '../registry/change-versions.js';
import { listVersions } from '../registry/model-versions.js';
import { getRegistered } from '../registry/registered-models.js';
import { restateModel, restateVersion } from '../registry/restate.js';
import { toMetricValue } from '../tracking/points.js';
import { changeModel, getModel, startModel, type LoggedModel } from '../tracking/models.js';
import {
  bringFiles,
  bringOne,
  FROM_TAG,
  STATE_TAG,
  stateOf,
  toRunId,
  type ImportParts,
  type Outcome,
} from './import-part.js';
import type { WireModel, WireRegistered, WireVersion } from './mlflow-wire.js';

const STATUSES: Readonly<Record<string, LoggedModel['status']>> = {
  ...{ LOGGED_MODEL_PENDING: 'pending', LOGGED_MODEL_READY: 'ready' },
  LOGGED_MODEL_UPLOAD_FAILED: 'failed',
  ...{ '1': 'pending', '2': 'ready', '3': 'failed' },
};
const PROMPT_TAG = 'mlflow.prompt.is_prompt';

type Tags = LoggedModel['tags'];

/** Brings a logged model in, with MLflow's own id, its times, what was measured of it, and its files. */
export async function bringModel(
  parts: ImportParts,
  wire: WireModel,
  experiment: string,
): Promise<Outcome> {
  const { history, turns, source } = parts;
  const { info } = wire;
  const id = info.model_id;
  const state = stateOf(wire);
  const row = await history.store.catalog.findEntry(`models/${id}`);
  const before = row === undefined ? undefined : await getModel(history.store, id);
  const tags = toTags(info.tags);
  if (before !== undefined) {
    checkFrom(before.tags, 'a logged model of this id');
    if (findTag(before.tags, STATE_TAG) === state) return 'known';
  } else
    await startModel(history, {
      ...{ id, name: info.name, experiment, modelType: info.model_type },
      run: info.source_run_id === '' ? '' : toRunId(source.url, info.source_run_id),
      params: [],
      ...{ created: info.creation_timestamp_ms, updated: info.last_updated_timestamp_ms },
      tags: [...tags, { name: FROM_TAG, value: source.url }],
    });
  const failure = await bringFiles(
    parts,
    { kind: 'model', id, uri: info.artifact_uri },
    before?.artifacts ?? [],
    async (file) => {
      await changeModel(history, turns, id, ({ artifacts }) => ({
        artifacts: [...artifacts.filter(({ name }) => name !== file.name), file],
      }));
    },
  );
  await changeModel(history, turns, id, (now) => ({
    status: STATUSES[info.status ?? ''] ?? 'ready',
    updated: info.last_updated_timestamp_ms,
    params: toTags(wire.data?.params ?? []),
    metrics: toMeasures(wire, (run) => toRunId(source.url, run)),
    tags: withImport(now.tags, tags, failure === undefined ? state : ''),
  }));
  if (failure !== undefined) throw new CellarError('registry_refused', failure);
  return before === undefined ? 'made' : 'changed';
}

/**
 * Brings a registered model in, with its versions, their numbers, stages, tags and aliases. Undefined for one that is `ofRunsHere` by no
 * version of it, where that is asked for.
 */
export async function bringRegistered(
  parts: ImportParts,
  wire: WireRegistered,
  { ofRunsHere }: { readonly ofRunsHere: boolean },
): Promise<Outcome | undefined> {
  const { history, registry, actor, source } = parts;
  const { name } = wire;
  if (wire.tags.some(({ key, value }) => key === PROMPT_TAG && value === 'true'))
    throw new CellarError('bad_request', 'it is a prompt, which is not kept here.');
  const versions: WireVersion[] = [];
  for await (const version of source.versions(name)) versions.push(version);
  if (ofRunsHere && !(await isOfRunHere(parts, versions))) return undefined;
  versions.sort((a, b) => Number(a.version) - Number(b.version));
  const state = stateOf({ wire, versions });
  const row = await history.store.catalog.findEntryNamed('registered', name);
  const before = row === undefined ? undefined : await getRegistered(history.store, name);
  if (before !== undefined) checkFrom(before.tags, 'a registered model of this name');
  if (before !== undefined && findTag(before.tags, STATE_TAG) === state) {
    for (const _ of versions) parts.tally.add('versions', 'known');
    return 'known';
  }
  const tags = toTags(wire.tags);
  const { description } = wire;
  if (before === undefined)
    await register(registry, actor, {
      ...{ name, description, tags: [...tags, { name: FROM_TAG, value: source.url }] },
      ...{ created: wire.creation_timestamp, updated: wire.last_updated_timestamp },
    });
  const failed = parts.tally.counts.versions.failed;
  for (const version of versions)
    await bringOne(parts, 'versions', `version ${version.version} of ${name}`, () =>
      bringVersion(parts, name, version),
    );
  const isWhole = parts.tally.counts.versions.failed === failed;
  await restateModel(registry, actor, name, (now) => ({
    description,
    aliases: wire.aliases.map(({ alias, version }) => ({ name: alias, version: Number(version) })),
    tags: withImport(now.tags, tags, isWhole ? state : ''),
    updated: wire.last_updated_timestamp,
  }));
  return before === undefined ? 'made' : 'changed';
}

async function bringVersion(
  { history, registry, actor, source }: ImportParts,
  name: string,
  wire: WireVersion,
): Promise<Outcome> {
  const version = Number(wire.version);
  const { id } = await getRegistered(history.store, name);
  const before = (await listVersions(history.store, { id })).find(
    (each) => each.version === version,
  );
  const words = {
    stage: toStage(wire.current_stage),
    description: wire.description,
    tags: toTags(wire.tags),
    updated: wire.last_updated_timestamp,
  };
  if (before !== undefined) {
    const { stage, description, tags, updated } = before;
    if (stateOf({ stage, description, tags, updated }) === stateOf(words)) return 'known';
    await restateVersion(registry, actor, { name, version }, words);
    return 'changed';
  }
  await addVersion(registry, actor, name, {
    ...words,
    ...{ version, created: wire.creation_timestamp, runLink: wire.run_link },
    run: wire.run_id === '' ? '' : toRunId(source.url, wire.run_id),
    logged: toLogged(wire),
    origin: toOrigin(source.url, wire.source),
  });
  return 'made';
}

async function isOfRunHere(
  { history, source }: ImportParts,
  versions: readonly WireVersion[],
): Promise<boolean> {
  for (const { run_id: run } of versions)
    if (run !== '' && (await history.store.catalog.findRun(toRunId(source.url, run))) !== undefined)
      return true;
  return false;
}

/** The logged model that a version is: 3.x says so, or its source does. */
function toLogged({ model_id: model, source }: WireVersion): string {
  return model === '' ? (/^models:\/(m-[0-9a-f]{32})$/.exec(source)?.[1] ?? '') : model;
}

/** Files of a run or a logged model are found here by its id: those of experiments there have other ids. */
function toOrigin(url: string, source: string): string {
  const model = /^mlflow-artifacts:\/.*\/models\/(m-[0-9a-f]{32})\/artifacts$/.exec(source)?.[1];
  if (model !== undefined) return `models:/${model}`;
  const [, run, path = ''] =
    /^mlflow-artifacts:\/.*\/([A-Za-z0-9][\w-]*)\/artifacts(?:\/(.*))?$/.exec(source) ??
    /^runs:\/([^/]+)(?:\/(.*))?$/.exec(source) ??
    [];
  return run === undefined ? source : `runs:/${toRunId(url, run)}/${path}`;
}

function toStage(text: string): Stage {
  return STAGES.find((each) => each.toLowerCase() === text.toLowerCase()) ?? 'None';
}

function toMeasures({ data }: WireModel, toRun: (run: string) => string): LoggedModel['metrics'] {
  return (data?.metrics ?? []).map((metric) => ({
    ...{ name: metric.key, value: toMetricValue(metric.value) },
    ...{ step: metric.step, time: metric.timestamp },
    run: metric.run_id === '' ? '' : toRun(metric.run_id),
    dataset:
      metric.dataset_name === ''
        ? null
        : { name: metric.dataset_name, digest: metric.dataset_digest },
  }));
}

function toTags(pairs: readonly { readonly key: string; readonly value: string }[]): Tags {
  return pairs.map(({ key, value }) => ({ name: key, value }));
}

/** The tags there, and those of the import; what a person has added here stays. */
function withImport(now: Tags, there: Tags, state: string): Tags {
  const all = [...now, ...there, { name: STATE_TAG, value: state }];
  return [...new Map(all.map((tag) => [tag.name, tag])).values()];
}

function findTag(tags: Tags, wanted: string): string | undefined {
  return tags.find(({ name }) => name === wanted)?.value;
}

function checkFrom(tags: Tags, what: string): void {
  if (findTag(tags, FROM_TAG) === undefined)
    throw new CellarError('conflict', `${what} is here that did not come from there.`);
}
