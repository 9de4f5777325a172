import type { Registrations } from '../../contract/models.js';
import { findPurged } from '../history/purged-files.js';
import type { RunRow } from '../store/catalog/rows.js';
import type { Store } from '../store/store.js';
import { findLogged } from '../tracking/models.js';
import { groupVersions } from './model-versions.js';
import { listRegistered } from './registered-models.js';
import { findVersionFiles } from './version-files.js';

/** What is registered, newest versions first, for views that start from runs and files; and what of these runs can be. */
export async function listRegistrations(
  store: Store,
  runs: readonly string[],
): Promise<Omit<Registrations, 'mayRegister'>> {
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
  const candidates = [...(await store.catalog.runsById(runs)).values()].map((run) =>
    listCandidates(store, run),
  );
  return {
    names: models.map(({ name }) => name),
    registrations,
    candidates: (await Promise.all(candidates)).flat(),
  };
}

/** The models that a run has logged, then its own files. */
async function listCandidates(store: Store, run: RunRow): Promise<Registrations['candidates']> {
  const candidates: Registrations['candidates'] = [];
  for (const { model } of run.outputs) {
    const logged = await findLogged(store, model);
    if (logged === undefined) continue;
    const size = logged.artifacts.reduce((sum, file) => sum + file.size, 0);
    const of = { kind: 'logged' as const, model };
    candidates.push({ of, name: logged.name, run: run.id, size });
  }
  const purged = await findPurged(
    store,
    run.artifacts.map(({ sha256 }) => sha256),
  );
  for (const { name, sha256, size } of run.artifacts) {
    if (purged.has(sha256)) continue;
    candidates.push({
      of: { kind: 'artifact' as const, run: run.id, path: name },
      ...{ name, run: run.id, size },
    });
  }
  return candidates;
}
