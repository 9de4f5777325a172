import { CellarError } from '../errors.js';
import { asksFor, checkApproved } from './approvals.js';
import { toMoves, toTagMoves } from './change-models.js';
import { changeVersion } from './change-versions.js';
import { getVersion, type ModelVersion, type VersionName } from './model-versions.js';
import { getRegistered, type RegisteredModel } from './registered-models.js';
import type { Actor, Registry, RegistryMove } from './registry.js';

type Aliases = RegisteredModel['aliases'];

/**
 * Puts a registered model to what it is elsewhere. An alias that asks for approvals here stays where it is until the version that it
 * stands for there has them. Throws not_found.
 */
export function restateModel(
  registry: Registry,
  actor: Actor,
  name: string,
  by: (
    now: RegisteredModel,
  ) => Pick<RegisteredModel, 'description' | 'aliases' | 'tags' | 'updated'>,
): Promise<void> {
  return registry.change(async () => {
    const model = await getRegistered(registry.history.store, name);
    const wanted = by(model);
    const aliases = await keepUnapproved(registry, model, wanted.aliases);
    await registry.keep(actor, {
      model: { ...model, ...wanted, aliases },
      asIs: true,
      moves: [
        ...toMoves('described', model.description, wanted.description),
        ...toTagMoves(model.tags, wanted.tags),
        ...toAliasMoves(model.aliases, aliases),
      ],
    });
  });
}

/** The same for a version of one. */
export function restateVersion(
  registry: Registry,
  actor: Actor,
  name: VersionName,
  words: Pick<ModelVersion, 'stage' | 'description' | 'tags' | 'updated'>,
): Promise<void> {
  return changeVersion(registry, actor, name, (version) => ({
    version: { ...version, ...words },
    asIs: true,
    moves: [
      ...toMoves('stage set', version.stage, words.stage),
      ...toMoves('version described', version.description, words.description),
      ...toTagMoves(version.tags, words.tags).map((move) => ({
        ...move,
        kind: move.kind === 'tagged' ? ('version tagged' as const) : ('version untagged' as const),
      })),
    ],
  }));
}

async function keepUnapproved(
  registry: Registry,
  model: RegisteredModel,
  wanted: Aliases,
): Promise<Aliases> {
  const kept: Aliases = [];
  for (const alias of wanted) {
    const before = model.aliases.find(({ name }) => name === alias.name);
    if (before?.version === alias.version || (await isApproved(registry, model, alias)))
      kept.push(alias);
    else if (before !== undefined) kept.push(before);
  }
  return kept;
}

async function isApproved(
  registry: Registry,
  model: RegisteredModel,
  { name: alias, version }: Aliases[number],
): Promise<boolean> {
  if (model.rule === null || !asksFor(model.rule, alias)) return true;
  try {
    const found = await getVersion(registry.history.store, { name: model.name, version });
    await checkApproved(registry, model, found, alias);
    return true;
  } catch (error) {
    if (error instanceof CellarError && ['approval_needed', 'not_found'].includes(error.code))
      return false;
    throw error;
  }
}

function toAliasMoves(before: Aliases, after: Aliases): readonly RegistryMove[] {
  const set = after.flatMap(({ name, version }): RegistryMove[] => {
    const old = before.find((alias) => alias.name === name);
    if (old?.version === version) return [];
    const from = old === undefined ? {} : { from: String(old.version) };
    return [{ kind: 'alias set', version, what: name, ...from, to: String(version) }];
  });
  const gone = before.filter(({ name }) => !after.some((alias) => alias.name === name));
  return [
    ...set,
    ...gone.map(({ name, version }): RegistryMove => ({
      ...{ kind: 'alias removed', version, what: name, from: String(version) },
    })),
  ];
}
