import { checkApproved } from './approvals.js';
import { getVersion, type VersionName } from './model-versions.js';
import { checkAlias } from './names.js';
import { getRegistered } from './registered-models.js';
import type { Actor, Registry } from './registry.js';

/** Moves an alias to a version. Throws bad_request, not_found, and approval_needed where its approvals are missing. */
export async function setAlias(
  registry: Registry,
  actor: Actor,
  { name, version }: VersionName,
  alias: string,
): Promise<void> {
  checkAlias(alias);
  await registry.change(() => setAliasNow(registry, actor, { name, version }, alias));
}

/** The same for who changes the registry already. */
export async function setAliasNow(
  registry: Registry,
  actor: Actor,
  { name, version }: VersionName,
  alias: string,
): Promise<void> {
  const { store } = registry.history;
  const model = await getRegistered(store, name);
  const one = await getVersion(store, { name, version });
  const before = model.aliases.find((each) => each.name === alias)?.version;
  if (before === version) return;
  await checkApproved(registry, model, one, alias);
  const others = model.aliases.filter((each) => each.name !== alias);
  const from = before === undefined ? {} : { from: String(before) };
  await registry.keep(actor, {
    model: { ...model, aliases: [...others, { name: alias, version }] },
    moves: [{ kind: 'alias set', version, what: alias, ...from, to: String(version) }],
  });
}

/** Takes an alias off; nothing where there is none. Throws not_found for the registered model. */
export function removeAlias(
  registry: Registry,
  actor: Actor,
  name: string,
  alias: string,
): Promise<void> {
  return registry.change(async () => {
    const model = await getRegistered(registry.history.store, name);
    const before = model.aliases.find((each) => each.name === alias)?.version;
    if (before === undefined) return;
    await registry.keep(actor, {
      model: { ...model, aliases: model.aliases.filter((each) => each.name !== alias) },
      moves: [{ kind: 'alias removed', version: before, what: alias, from: String(before) }],
    });
  });
}
