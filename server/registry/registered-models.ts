import * as z from 'zod';

import { approvalRuleSchema } from '../../contract/models.js';
import { CellarError } from '../errors.js';
import type { EntryStart } from '../history/entries.js';
import type { EntryRow } from '../store/catalog/rows.js';
import type { Store } from '../store/store.js';

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
  /** What is asked for before an alias moves; null: nothing. */
  rule: approvalRuleSchema.nullable().default(null),
  /** The last record of the trail that is about it or a version of it; 0 for none. */
  moves: z.number().int().default(0),
});

/** A name under which versions of a model are registered. */
export interface RegisteredModel extends z.infer<typeof dataSchema> {
  /** Stays when it is renamed. */
  readonly id: string;
  readonly name: string;
}

/** Throws not_found, also for one that was deleted. */
export async function getRegistered(store: Store, name: string): Promise<RegisteredModel> {
  const found = await findRegistered(store, name);
  if (found !== undefined) return found;
  throw new CellarError('not_found', `There is no registered model ${JSON.stringify(name)}.`);
}

/** Undefined also for one that was deleted. */
export async function findRegistered(
  store: Store,
  name: string,
): Promise<RegisteredModel | undefined> {
  const row = await store.catalog.findEntryNamed(KIND, name);
  return row === undefined ? undefined : toRegistered(row);
}

/** Every one that was not deleted, by name. */
export async function listRegistered(store: Store): Promise<readonly RegisteredModel[]> {
  const all = (await store.catalog.entries(KIND)).map(toRegistered);
  return all.filter(({ deleted }) => !deleted).sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** What a person has written of it. */
export function registeredTexts(model: RegisteredModel): readonly string[] {
  const { name, description, tags, aliases, rule } = model;
  return [
    ...[name, description],
    ...tags.flatMap((tag) => [tag.name, tag.value]),
    ...aliases.map((alias) => alias.name),
    ...(rule === null ? [] : [...rule.aliases, ...rule.persons]),
  ];
}

/** As it is kept, with its texts as `clean` gives them. */
export function registeredEntry(
  model: RegisteredModel,
  clean: (text: string) => string,
): EntryStart {
  const { id, name, rule, ...data } = model;
  return {
    kind: KIND,
    id,
    // One that was deleted leaves its name to others.
    name: data.deleted ? null : clean(name),
    data: {
      ...data,
      description: clean(data.description),
      tags: data.tags.map((tag) => ({ name: clean(tag.name), value: clean(tag.value) })),
      aliases: data.aliases.map((alias) => ({ ...alias, name: clean(alias.name) })),
      rule:
        rule === null
          ? null
          : { ...rule, aliases: rule.aliases.map(clean), persons: rule.persons.map(clean) },
    },
  };
}

/** A registered model as its entry says; one that was deleted has lost its name. */
export function toRegistered({ id, name, data }: EntryRow): RegisteredModel {
  return { ...dataSchema.parse(data), id: id.slice(KIND.length + 1), name: name ?? '' };
}
