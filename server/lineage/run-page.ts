import { originWords } from '../../contract/origin.js';
import type { RunPage } from '../../contract/run.js';
import { CellarError } from '../errors.js';
import type { RunRow, SnapshotRow } from '../store/catalog/rows.js';
import { findDoubts } from '../tracking/doubts.js';
import { readRanOn } from '../tracking/environments.js';
import { findExperiment } from '../tracking/experiments.js';
import { toRunFiles } from '../tracking/snapshots.js';
import type { Pool } from '../work/pool.js';
import type { KnownFile } from './files.js';
import { PLAIN } from './lineage.js';
import type { LinkedVersion } from './links.js';
import { modelsOf, roleOf, type Surroundings } from './neighbours.js';
import { originOfRun } from './origin.js';
import { readRanCells } from './ran-cells.js';

/** Files that say which packages there were, as mlflow and others name them. */
const PACKAGES =
  /(^|\/)(requirements\.txt|conda\.ya?ml|python_env\.ya?ml|environment\.(json|ya?ml))$/;

/** All that is known of a run. Throws not_found. */
export async function readRunPage(around: Surroundings, pool: Pool, id: string): Promise<RunPage> {
  const { store, links } = around;
  const row = await store.catalog.findRun(id);
  if (row === undefined)
    throw new CellarError('not_found', `There is no run ${JSON.stringify(id)}.`);
  const origin = await originOfRun(around, toSubject(row), row);
  const version =
    row.snapshot === null ? undefined : await store.catalog.findSnapshot(row.snapshot);
  const artifacts = [...(await toRunFiles(store, row))];
  const models = readModels(around, row);
  const files = [...artifacts, ...models.flatMap((model) => model.files)];
  const { id: environment, ranOn } = await readRanOn(store, row);
  const doubts = [...(await findDoubts(store, row))];
  const { cells, language } = await readRanCells({ ...around, pool }, row);
  const { name, status, snapshot, notebook, start, end, user, deleted } = row;
  return {
    ...{ id, name, status, snapshot, notebook, start, end, user, deleted },
    ...{ origin, words: originWords(origin, PLAIN) },
    ...{ traces: [...row.traces], doubts },
    warnings: doubts.map(({ code, message }) => ({ code, message })),
    metrics: { ...row.metrics },
    params: { ...row.params },
    tags: { ...row.tags },
    inputs: row.inputs.map(({ tags, ...input }) => ({ ...input, tags: [...tags] })),
    ...{ environment, ranOn },
    experiment: {
      id: row.experiment,
      name: (await findExperiment(store, row.experiment))?.name ?? '',
    },
    data: readData(around, row),
    artifacts,
    models,
    versions: links.versionsOfRun(id).flatMap(toVersionName),
    version: version === undefined ? null : await toVersion(around, version),
    kernel: version?.kernel ?? null,
    packages: unique(files.filter((file) => PACKAGES.test(file.name)).map(toFile)),
    cells: [...cells],
    language,
  };
}

function toSubject({ name, id }: RunRow): string {
  return name === '' ? `Run ${id.slice(0, 8)}` : `Run ${name}`;
}

function readData({ links }: Surroundings, { inputs }: RunRow): RunPage['data'] {
  return inputs.flatMap((input) => {
    const found = input.kind === 'dataset' ? links.dataset(input.id) : undefined;
    if (found === undefined) return [];
    const { name, digest, sourceType, origin, rows, columns } = found;
    const role = roleOf(input);
    return [
      {
        ...{ id: input.id, name, digest, sourceType, origin },
        ...(rows === undefined ? {} : { rows }),
        ...(columns === undefined ? {} : { columns }),
        ...(role === undefined ? {} : { role }),
      },
    ];
  });
}

function readModels({ links }: Surroundings, run: RunRow): RunPage['models'] {
  return modelsOf(links, run).flatMap((model) => {
    const found = links.model(model);
    if (found === undefined || found.deleted) return [];
    return [
      {
        ...{ id: model, name: found.name, modelType: found.modelType },
        files: found.artifacts.map(toFile),
        versions: links.versionsOfModel(model).flatMap(toVersionName),
      },
    ];
  });
}

/** None for one that was deleted. */
function toVersionName({
  version,
  registered,
}: LinkedVersion): { readonly name: string; readonly version: number }[] {
  if (version.deleted || registered === undefined || registered.deleted) return [];
  return [{ name: registered.name, version: version.version }];
}

async function toVersion(
  { store }: Surroundings,
  row: SnapshotRow,
): Promise<NonNullable<RunPage['version']>> {
  const { id, notebook, path, time, message, trigger, clean } = row;
  const history = await store.catalog.history(notebook);
  const at = history.findIndex((each) => each.id === id);
  const before = at > 0 ? (history[at - 1]?.id ?? null) : null;
  return { id, notebook, path, time, message, trigger, clean, before };
}

function toFile({ name, sha256, size }: KnownFile): {
  name: string;
  sha256: string;
  size: number;
} {
  return { name, sha256, size };
}

/** Each name once. */
function unique<File extends KnownFile>(files: readonly File[]): File[] {
  return [...new Map(files.map((file) => [`${file.name} ${file.sha256}`, file])).values()];
}
