import { createHash } from 'node:crypto';

import type { VersionFile } from '../../contract/models.js';
import type { Store } from '../store/store.js';
import { findLogged } from '../tracking/models.js';
import { placeOf, type ModelVersion } from './model-versions.js';

/** A source that is a logged model, files of a run, or either by the proxy's name for it. */
const LOGGED = /^models:\/(m-[0-9a-f]{32})$/;
const OF_RUN = /^runs:\/([^/]+)(?:\/(.*))?$/;
const PROXIED = /^mlflow-artifacts:\/+[^/]+\/(models\/)?([^/]+)\/artifacts(?:\/(.*))?$/;

/** The files of a version that are kept here, by name; none of one whose files are elsewhere, or gone. */
export async function findVersionFiles(
  store: Store,
  version: Pick<ModelVersion, 'origin' | 'files'>,
): Promise<readonly VersionFile[]> {
  const place = parsePlace(placeOf(version));
  if (place === undefined) return [];
  const files =
    place.kind === 'model'
      ? ((await findLogged(store, place.id))?.artifacts ?? [])
      : ((await store.catalog.findRun(place.id))?.artifacts ?? []);
  return files
    .flatMap(({ name, sha256, size }) => {
      const within = nameWithin(name, place.path);
      return within === undefined ? [] : [{ name: within, sha256, size }];
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** One hash for all of the files with their names: what a person approves is what it stands for. */
export function hashFiles(files: readonly VersionFile[]): string {
  const lines = files.map(({ name, sha256 }) => `${JSON.stringify(name)} ${sha256}\n`);
  return createHash('sha256').update(lines.join('')).digest('hex');
}

/** Files of a run or of a logged model: all of them (""), or those of one folder or name. */
export interface FilePlace {
  readonly kind: 'run' | 'model';
  readonly id: string;
  readonly path: string;
}

/** Undefined for a place that is not in this store. */
export function parsePlace(place: string): FilePlace | undefined {
  const logged = LOGGED.exec(place)?.[1];
  if (logged !== undefined) return { kind: 'model', id: logged, path: '' };
  const [, run, path = ''] = OF_RUN.exec(place) ?? [];
  if (run !== undefined) return { kind: 'run', id: run, path: path.replace(/\/$/, '') };
  const [, models, id, below = ''] = PROXIED.exec(place) ?? [];
  if (id === undefined) return undefined;
  return { kind: models === undefined ? 'run' : 'model', id, path: below.replace(/\/$/, '') };
}

/** A file's name within a folder, or its last part where the path is the file itself; undefined for one elsewhere. */
function nameWithin(name: string, path: string): string | undefined {
  if (path === '') return name;
  if (name === path) return name.split('/').at(-1) ?? name;
  return name.startsWith(`${path}/`) ? name.slice(path.length + 1) : undefined;
}
