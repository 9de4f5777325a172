import * as z from 'zod';

import { readLink, type KeptLink } from '../external/links.js';
import { toVersion, type ModelVersion } from '../registry/model-versions.js';
import { toRegistered, type RegisteredModel } from '../registry/registered-models.js';
import type { EntryRow, RunRow } from '../store/catalog/rows.js';
import type { Store } from '../store/store.js';
import { toModel, type LoggedModel } from '../tracking/models.js';
import { toEntryId } from './entries.js';
import { readDataset, type LineageDataset } from './dataset.js';
import { RowIndex, type Key } from './row-index.js';
import { findOriginPlace } from './version-place.js';

/** MLflow's tag that names the run that a run is within. */
const PARENT_TAG = 'mlflow.parentRunId';

/** A registered version with what it is named by. */
export interface LinkedVersion {
  /** Of its entry: "MODEL-3". */
  readonly id: string;
  readonly version: ModelVersion;
  /** Undefined where that is not here. */
  readonly registered: RegisteredModel | undefined;
}

/** What leads from anything to the rows that name it; of one moment. */
export interface Links {
  run(id: string): RunRow | undefined;
  runIds(): Iterable<string>;
  runs(): Iterable<RunRow>;
  /** The newest first. */
  runsThatRead(kind: 'dataset' | 'model', id: string): readonly RunRow[];
  runsThatMade(sha256: string): readonly RunRow[];
  runsWithin(run: string): readonly RunRow[];
  runsOf(snapshot: string): readonly RunRow[];
  runsThatLogged(model: string): readonly RunRow[];
  parentOf(run: RunRow): string | undefined;
  model(id: string): LoggedModel | undefined;
  modelIds(): Iterable<string>;
  modelFiles(): Iterable<EntryRow>;
  modelsOf(run: string): readonly string[];
  modelsWith(sha256: string): readonly string[];
  version(id: string): LinkedVersion | undefined;
  /** Deleted ones included, in the order of their last changes. */
  versions(): readonly LinkedVersion[];
  versionsOfRun(run: string): readonly LinkedVersion[];
  versionsOfModel(model: string): readonly LinkedVersion[];
  dataset(id: string): LineageDataset | undefined;
  datasetIds(): Iterable<string>;
  datasetsMadeOf(dataset: string): readonly string[];
  /** Links to registries elsewhere: of a run and its files, of a logged model, of a version, and to an entry; the oldest first. */
  linksOfRun(run: string): readonly KeptLink[];
  linksOfModel(model: string): readonly KeptLink[];
  linksOfVersion(id: string): readonly KeptLink[];
  linksTo(entry: string): readonly KeptLink[];
  entryIds(): Iterable<string>;
}

const modelLinkSchema = z.object({ run: z.string() });

/** Makes links of a store's catalog; what is worked out is kept, and follows it. */
export function createLinks(store: Store): () => Promise<Links> {
  const { catalog } = store;
  const runs: Indexes['runs'] = new RowIndex(keysOfRun);
  const models: Indexes['models'] = new RowIndex(keysOfModel);
  const versions: Indexes['versions'] = new RowIndex(keysOfVersion);
  const datasets: Indexes['datasets'] = new RowIndex(keysOfDataset);
  const registered: Indexes['registered'] = new RowIndex(() => []);
  const elsewhere: Indexes['elsewhere'] = new RowIndex(keysOfLink);
  const links = overIndexes({ runs, models, versions, datasets, registered, elsewhere });
  let seen = -1;
  return async () => {
    const revision = await catalog.revision();
    if (revision === seen) return links;
    const rows = await catalog.runs();
    const [logged, numbered] = [await catalog.entries('models'), await catalog.entries('versions')];
    const [data, named] = [await catalog.entries('datasets'), await catalog.entries('registered')];
    runs.follow(rows);
    models.follow(logged);
    versions.follow(numbered);
    datasets.follow(data);
    registered.follow(named);
    elsewhere.follow(await catalog.entries('links'));
    seen = revision;
    return links;
  };
}

type OfRun = 'dataset' | 'read model' | 'file' | 'model' | 'snapshot' | 'parent';

type OfLink = 'run' | 'model' | 'version' | 'entry';

interface Indexes {
  readonly runs: RowIndex<RunRow, OfRun>;
  readonly models: RowIndex<EntryRow, 'run' | 'file'>;
  readonly versions: RowIndex<EntryRow, 'run' | 'model'>;
  readonly datasets: RowIndex<EntryRow, 'parent'>;
  readonly registered: RowIndex<EntryRow, never>;
  readonly elsewhere: RowIndex<EntryRow, OfLink>;
}

function overIndexes(indexes: Indexes): Links {
  const { runs, models, versions, datasets, registered, elsewhere } = indexes;
  const findLinks = (...key: Key<OfLink>): readonly KeptLink[] =>
    elsewhere
      .get(...key)
      .map(readLink)
      .sort((a, b) => (a.id < b.id ? -1 : 1));
  const findRuns = (...key: Key<OfRun>): readonly RunRow[] => newestFirst(runs.get(...key));
  const toLinked = (row: EntryRow): LinkedVersion => {
    const version = toVersion(row);
    const model = registered.find(`registered/${version.model}`);
    return {
      id: ownId(row),
      version,
      registered: model === undefined ? undefined : toRegistered(model),
    };
  };
  const findVersions = (...key: Key<'run' | 'model'>): readonly LinkedVersion[] =>
    newestFirst(versions.get(...key)).map(toLinked);
  return {
    run: (id) => runs.find(id),
    runIds: () => runs.ids(),
    runs: () => runs.all(),
    runsThatRead: (kind, id) => findRuns(kind === 'model' ? 'read model' : kind, id),
    runsThatMade: (sha256) => findRuns('file', sha256),
    runsWithin: (run) => findRuns('parent', run),
    runsOf: (snapshot) => findRuns('snapshot', snapshot),
    runsThatLogged: (model) => findRuns('model', model),
    parentOf,
    model: (id) => optional(models.find(`models/${id}`), toModel),
    modelIds: () => mapIds(models.ids()),
    modelFiles: () => models.all(),
    modelsOf: (run) => models.get('run', run).map(ownId),
    modelsWith: (sha256) => models.get('file', sha256).map(ownId),
    version: (id) => optional(versions.find(`versions/${id}`), toLinked),
    versions: () => [...versions.all()].map(toLinked),
    versionsOfRun: (run) => findVersions('run', run),
    versionsOfModel: (model) => findVersions('model', model),
    dataset: (id) => optional(datasets.find(`datasets/${id}`), readDataset),
    datasetIds: () => mapIds(datasets.ids()),
    datasetsMadeOf: (dataset) => datasets.get('parent', dataset).map(ownId),
    linksOfRun: (run) => findLinks('run', run),
    linksOfModel: (model) => findLinks('model', model),
    linksOfVersion: (id) => findLinks('version', id),
    linksTo: (entry) => findLinks('entry', entry),
    entryIds: () => elsewhere.keys('entry'),
  };
}

/** Most lists are of one or none, and a walk asks for tens of thousands. */
function newestFirst<Row extends { readonly number: number }>(
  rows: readonly Row[],
): readonly Row[] {
  return rows.length < 2 ? rows : [...rows].sort((a, b) => b.number - a.number);
}

function optional<From, To>(value: From | undefined, map: (value: From) => To): To | undefined {
  return value === undefined ? undefined : map(value);
}

function* mapIds(ids: Iterable<string>): Iterable<string> {
  for (const id of ids) yield id.slice(id.indexOf('/') + 1);
}

function ownId({ id, kind }: EntryRow): string {
  return id.slice(kind.length + 1);
}

function parentOf({ tags }: RunRow): string | undefined {
  return Object.hasOwn(tags, PARENT_TAG) ? tags[PARENT_TAG] : undefined;
}

function* keysOfRun(row: RunRow): Iterable<Key<OfRun>> {
  for (const { kind, id } of row.inputs) yield [kind === 'model' ? 'read model' : kind, id];
  for (const { sha256 } of row.artifacts) yield ['file', sha256];
  for (const { model } of row.outputs) yield ['model', model];
  if (row.snapshot !== null) yield ['snapshot', row.snapshot];
  const parent = parentOf(row);
  if (parent !== undefined) yield ['parent', parent];
}

function* keysOfModel(row: EntryRow): Iterable<Key<'run' | 'file'>> {
  const { run } = modelLinkSchema.parse(row.data);
  if (run !== '') yield ['run', run];
  for (const { sha256 } of row.artifacts) yield ['file', sha256];
}

/** A version is of the logged model that it names; else of the run whose files it is. */
function* keysOfVersion(row: EntryRow): Iterable<Key<'run' | 'model'>> {
  const version = toVersion(row);
  const run = findOriginPlace(version)?.run;
  if (version.logged !== '') yield ['model', version.logged];
  else if (run !== undefined) yield ['run', run];
}

/** Of a link that was not taken away, and leads to something that is there. */
function* keysOfLink(row: EntryRow): Iterable<Key<OfLink>> {
  const link = readLink(row);
  if (link.deleted || link.state !== 'linked') return;
  const { of } = link;
  yield ['entry', toEntryId(link)];
  if (of.kind === 'run') yield ['run', of.run];
  else if (of.kind === 'model') yield ['model', of.model];
  else yield ['version', `${of.model}-${of.version}`];
}

function* keysOfDataset(row: EntryRow): Iterable<Key<'parent'>> {
  const { parent } = readDataset(row);
  if (parent !== undefined) yield ['parent', parent];
}
