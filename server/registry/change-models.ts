import type { ApprovalRule } from '../../contract/models.js';
import { CellarError } from '../errors.js';
import { describeRule } from '../history/rule-words.js';
import type { Store } from '../store/store.js';
import { putPairs } from '../tracking/models.js';
import { listVersions } from './model-versions.js';
import { checkRegisteredName } from './names.js';
import { findRegistered, getRegistered, type RegisteredModel } from './registered-models.js';
import { checkUnruled, type Actor, type Registry, type RegistryMove } from './registry.js';

export type ModelStart = Pick<RegisteredModel, 'name' | 'description' | 'tags'> &
  // One from elsewhere has its times already.
  Partial<Pick<RegisteredModel, 'created' | 'updated'>>;
type Pair = RegisteredModel['tags'][number];

/** Registers a name; durable when it resolves. Throws bad_request for one that is none, conflict when it is taken. */
export function register(
  registry: Registry,
  actor: Actor,
  start: ModelStart,
): Promise<RegisteredModel> {
  return registry.change(() => registerNow(registry, actor, start));
}

/** The same for who changes the registry already. */
export async function registerNow(
  registry: Registry,
  actor: Actor,
  start: ModelStart,
): Promise<RegisteredModel> {
  const { store } = registry.history;
  checkRegisteredName(start.name);
  await checkFree(store, start.name);
  const model: RegisteredModel = {
    ...{ created: store.now(), updated: 0 },
    ...start,
    ...{ id: store.newId(), deleted: false, aliases: [], rule: null, moves: 0 },
  };
  const to = toSaid(start.description);
  const asIs = start.updated !== undefined;
  await registry.keep(actor, { model, asIs, moves: [{ kind: 'registered', ...to }] });
  return getRegistered(store, start.name);
}

/** Throws not_found, conflict when the new name is taken, forbidden for what only the owner may. */
export async function rename(
  registry: Registry,
  actor: Actor,
  name: string,
  next: string,
): Promise<void> {
  checkRegisteredName(next);
  await change(registry, actor, name, async (model) => {
    checkUnruled(actor, model, 'rename');
    if (next !== name) await checkFree(registry.history.store, next);
    const moves: RegistryMove[] = next === name ? [] : [{ kind: 'renamed', from: name, to: next }];
    return { model: { ...model, name: next }, moves };
  });
}

/** Throws not_found. */
export function describe(
  registry: Registry,
  actor: Actor,
  name: string,
  description: string,
): Promise<void> {
  return change(registry, actor, name, (model) => ({
    model: { ...model, description },
    moves: toMoves('described', model.description, description),
  }));
}

/** Sets a tag; undefined as its value takes it off. Throws not_found. */
export function tag(
  registry: Registry,
  actor: Actor,
  name: string,
  pair: { readonly name: string; readonly value: string | undefined },
): Promise<void> {
  return change(registry, actor, name, (model) => {
    const { tags, move } = changeTags(model.tags, pair);
    return {
      model: { ...model, tags },
      moves: move === undefined ? [] : [move],
    };
  });
}

/** Deletes it with its versions, all or nothing. Throws not_found, forbidden for what only the owner may. */
export function deleteRegistered(registry: Registry, actor: Actor, name: string): Promise<void> {
  const { history } = registry;
  return registry.change(async () => {
    const model = await getRegistered(history.store, name);
    checkUnruled(actor, model, 'delete');
    const versions = await listVersions(history.store, model);
    await registry.keep(actor, {
      model: { ...model, deleted: true, aliases: [] },
      versions: versions.map((version) => ({ ...version, deleted: true })),
      moves: [{ kind: 'deleted' }],
    });
  });
}

/** Sets what is asked for before an alias moves; null takes it off. For the owner alone: throws forbidden, not_found, bad_request. */
export async function setRule(
  registry: Registry,
  actor: Actor,
  name: string,
  rule: ApprovalRule | null,
): Promise<void> {
  if (actor.grant !== 'owner')
    throw new CellarError('forbidden', 'Only the owner of this store sets who must approve.');
  if (rule !== null && rule.needed > rule.persons.length)
    throw new CellarError(
      'bad_request',
      `${rule.needed} approvals are asked for, and only ${rule.persons.length} may give one. Name more persons, or ask for fewer.`,
    );
  await change(registry, actor, name, (model) => ({
    model: { ...model, rule },
    moves: toMoves('rules set', describeRule(model.rule), describeRule(rule)),
  }));
}

/** A tag put or taken off, with what is told of it; nothing where nothing changes. */
export function changeTags(
  tags: readonly Pair[],
  { name, value }: { readonly name: string; readonly value: string | undefined },
): {
  readonly tags: Pair[];
  readonly move?: Omit<RegistryMove, 'kind'> & { kind: 'tagged' | 'untagged' };
} {
  const before = tags.find((each) => each.name === name)?.value;
  if (before === value) return { tags: [...tags] };
  const from = before === undefined ? {} : { from: before };
  if (value === undefined)
    return {
      tags: tags.filter((each) => each.name !== name),
      move: { kind: 'untagged', what: name, ...from },
    };
  return {
    tags: putPairs([...tags], [{ name, value }]),
    move: { kind: 'tagged', what: name, ...from, to: value },
  };
}

/** What is told of tags that are others now. */
export function toTagMoves(
  before: readonly Pair[],
  after: readonly Pair[],
): readonly (Omit<RegistryMove, 'kind'> & { readonly kind: 'tagged' | 'untagged' })[] {
  const gone = before.filter((tag) => !after.some(({ name }) => name === tag.name));
  return [...after, ...gone.map(({ name }) => ({ name, value: undefined }))].flatMap(
    (tag) => changeTags(before, tag).move ?? [],
  );
}

/** What is told of a text that is another now; nothing where it is not. */
export function toMoves(kind: RegistryMove['kind'], from: string, to: string): RegistryMove[] {
  return from === to ? [] : [{ kind, from, to }];
}

function toSaid(to: string): { readonly to?: string } {
  return to === '' ? {} : { to };
}

function change(
  registry: Registry,
  actor: Actor,
  name: string,
  by: (model: RegisteredModel) => Changing | Promise<Changing>,
): Promise<void> {
  return registry.change(async () => {
    const model = await getRegistered(registry.history.store, name);
    await registry.keep(actor, await by(model));
  });
}

interface Changing {
  readonly model: RegisteredModel;
  readonly moves: readonly RegistryMove[];
}

async function checkFree(store: Store, name: string): Promise<void> {
  if ((await findRegistered(store, name)) !== undefined)
    throw new CellarError(
      'conflict',
      `The registered model ${JSON.stringify(name)} exists already.`,
    );
}
