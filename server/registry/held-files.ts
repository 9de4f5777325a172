import { CellarError } from '../errors.js';
import type { Store } from '../store/store.js';
import { findLogged } from '../tracking/models.js';
import { isWithin } from '../tracking/run-files.js';
import { asksFor } from './approvals.js';
import { getVersion, groupVersions, placeOf } from './model-versions.js';
import { listRegistered, type RegisteredModel } from './registered-models.js';
import type { Registry } from './registry.js';
import { parsePlace, type FilePlace } from './version-files.js';

/** A file that comes in anew; `sha256` undefined: what is there of this name, a file or a folder, goes. */
export interface FileChange extends FilePlace {
  readonly sha256: string | undefined;
}

/**
 * Changes files that versions may be of. An alias that asks for approval stands for files as they were approved: as long as it does, they
 * are not replaced, added to or deleted. Throws forbidden for that, and what `work` throws.
 */
export async function changeFiles<Result>(
  registry: Registry,
  change: FileChange,
  work: () => Promise<Result>,
): Promise<Result> {
  const { store } = registry.history;
  // Most files are of nothing that asks for approval, and wait for nobody.
  if (!(await isRuled(store, change))) return work();
  return registry.change(async () => {
    await checkUnheld(store, change);
    return work();
  });
}

/** Why a file is to stay as it is, in words for a person; undefined where it may change. */
export async function whyHeld(store: Store, change: FileChange): Promise<string | undefined> {
  if (!(await isRuled(store, change))) return undefined;
  try {
    await checkUnheld(store, change);
    return undefined;
  } catch (error) {
    if (error instanceof CellarError && error.code === 'forbidden') return error.message;
    throw error;
  }
}

async function isRuled(store: Store, change: FileChange): Promise<boolean> {
  const ruled = (await listRegistered(store)).filter(({ rule }) => rule !== null);
  if (ruled.length === 0) return false;
  const versions = await groupVersions(store);
  return ruled.some(({ id }) =>
    (versions.get(id) ?? []).some((version) => isOf(change, placeOf(version))),
  );
}

async function checkUnheld(store: Store, change: FileChange): Promise<void> {
  for (const { name, rule, aliases } of await listRegistered(store))
    for (const { name: alias, version: number } of rule === null ? [] : aliases) {
      if (rule === null || !asksFor(rule, alias)) continue;
      const version = await getVersion(store, { name, version: number });
      if (!isOf(change, placeOf(version)) || (await isThere(store, change))) continue;
      throw toHeld(change, name, { name: alias, version: number });
    }
}

function toHeld(
  { path }: FileChange,
  model: string,
  { name: alias, version }: RegisteredModel['aliases'][number],
): CellarError {
  return new CellarError(
    'forbidden',
    `The file ${JSON.stringify(path)} is part of ${JSON.stringify(model)} version ${version}, which was approved as ${JSON.stringify(alias)}: it stays as it is while the alias stands for it. Log another run and register that, or take the alias off.`,
  );
}

/** Whether a change is to the files at the place of a version. */
function isOf({ kind, id, path }: FileChange, place: string): boolean {
  const files = parsePlace(place);
  if (files?.kind !== kind || files.id !== id) return false;
  const within = (name: string, folder: string): boolean =>
    folder === '' || isWithin({ name, sha256: '', size: 0 }, folder);
  return within(path, files.path) || within(files.path, path);
}

/** Whether it is no change: the same bytes under the same name. */
async function isThere(store: Store, { kind, id, path, sha256 }: FileChange): Promise<boolean> {
  const files =
    kind === 'run'
      ? (await store.catalog.findRun(id))?.artifacts
      : (await findLogged(store, id))?.artifacts;
  return files?.some((file) => file.name === path && file.sha256 === sha256) === true;
}
