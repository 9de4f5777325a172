import type {
  ModelRow,
  RegisteredModelPage,
  TrailEntry,
  VersionData,
  VersionPage,
  VersionRow,
} from '../../contract/models.js';
import { MOVE_KINDS } from '../../contract/models.js';
import { readTrail, type TrailRecord } from '../history/trail.js';
import { unpackExecutions } from '../store/catalog/executions.js';
import type { RunRow, SnapshotRow } from '../store/catalog/rows.js';
import type { Store } from '../store/store.js';
import { readRanOn } from '../tracking/environments.js';
import { findDatasets, type Dataset } from '../tracking/datasets.js';
import { findLogged, type LoggedModel } from '../tracking/models.js';
import { findStanding } from './approvals.js';
import { listVersions, type ModelVersion } from './model-versions.js';
import type { RegisteredModel } from './registered-models.js';
import type { Actor } from './registry.js';
import { findVersionFiles } from './version-files.js';
import { findWarnings } from './version-warnings.js';

/** A version with what it is made of, as far as that is kept here. */
export interface VersionFacts {
  readonly model: RegisteredModel;
  readonly version: ModelVersion;
  readonly run: RunRow | undefined;
  readonly logged: LoggedModel | undefined;
  readonly snapshot: SnapshotRow | undefined;
  readonly files: VersionPage['files'];
}

export async function readFacts(
  store: Store,
  model: RegisteredModel,
  version: ModelVersion,
): Promise<VersionFacts> {
  const run = version.run === '' ? undefined : await store.catalog.findRun(version.run);
  const claimed = run?.snapshot ?? null;
  return {
    ...{ model, version, run },
    logged: version.logged === '' ? undefined : await findLogged(store, version.logged),
    snapshot: claimed === null ? undefined : await store.catalog.findSnapshot(claimed),
    files: [...(await findVersionFiles(store, version))],
  };
}

/** The last value of each metric: what the run logged, and over it what was measured of the model itself. */
export function metricsOf({ run, logged }: VersionFacts): VersionRow['metrics'] {
  const own = Object.entries(run?.metrics ?? {}).map(([name, { value }]) => [name, value] as const);
  const measured = (logged?.metrics ?? []).map(({ name, value }) => [name, value] as const);
  return Object.fromEntries([...own, ...measured]);
}

/** Params of the run, and over them those of the logged model. */
export function paramsOf({ run, logged }: VersionFacts): VersionPage['params'] {
  const own = (logged?.params ?? []).map(({ name, value }) => [name, value] as const);
  return Object.fromEntries([...Object.entries(run?.params ?? {}), ...own]);
}

/** A version as lists show it. */
export function toVersionRow(facts: VersionFacts): VersionRow {
  const { model, version, snapshot, files } = facts;
  return {
    version: version.version,
    stage: version.stage,
    aliases: model.aliases.flatMap((each) => (each.version === version.version ? [each.name] : [])),
    description: version.description,
    tags: version.tags,
    created: version.created,
    updated: version.updated,
    by: version.by,
    metrics: metricsOf(facts),
    run: version.run,
    snapshot: snapshot === undefined ? null : toPlace(snapshot),
    size: files.length === 0 ? null : files.reduce((sum, { size }) => sum + size, 0),
    approved: version.approvals.length,
  };
}

function toPlace(row: SnapshotRow): VersionRow['snapshot'] {
  const { id, notebook, parent, path, time, clean, trigger } = row;
  return { id, notebook, parent, path, time, clean, trigger };
}

/** A registered model as a list shows it, with its versions by number. */
export async function toModelRow(
  store: Store,
  model: RegisteredModel,
  versions: readonly ModelVersion[],
): Promise<ModelRow> {
  const { name, description, tags, aliases, created, updated, rule } = model;
  const newest = versions.at(-1);
  return {
    ...{ name, description, tags, aliases, created, updated, rule },
    versions: versions.length,
    newest: newest === undefined ? null : toVersionRow(await readFacts(store, model, newest)),
  };
}

/** A registered model with all of its versions, newest first. */
export async function toModelPage(
  store: Store,
  model: RegisteredModel,
  actor: Actor,
): Promise<RegisteredModelPage> {
  const versions = await listVersions(store, model);
  const rows: VersionRow[] = [];
  for (const version of versions.toReversed())
    rows.push(toVersionRow(await readFacts(store, model, version)));
  return { ...(await toModelRow(store, model, versions)), rows, mayChange: mayChange(actor) };
}

/** Everything that the page of a version shows. */
export async function toVersionPage(
  store: Store,
  facts: VersionFacts,
  actor: Actor,
): Promise<VersionPage> {
  const { model, version, run, files } = facts;
  const standing = await findStanding(store, model, version, actor);
  return {
    ...toVersionRow(facts),
    name: model.name,
    origin: version.origin,
    logged: version.logged,
    params: paramsOf(facts),
    data: await readData(store, run),
    files,
    ranOn: run === undefined ? null : (await readRanOn(store, run)).ranOn,
    cells: toCells(facts),
    runName: run?.name ?? '',
    rule: model.rule,
    standing,
    mayChange: mayChange(actor),
    warnings: await findWarnings(store, facts, standing),
    trail: await readMoves(store, model, version.version),
  };
}

/** What befell a registered model, or one of its versions; oldest first. */
export async function readMoves(
  store: Store,
  { id }: RegisteredModel,
  version?: number,
): Promise<TrailEntry[]> {
  return (await readTrail(store, id, version)).map(toMove);
}

function toMove({ order, moment, type, part, grant, said, sha256 }: TrailRecord): TrailEntry {
  const { who = '', name = '', what = null, from = null, to = null, comment = null } = said;
  const kind = MOVE_KINDS.find((each) => each === type);
  if (kind === undefined) throw new RangeError(`the trail has an unknown move ${type}`);
  return {
    ...{ order, time: moment, kind, version: part, who, grant },
    ...{ name, what, from, to, comment, sha256 },
  };
}

function toCells({ run, snapshot }: VersionFacts): VersionPage['cells'] {
  const executed = snapshot === undefined ? [] : unpackExecutions(snapshot.executions);
  return (run?.cells ?? []).map((id) => {
    const index = executed.find(({ cell }) => cell === id)?.index ?? -1;
    return { id, index: index < 0 ? null : index };
  });
}

/** The data that a run has read. */
export async function readData(store: Store, run: RunRow | undefined): Promise<VersionData[]> {
  const read = (run?.inputs ?? []).filter(({ kind }) => kind === 'dataset');
  const datasets = await findDatasets(
    store,
    read.map(({ id }) => id),
  );
  return read.flatMap(({ id, tags }) => {
    const found = datasets.get(id);
    if (found === undefined) return [];
    const context = tags.find(({ name }) => name === 'mlflow.data.context')?.value ?? '';
    return [{ name: found.name, digest: found.digest, rows: countRows(found), context }];
  });
}

/** Clients describe data in JSON of their own. */
function countRows({ profile, described }: Dataset): number | null {
  if (typeof described?.rows === 'number') return described.rows;
  try {
    const found = JSON.parse(profile) as unknown;
    if (typeof found !== 'object' || found === null) return null;
    const rows = 'num_rows' in found ? found.num_rows : undefined;
    return typeof rows === 'number' ? rows : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

function mayChange({ grant }: Actor): boolean {
  return grant === 'owner';
}
