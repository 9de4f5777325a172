import type { Stage } from '../../contract/models.js';
import { CellarError } from '../errors.js';
import { changeTags, toMoves } from './change-models.js';
import {
  getVersion,
  listAllVersions,
  listVersions,
  type ModelVersion,
  type VersionName,
  type VersionStart,
} from './model-versions.js';
import { getRegistered } from './registered-models.js';
import type { Actor, Registry, RegistryMove } from './registry.js';

/** Makes the next version of a registered model; durable when it resolves. Throws not_found for a name that nobody registered, conflict for a number that is taken. */
export function addVersion(
  registry: Registry,
  actor: Actor,
  name: string,
  start: VersionStart,
): Promise<ModelVersion> {
  return registry.change(() => addVersionNow(registry, actor, name, start));
}

/** The same for who changes the registry already. */
export async function addVersionNow(
  registry: Registry,
  actor: Actor,
  name: string,
  start: VersionStart,
): Promise<ModelVersion> {
  const { store } = registry.history;
  const model = await getRegistered(store, name);
  const numbers = (await listAllVersions(store, model)).map(({ version }) => version);
  const { version = Math.max(0, ...numbers) + 1 } = start;
  if (numbers.includes(version))
    throw new CellarError(
      'conflict',
      `${JSON.stringify(name)} has, or had, a version ${version} already.`,
    );
  const made: ModelVersion = {
    ...{ created: store.now(), updated: 0, stage: 'None', files: '' },
    ...start,
    ...{ model: model.id, version, deleted: false, by: actor.person, approvals: [], moves: 0 },
  };
  // It has changed, too.
  await registry.keep(actor, {
    model,
    versions: [made],
    asIs: start.updated !== undefined,
    moves: [{ kind: 'version made', version, to: start.origin }],
  });
  return getVersion(store, { name, version });
}

/** Throws not_found. */
export function describeVersion(
  registry: Registry,
  actor: Actor,
  name: VersionName,
  description: string,
): Promise<void> {
  return changeVersion(registry, actor, name, (version) => ({
    version: { ...version, description },
    moves: toMoves('version described', version.description, description),
  }));
}

/** Sets a tag; undefined as its value takes it off. Throws not_found. */
export function tagVersion(
  registry: Registry,
  actor: Actor,
  name: VersionName,
  pair: { readonly name: string; readonly value: string | undefined },
): Promise<void> {
  return changeVersion(registry, actor, name, (version) => {
    const { tags, move } = changeTags(version.tags, pair);
    const kind = move?.kind === 'untagged' ? 'version untagged' : 'version tagged';
    return { version: { ...version, tags }, moves: move === undefined ? [] : [{ ...move, kind }] };
  });
}

/** Moves a version to a stage; with `archives` those that were there are archived by it. Throws not_found. */
export function setStage(
  registry: Registry,
  actor: Actor,
  { name, version }: VersionName,
  { stage, archives }: { readonly stage: Stage; readonly archives: boolean },
): Promise<void> {
  const { store } = registry.history;
  return registry.change(async () => {
    const model = await getRegistered(store, name);
    const one = await getVersion(store, { name, version });
    const others = archives
      ? (await listVersions(store, model)).filter(
          (each) => each.stage === stage && each.version !== version,
        )
      : [];
    await registry.keep(actor, {
      model,
      quiet: true,
      versions: [
        { ...one, stage },
        ...others.map((each) => ({ ...each, stage: 'Archived' as const })),
      ],
      moves: [
        ...toMoves('stage set', one.stage, stage).map((move) => ({ ...move, version })),
        ...others.flatMap((each) =>
          toMoves('stage set', each.stage, 'Archived').map((move) => ({
            ...move,
            version: each.version,
          })),
        ),
      ],
    });
  });
}

/** Deletes a version, and the aliases that stand for it. Throws not_found. */
export function deleteVersion(
  registry: Registry,
  actor: Actor,
  { name, version }: VersionName,
): Promise<void> {
  const { store } = registry.history;
  return registry.change(async () => {
    const model = await getRegistered(store, name);
    const one = await getVersion(store, { name, version });
    const going = model.aliases.filter((alias) => alias.version === version);
    await registry.keep(actor, {
      model: { ...model, aliases: model.aliases.filter((alias) => !going.includes(alias)) },
      versions: [{ ...one, deleted: true }],
      moves: [
        ...going.map((alias) => ({
          ...{ kind: 'alias removed' as const, version, what: alias.name },
          from: String(version),
        })),
        { kind: 'version deleted', version },
      ],
    });
  });
}

/** Changes one version, and tells of it. Throws not_found, and what `by` throws. */
export function changeVersion(
  registry: Registry,
  actor: Actor,
  { name, version }: VersionName,
  by: (version: ModelVersion) => Changing | Promise<Changing>,
): Promise<void> {
  const { store } = registry.history;
  return registry.change(async () => {
    const model = await getRegistered(store, name);
    const changing = await by(await getVersion(store, { name, version }));
    await registry.keep(actor, {
      model,
      quiet: true,
      asIs: changing.asIs === true,
      versions: [changing.version],
      moves: changing.moves.map((move) => ({ ...move, version })),
    });
  });
}

interface Changing {
  readonly version: ModelVersion;
  readonly moves: readonly RegistryMove[];
  /** Its time is that of elsewhere, and stays. */
  readonly asIs?: boolean;
}
