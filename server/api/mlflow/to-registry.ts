import type { ModelVersion } from '../../registry/model-versions.js';
import type { RegisteredModel } from '../../registry/registered-models.js';

/** A version as MLflow tells it. */
export function toVersion(model: RegisteredModel, version: ModelVersion): object {
  const aliases = model.aliases.flatMap(({ name, version: number }) =>
    number === version.version ? [name] : [],
  );
  return {
    name: model.name,
    version: String(version.version),
    creation_timestamp: version.created,
    last_updated_timestamp: version.updated,
    current_stage: version.stage,
    description: version.description,
    source: version.origin,
    run_id: version.run,
    run_link: version.runLink,
    ...(version.logged === '' ? {} : { model_id: version.logged }),
    status: 'READY',
    tags: version.tags.map(({ name, value }) => ({ key: name, value })),
    aliases,
  };
}

/** A registered model as MLflow tells it, with the newest of its versions in each stage. */
export function toRegistered(model: RegisteredModel, versions: readonly ModelVersion[]): object {
  return {
    name: model.name,
    creation_timestamp: model.created,
    last_updated_timestamp: model.updated,
    description: model.description,
    latest_versions: listLatest(versions).map((version) => toVersion(model, version)),
    tags: model.tags.map(({ name, value }) => ({ key: name, value })),
    aliases: model.aliases.map(({ name, version }) => ({ alias: name, version: String(version) })),
  };
}

/** The newest version of each stage, of versions that come by number. */
export function listLatest(versions: readonly ModelVersion[]): readonly ModelVersion[] {
  return [...new Map(versions.map((version) => [version.stage, version])).values()];
}
