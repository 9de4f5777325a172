import * as z from 'zod';

import { knownSchema, type Known } from '../../contract/external.js';
import { CellarError } from '../errors.js';
import { cleanKept } from '../history/clean-kept.js';
import { recordEntry } from '../history/entries.js';
import type { History } from '../history/history.js';
import type { EntryRow } from '../store/catalog/rows.js';
import type { Store } from '../store/store.js';
import type { Turns } from '../tracking/turns.js';

const KIND = 'links';

/** What of ours is linked, by ids that stay when it is renamed. */
const ownSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('run'), run: z.string(), path: z.string() }),
  z.object({ kind: z.literal('model'), model: z.string() }),
  z.object({ kind: z.literal('version'), model: z.string(), version: z.number().int() }),
]);
export type Own = z.infer<typeof ownSchema>;

const dataSchema = z.object({
  of: ownSchema,
  /** The registry's name; null for a plain address, which is then in `address`. */
  registry: z.string().nullable(),
  address: z.string(),
  /** Its name there, or what a plain address is called. */
  entry: z.string(),
  version: z.string().nullable(),
  state: z.enum(['linked', 'waiting', 'refused']),
  /** Why it waits or was refused. */
  failure: z.string(),
  /** What a person says of a version that is to be registered. */
  description: z.string(),
  deleted: z.boolean(),
  /** In milliseconds since 1970. */
  created: z.number(),
  known: knownSchema.nullable(),
});
type LinkData = z.infer<typeof dataSchema>;

/** A link from something of ours to something elsewhere, as the store has it. */
export interface KeptLink extends LinkData {
  readonly id: string;
}

export type LinkStart = Omit<LinkData, 'deleted' | 'created' | 'failure' | 'known'>;
/** What becomes of one; what is left out stays as it is. */
export type LinkChange = Partial<
  Pick<LinkData, 'version' | 'state' | 'failure' | 'known' | 'deleted'>
>;

/** Keeps a link; durable when it resolves. */
export function addLink(history: History, start: LinkStart): Promise<KeptLink> {
  const { store } = history;
  return keep(history, {
    ...start,
    ...{ id: store.newId(), deleted: false, created: store.now(), failure: '', known: null },
  });
}

/** Changes one; durable when it resolves. Throws not_found. */
export function changeLink(
  history: History,
  turns: Turns,
  id: string,
  change: (before: KeptLink) => LinkChange | undefined,
): Promise<KeptLink> {
  return turns.take(`link ${id}`, async () => {
    const before = await getLink(history.store, id);
    const changed = change(before);
    return changed === undefined ? before : keep(history, { ...before, ...changed });
  });
}

/** Puts a link back that was taken away; one that is there is given as it is. Throws not_found. */
export function restoreLink(history: History, turns: Turns, id: string): Promise<KeptLink> {
  return turns.take(`link ${id}`, async () => {
    const before = await findLink(history.store, id);
    if (before === undefined) throw noLink(id);
    return before.deleted ? keep(history, { ...before, deleted: false }) : before;
  });
}

/** Throws not_found, also for one that was taken away. */
export async function getLink(store: Store, id: string): Promise<KeptLink> {
  const link = await findLink(store, id);
  if (link !== undefined && !link.deleted) return link;
  throw noLink(id);
}

async function findLink(store: Store, id: string): Promise<KeptLink | undefined> {
  const row = await store.catalog.findEntry(`${KIND}/${id}`);
  return row === undefined ? undefined : readLink(row);
}

function noLink(id: string): CellarError {
  return new CellarError('not_found', `There is no link ${JSON.stringify(id)}.`);
}

/** Every link that was not taken away, oldest first. */
export async function listLinks(store: Store): Promise<readonly KeptLink[]> {
  return (await store.catalog.entries(KIND))
    .map(readLink)
    .filter(({ deleted }) => !deleted)
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** Whether two links of one registry have the same of ours and the same there. */
export function isSameOwn(a: Own, b: Own): boolean {
  return JSON.stringify(ownSchema.parse(a)) === JSON.stringify(ownSchema.parse(b));
}

async function keep(history: History, link: KeptLink): Promise<KeptLink> {
  const { id, ...data } = link;
  const { texts } = await cleanKept(history.secrets, textsOf(data));
  const clean = (text: string): string => texts.get(text) ?? '';
  const row = await recordEntry(history, {
    kind: KIND,
    id,
    name: null,
    data: {
      ...data,
      of: data.of.kind === 'run' ? { ...data.of, path: clean(data.of.path) } : data.of,
      address: clean(data.address),
      entry: clean(data.entry),
      failure: clean(data.failure),
      description: clean(data.description),
      known: data.known === null ? null : mapKnown(data.known, clean),
    },
  });
  return readLink(row);
}

function textsOf({ of, address, entry, failure, description, known }: LinkData): string[] {
  return [
    ...[address, entry, failure, description],
    ...(of.kind === 'run' ? [of.path] : []),
    ...(known === null ? [] : textsOfKnown(known)),
  ];
}

function textsOfKnown({ description, tags, aliases }: Known): string[] {
  return [
    description,
    ...tags.flatMap(({ name, value }) => [name, value]),
    ...aliases.map(({ name }) => name),
  ];
}

/** What is known as a link may keep it: without secrets. */
export async function cleanKnown(history: History, known: Known): Promise<Known> {
  const { texts } = await cleanKept(history.secrets, textsOfKnown(known));
  return mapKnown(known, (text) => texts.get(text) ?? '');
}

function mapKnown(known: Known, clean: (text: string) => string): Known {
  return {
    ...known,
    description: clean(known.description),
    tags: known.tags.map(({ name, value }) => ({ name: clean(name), value: clean(value) })),
    aliases: known.aliases.map((alias) => ({ ...alias, name: clean(alias.name) })),
  };
}

/** A link of its row, also one that was taken away. */
export function readLink({ id, data }: EntryRow): KeptLink {
  return { ...dataSchema.parse(data), id: id.slice(KIND.length + 1) };
}
