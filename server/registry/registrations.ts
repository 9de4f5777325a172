import type { Registrations } from '../../contract/models.js';
import type { Store } from '../store/store.js';
import { groupVersions } from './model-versions.js';
import { listRegistered } from './registered-models.js';
import { findVersionFiles } from './version-files.js';

/** What is registered, newest versions first, for views that start from runs and files. */
export async function listRegistrations(store: Store): Promise<Registrations> {
  const versions = await groupVersions(store);
  const models = await listRegistered(store);
  const registrations: Registrations['registrations'] = [];
  for (const model of models)
    for (const version of (versions.get(model.id) ?? []).toReversed())
      registrations.push({
        name: model.name,
        version: version.version,
        aliases: model.aliases.flatMap((each) =>
          each.version === version.version ? [each.name] : [],
        ),
        run: version.run,
        files: (await findVersionFiles(store, version)).map(({ sha256 }) => sha256),
      });
  return { names: models.map(({ name }) => name), registrations };
}
