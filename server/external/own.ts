import type { Linked } from '../../contract/external.js';
import { CellarError } from '../errors.js';
import { getVersion, placeOf, toVersion, type ModelVersion } from '../registry/model-versions.js';
import { getRegistered } from '../registry/registered-models.js';
import type { RunRow } from '../store/catalog/rows.js';
import type { Store } from '../store/store.js';
import { getRun } from '../tracking/log-run.js';
import { getModel, toModel } from '../tracking/models.js';
import { isWithin } from '../tracking/run-files.js';
import type { Own } from './links.js';
import type { SentFile, Tag } from './registry.js';

/** The folder that the files of a model are put in. */
const MODEL_FOLDER = 'model';

/** What of ours is meant, by ids that stay. Throws not_found for what is not here. */
export async function toOwn(store: Store, of: Linked): Promise<Own> {
  switch (of.kind) {
    case 'run': {
      const run = await getRun(store, of.run);
      const path = of.path.replace(/^\/+|\/+$/g, '');
      if (path === '' || run.artifacts.some((file) => isWithin(file, path)))
        return { kind: 'run', run: run.id, path };
      throw new CellarError(
        'not_found',
        `The run ${of.run} has no file and no folder ${JSON.stringify(path)}.`,
      );
    }
    case 'model':
      return { kind: 'model', model: (await getModel(store, of.model)).id };
    case 'version': {
      const { version, model } = await getVersion(store, of);
      return { kind: 'version', model, version };
    }
  }
}

/** As people name it: the inverse of toOwn. */
export async function toLinked(store: Store, of: Own): Promise<Linked> {
  if (of.kind !== 'version') return of;
  const row = await store.catalog.findEntry(`registered/${of.model}`);
  // One that was deleted has no name any more.
  return { kind: 'version', name: row?.name ?? of.model, version: of.version };
}

/** The run that it is of; empty where none is known. */
export async function runOf(store: Store, of: Own): Promise<string> {
  switch (of.kind) {
    case 'run':
      return of.run;
    case 'model': {
      const row = await store.catalog.findEntry(`models/${of.model}`);
      return row === undefined ? '' : toModel(row).run;
    }
    case 'version': {
      const row = await store.catalog.findEntry(`versions/${of.model}-${of.version}`);
      if (row === undefined) return '';
      const { run, logged } = toVersion(row);
      return run === '' && logged !== '' ? runOf(store, { kind: 'model', model: logged }) : run;
    }
  }
}

/** The files that are meant, and the run that made them. */
export interface OwnFiles {
  readonly files: readonly SentFile[];
  /** Undefined where none is known. */
  readonly run: RunRow | undefined;
}

/** Throws not_found, and bad_request where there are no files here. */
export async function findOwnFiles(store: Store, of: Own): Promise<OwnFiles> {
  const found = await findFiles(store, of);
  if (found.files.length > 0) return found;
  throw new CellarError(
    'bad_request',
    'There are no files to register: the run has none, or they are not there any more.',
  );
}

async function findFiles(store: Store, of: Own): Promise<OwnFiles> {
  switch (of.kind) {
    case 'run': {
      const run = await getRun(store, of.run);
      return { files: filesOfRun(store, run, of.path), run };
    }
    case 'model': {
      const model = await getModel(store, of.model);
      const run = model.run === '' ? undefined : await store.catalog.findRun(model.run);
      return {
        files: model.artifacts.map((file) =>
          toSent(store, { ...file, name: `${MODEL_FOLDER}/${file.name}` }),
        ),
        run,
      };
    }
    case 'version': {
      const version = await findVersion(store, of);
      const { files } = await findFiles(store, whereFilesAre(version));
      return {
        files,
        run: version.run === '' ? undefined : await store.catalog.findRun(version.run),
      };
    }
  }
}

async function findVersion(
  store: Store,
  { model, version }: Extract<Own, { kind: 'version' }>,
): Promise<ModelVersion> {
  const row = await store.catalog.findEntry(`registered/${model}`);
  const { name } = await getRegistered(store, row?.name ?? '');
  return getVersion(store, { name, version });
}

/** Where the files of a version of ours are, as whoever registered it said. Throws bad_request for a place that is not here. */
function whereFilesAre(version: ModelVersion): Exclude<Own, { kind: 'version' }> {
  if (version.logged !== '') return { kind: 'model', model: version.logged };
  const origin = placeOf(version);
  const [, run, path = ''] =
    /^runs:\/([^/]+)(?:\/(.*))?$/.exec(origin) ??
    /^mlflow-artifacts:\/+[^/]+\/([0-9a-f]{32})\/artifacts(?:\/(.*))?$/.exec(origin) ??
    [];
  if (run !== undefined) return { kind: 'run', run, path };
  const model = /^mlflow-artifacts:\/+[^/]+\/models\/([^/]+)\/artifacts/.exec(origin)?.[1];
  if (model !== undefined) return { kind: 'model', model };
  throw new CellarError(
    'bad_request',
    `The files of this version are at ${origin}, not in this store: they cannot be sent from here. Link the version instead.`,
  );
}

function filesOfRun(store: Store, run: RunRow, path: string): readonly SentFile[] {
  const cut = path.lastIndexOf('/') + 1;
  return run.artifacts
    .filter((file) => path === '' || isWithin(file, path))
    .map((file) => toSent(store, { ...file, name: file.name.slice(cut) }));
}

function toSent(
  store: Store,
  { name, size, sha256 }: { readonly name: string; readonly size: number; readonly sha256: string },
): SentFile {
  return { name, size, read: (range) => store.artifacts.read(sha256, range) };
}

/** What a run came from, for people and for machines. */
export interface Provenance {
  readonly tags: readonly Tag[];
  /** "Made by train.ipynb, version 01…, run …", with the permalink where this server can be reached. */
  readonly words: string;
}

/** `base` is where others reach this server; undefined where they cannot. */
export async function findProvenance(
  store: Store,
  run: RunRow | undefined,
  base: string | undefined,
): Promise<Provenance> {
  if (run === undefined) return { tags: [], words: 'Registered from Cellar.' };
  const snapshot =
    run.snapshot === null ? undefined : await store.catalog.findSnapshot(run.snapshot);
  const cells = run.cells.length > 0 ? run.cells.join(',') : (run.tags['cellar.cell'] ?? '');
  const path = snapshot?.path ?? run.tags['cellar.notebook.hint'] ?? '';
  const tags = [
    { name: 'cellar.snapshot', value: run.snapshot ?? '' },
    { name: 'cellar.notebook', value: path },
    { name: 'cellar.cell', value: cells },
    { name: 'cellar.run', value: run.id },
  ].filter(({ value }) => value !== '');
  const version = snapshot === undefined ? '' : `, version ${snapshot.id}`;
  const made = path === '' ? `run ${run.id}` : `${path}${version}, run ${run.id}`;
  const link = base === undefined ? '' : `\n${toPermalink(base, snapshot)}`;
  return { tags, words: `Made by ${made} in Cellar.${link}` };
}

/** The page that shows a version: what changed in it, or where it is the first, its notebook. */
function toPermalink(
  base: string,
  snapshot:
    { readonly id: string; readonly notebook: string; readonly parent: string | null } | undefined,
): string {
  const page = base.replace(/\/+$/, '');
  if (snapshot === undefined) return `${page}/`;
  if (snapshot.parent === null) return `${page}/#/notebook/${snapshot.notebook}`;
  return `${page}/#/diff/${snapshot.parent}/${snapshot.id}`;
}
