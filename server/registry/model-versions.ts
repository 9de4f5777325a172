import * as z from 'zod';

import { CellarError } from '../errors.js';
import { cleanKept } from '../history/clean-kept.js';
import { recordEntry } from '../history/entries.js';
import type { History } from '../history/history.js';
import type { EntryRow } from '../store/catalog/rows.js';
import type { Store } from '../store/store.js';
import type { Turns } from '../tracking/turns.js';
import { changeRegistered, getRegistered, type RegisteredModel } from './registered-models.js';

const KIND = 'versions';

export const STAGES = ['None', 'Staging', 'Production', 'Archived'] as const;
export type Stage = (typeof STAGES)[number];

const dataSchema = z.object({
  /** The id of its registered model. */
  model: z.string(),
  /** From 1, and never given twice. */
  version: z.number().int(),
  deleted: z.boolean(),
  /** In milliseconds since 1970. */
  created: z.number(),
  updated: z.number(),
  stage: z.enum(STAGES),
  description: z.string(),
  /** Where its files are, as whoever registered it said: a logged model, a run's folder, or a store elsewhere. */
  origin: z.string(),
  /** The run that made it; empty where none is known. */
  run: z.string(),
  runLink: z.string(),
  /** The logged model that it is; empty where it is none. */
  logged: z.string(),
  tags: z.array(z.object({ name: z.string(), value: z.string() })),
});
type VersionData = z.infer<typeof dataSchema>;

export type ModelVersion = VersionData;

export type VersionStart = Pick<
  ModelVersion,
  'description' | 'origin' | 'run' | 'runLink' | 'logged' | 'tags'
> &
  // As one from elsewhere has them.
  Partial<Pick<ModelVersion, 'version' | 'stage' | 'created' | 'updated'>>;
/** What becomes of one; what is left out stays as it is. */
export type VersionChange = Partial<
  Pick<ModelVersion, 'deleted' | 'stage' | 'description' | 'tags' | 'updated'>
>;

/** Registers a version; durable when it resolves. Throws not_found for a name that nobody registered, conflict for a number that is taken. */
export async function addVersion(
  history: History,
  turns: Turns,
  name: string,
  start: VersionStart,
): Promise<ModelVersion> {
  const { store } = history;
  const { id } = await getRegistered(store, name);
  const added = await turns.take(`versions of ${id}`, async () => {
    const numbers = (await listAll(store, id)).map(({ version }) => version);
    const now = store.now();
    if (start.version !== undefined && numbers.includes(start.version))
      throw new CellarError(
        'conflict',
        `${JSON.stringify(name)} has, or had, a version ${start.version} already.`,
      );
    return keep(history, {
      ...{ version: Math.max(0, ...numbers) + 1, stage: 'None', created: now, updated: now },
      ...start,
      ...{ model: id, deleted: false },
    });
  });
  // It has changed, too.
  await changeRegistered(history, turns, name, () => ({}));
  return added;
}

/** Changes one; durable when it resolves. Throws not_found. */
export async function changeVersion(
  history: History,
  turns: Turns,
  { name, version }: VersionName,
  change: (before: ModelVersion) => VersionChange,
): Promise<ModelVersion> {
  const { store } = history;
  const { id } = await getRegistered(store, name);
  return turns.take(`versions of ${id}`, async () => {
    const before = await getVersion(store, { name, version });
    return keep(history, { ...before, updated: store.now(), ...change(before) });
  });
}

/** A version as people name it: "wine", 3. */
export interface VersionName {
  readonly name: string;
  readonly version: number;
}

/** Throws not_found, also for one that was deleted. */
export async function getVersion(
  store: Store,
  { name, version }: VersionName,
): Promise<ModelVersion> {
  const { id } = await getRegistered(store, name);
  const row = await store.catalog.findEntry(`${KIND}/${id}-${version}`);
  const found = row === undefined ? undefined : toVersion(row);
  if (found !== undefined && !found.deleted) return found;
  throw new CellarError('not_found', `${JSON.stringify(name)} has no version ${version}.`);
}

/** The versions of a registered model that were not deleted, by number. */
export async function listVersions(
  store: Store,
  { id }: Pick<RegisteredModel, 'id'>,
): Promise<readonly ModelVersion[]> {
  return (await listAll(store, id)).filter(({ deleted }) => !deleted);
}

/** The versions of every registered model that were not deleted, by the model's id and by number; read once for all of them. */
export async function groupVersions(
  store: Store,
): Promise<ReadonlyMap<string, readonly ModelVersion[]>> {
  const groups = new Map<string, ModelVersion[]>();
  for (const row of await store.catalog.entries(KIND)) {
    const version = toVersion(row);
    if (version.deleted) continue;
    const group = groups.get(version.model) ?? [];
    groups.set(version.model, group);
    group.push(version);
  }
  for (const group of groups.values()) group.sort((a, b) => a.version - b.version);
  return groups;
}

async function listAll(store: Store, model: string): Promise<readonly ModelVersion[]> {
  return (await store.catalog.entries(KIND))
    .filter(({ id }) => id.startsWith(`${KIND}/${model}-`))
    .map(toVersion)
    .sort((a, b) => a.version - b.version);
}

async function keep(history: History, data: ModelVersion): Promise<ModelVersion> {
  const { texts } = await cleanKept(history.secrets, [
    ...[data.description, data.origin, data.runLink],
    ...data.tags.flatMap(({ name, value }) => [name, value]),
  ]);
  const clean = (text: string): string => texts.get(text) ?? '';
  const row = await recordEntry(history, {
    kind: KIND,
    id: `${data.model}-${data.version}`,
    name: null,
    data: {
      ...data,
      description: clean(data.description),
      origin: clean(data.origin),
      runLink: clean(data.runLink),
      tags: data.tags.map(({ name, value }) => ({ name: clean(name), value: clean(value) })),
    },
  });
  return toVersion(row);
}

/** A version as its entry says. */
export function toVersion({ data }: EntryRow): ModelVersion {
  return dataSchema.parse(data);
}
