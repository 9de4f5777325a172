import * as z from 'zod';

import { STAGES } from '../../contract/models.js';
import { CellarError } from '../errors.js';
import type { EntryStart } from '../history/entries.js';
import type { EntryRow } from '../store/catalog/rows.js';
import type { Store } from '../store/store.js';
import { getRegistered, type RegisteredModel } from './registered-models.js';

const KIND = 'versions';

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
  /** The same, where that names another version: where the files of that one are; empty where it names none. */
  files: z.string().default(''),
  /** The run that made it; empty where none is known. */
  run: z.string(),
  runLink: z.string(),
  /** The logged model that it is; empty where it is none. */
  logged: z.string(),
  tags: z.array(z.object({ name: z.string(), value: z.string() })),
  /** Who registered it; empty where nobody is known. */
  by: z.string().default(''),
  /** Who has approved it, and the hash of the list of its files as they were then. */
  approvals: z
    .array(
      z.object({ person: z.string(), given: z.number(), comment: z.string(), sha256: z.string() }),
    )
    .default([]),
  /** The last record of the trail that is about it; 0 for none. */
  moves: z.number().int().default(0),
});

/** A version of a registered model. */
export type ModelVersion = z.infer<typeof dataSchema>;

/** What a version is made of. */
export type VersionStart = Pick<
  ModelVersion,
  'description' | 'origin' | 'run' | 'runLink' | 'logged' | 'tags'
> &
  // As one from elsewhere has them.
  Partial<Pick<ModelVersion, 'version' | 'stage' | 'created' | 'updated' | 'files'>>;

/** A version as people name it: "wine", 3. */
export interface VersionName {
  readonly name: string;
  readonly version: number;
}

/** Where the files of a version are: of a copy where those of the first one are, whatever becomes of that. */
export function placeOf({ origin, files }: Pick<ModelVersion, 'origin' | 'files'>): string {
  return files === '' ? origin : files;
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
  model: Pick<RegisteredModel, 'id'>,
): Promise<readonly ModelVersion[]> {
  return (await listAllVersions(store, model)).filter(({ deleted }) => !deleted);
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

/** The same as listVersions with those that were deleted, whose numbers are not given again. */
export async function listAllVersions(
  store: Store,
  { id: model }: Pick<RegisteredModel, 'id'>,
): Promise<readonly ModelVersion[]> {
  return (await store.catalog.entries(KIND))
    .filter(({ id }) => id.startsWith(`${KIND}/${model}-`))
    .map(toVersion)
    .sort((a, b) => a.version - b.version);
}

/** What a person has written of it. */
export function versionTexts(version: ModelVersion): readonly string[] {
  return [
    ...[version.description, version.origin, version.files, version.runLink, version.by],
    ...version.tags.flatMap(({ name, value }) => [name, value]),
    ...version.approvals.flatMap(({ person, comment }) => [person, comment]),
  ];
}

/** As it is kept, with its texts as `clean` gives them. */
export function versionEntry(version: ModelVersion, clean: (text: string) => string): EntryStart {
  return {
    kind: KIND,
    id: `${version.model}-${version.version}`,
    name: null,
    data: {
      ...version,
      description: clean(version.description),
      origin: clean(version.origin),
      files: clean(version.files),
      runLink: clean(version.runLink),
      by: clean(version.by),
      tags: version.tags.map(({ name, value }) => ({ name: clean(name), value: clean(value) })),
      approvals: version.approvals.map((approval) => ({
        ...approval,
        person: clean(approval.person),
        comment: clean(approval.comment),
      })),
    },
  };
}

/** A version as its entry says. */
export function toVersion({ data }: EntryRow): ModelVersion {
  return dataSchema.parse(data);
}
