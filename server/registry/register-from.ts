import type { RegisteredAnswer, RegisteredThing } from '../../contract/models.js';
import { CellarError } from '../errors.js';
import type { Store } from '../store/store.js';
import { getRun } from '../tracking/log-run.js';
import { getModel } from '../tracking/models.js';
import { setAliasNow } from './aliases.js';
import { registerNow } from './change-models.js';
import { addVersionNow } from './change-versions.js';
import type { VersionName, VersionStart } from './model-versions.js';
import { checkAlias } from './names.js';
import { findRegistered } from './registered-models.js';
import type { Actor, Registry } from './registry.js';
import { findVersionFiles } from './version-files.js';

/**
 * Registers what a run has made as the next version of a registered model, which is made where there is none of the name. The version
 * stays where its alias is refused. Throws bad_request, not_found.
 */
export async function registerFrom(
  registry: Registry,
  actor: Actor,
  asked: {
    readonly name: string;
    readonly description: string;
    readonly alias: string | undefined;
    readonly of: RegisteredThing;
  },
): Promise<RegisteredAnswer> {
  const { store } = registry.history;
  const { name, description, alias } = asked;
  if (alias !== undefined) checkAlias(alias);
  const start = await toStart(store, asked.of);
  return registry.change(async () => {
    if ((await findRegistered(store, name)) === undefined)
      await registerNow(registry, actor, { name, description: '', tags: [] });
    const { version } = await addVersionNow(registry, actor, name, { ...start, description });
    const refused =
      alias === undefined ? null : await trySetAlias(registry, actor, { name, version }, alias);
    return { name, version, refused };
  });
}

/** Why an alias cannot move yet, in words; null where it has. */
async function trySetAlias(
  registry: Registry,
  actor: Actor,
  name: VersionName,
  alias: string,
): Promise<string | null> {
  try {
    await setAliasNow(registry, actor, name, alias);
    return null;
  } catch (error) {
    if (error instanceof CellarError && error.code === 'approval_needed') return error.message;
    throw error;
  }
}

async function toStart(
  store: Store,
  of: RegisteredThing,
): Promise<Omit<VersionStart, 'description'>> {
  if (of.kind === 'logged') {
    const { id, run } = await getModel(store, of.model);
    return { origin: `models:/${id}`, run, runLink: '', logged: id, tags: [] };
  }
  const { id } = await getRun(store, of.run);
  const origin = `runs:/${id}/${of.path}`;
  if ((await findVersionFiles(store, { origin, files: '' })).length === 0)
    throw new CellarError(
      'not_found',
      `The run ${id} has no file or folder ${JSON.stringify(of.path)}.`,
    );
  return { origin, run: id, runLink: '', logged: '', tags: [] };
}
