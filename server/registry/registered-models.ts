import * as z from 'zod';

import { CellarError } from '../errors.js';
import { cleanKept } from '../history/clean-kept.js';
import { recordEntry } from '../history/entries.js';
import type { History } from '../history/history.js';
import type { EntryRow } from '../store/catalog/rows.js';
import type { Store } from '../store/store.js';
import type { Turns } from '../tracking/turns.js';

const KIND = 'registered';

const dataSchema = z.object({
  description: z.string(),
  deleted: z.boolean(),
  /** In milliseconds since 1970. */
  created: z.number(),
  updated: z.number(),
  tags: z.array(z.object({ name: z.string(), value: z.string() })),
  /** Movable names of versions, by their numbers. */
  aliases: z.array(z.object({ name: z.string(), version: z.number().int() })),
});

/** A name under which versions of a model are registered. */
export interface RegisteredModel extends z.infer<typeof dataSchema> {
  /** Stays when it is renamed. */
  readonly id: string;
  readonly name: string;
}

/** What becomes of one; what is left out stays as it is. */
export type RegisteredChange = Partial<Omit<RegisteredModel, 'id' | 'created'>>;

/** Registers a name; durable when it resolves. Throws conflict when it is taken. */
export function register(
  history: History,
  turns: Turns,
  // One from elsewhere has its times already.
  wanted: Pick<RegisteredModel, 'name' | 'description' | 'tags'> &
    Partial<Pick<RegisteredModel, 'created' | 'updated'>>,
): Promise<RegisteredModel> {
  const { store } = history;
  return turns.take(KIND, async () => {
    await checkFree(store, wanted.name);
    const now = store.now();
    return keep(history, {
      ...{ created: now, updated: now },
      ...wanted,
      ...{ id: store.newId(), deleted: false, aliases: [] },
    });
  });
}

/** Changes one; durable when it resolves. Throws not_found, and conflict when a new name is taken. */
export function changeRegistered(
  history: History,
  turns: Turns,
  name: string,
  change: (before: RegisteredModel) => RegisteredChange | Promise<RegisteredChange>,
): Promise<RegisteredModel> {
  const { store } = history;
  return turns.take(KIND, async () => {
    const before = await getRegistered(store, name);
    const changed = await change(before);
    if (changed.name !== undefined && changed.name !== name) await checkFree(store, changed.name);
    return keep(history, { ...before, updated: store.now(), ...changed });
  });
}

/** Throws not_found, also for one that was deleted. */
export async function getRegistered(store: Store, name: string): Promise<RegisteredModel> {
  const row = await store.catalog.findEntryNamed(KIND, name);
  if (row !== undefined) return toRegistered(row);
  throw new CellarError('not_found', `There is no registered model ${JSON.stringify(name)}.`);
}

/** Every one that was not deleted, by name. */
export async function listRegistered(store: Store): Promise<readonly RegisteredModel[]> {
  const all = (await store.catalog.entries(KIND)).map(toRegistered);
  return all.filter(({ deleted }) => !deleted).sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function checkFree(store: Store, name: string): Promise<void> {
  if ((await store.catalog.findEntryNamed(KIND, name)) !== undefined)
    throw new CellarError(
      'conflict',
      `The registered model ${JSON.stringify(name)} exists already.`,
    );
}

async function keep(history: History, model: RegisteredModel): Promise<RegisteredModel> {
  const { id, name, ...data } = model;
  const { texts } = await cleanKept(history.secrets, [
    ...[name, data.description],
    ...data.tags.flatMap((tag) => [tag.name, tag.value]),
    ...data.aliases.map((alias) => alias.name),
  ]);
  const clean = (text: string): string => texts.get(text) ?? '';
  const row = await recordEntry(history, {
    kind: KIND,
    id,
    // One that was deleted leaves its name to others.
    name: data.deleted ? null : clean(name),
    data: {
      ...data,
      description: clean(data.description),
      tags: data.tags.map((tag) => ({ name: clean(tag.name), value: clean(tag.value) })),
      aliases: data.aliases.map((alias) => ({ ...alias, name: clean(alias.name) })),
    },
  });
  return toRegistered(row);
}

/** A registered model as its entry says; one that was deleted has lost its name. */
export function toRegistered({ id, name, data }: EntryRow): RegisteredModel {
  return { ...dataSchema.parse(data), id: id.slice(KIND.length + 1), name: name ?? '' };
}
