import { createHash, createHmac, randomBytes } from 'node:crypto';

import * as z from 'zod';

import type { EntryRow } from '../store/catalog/rows.js';
import type { Store } from '../store/store.js';
import type { EntryStart } from './entries.js';

/**
 * A trail of what was done, to which records are only ever added. Each holds the SHA-256 of the one before it, so that one which is
 * changed, cut out or moved does not fit what follows. The hash of a record is made over the hashes of its texts, each with a salt of
 * its own, and not over the texts: a purge can take a secret out of a text, and with the salt whatever would let it be guessed from the
 * hash, and the chain still holds. The record then says that its text was purged, which counts only in a store that was purged.
 */
const KIND = 'trail';

const saidSchema = z.object({
  /** The text; where `salt` is empty a purge has taken something out of it. */
  says: z.string(),
  salt: z.string(),
  sha256: z.string(),
});
type Said = z.infer<typeof saidSchema>;

const dataSchema = z.object({
  /** From 1, with none left out. */
  order: z.number().int(),
  /** In milliseconds since 1970. */
  moment: z.number(),
  /** What was done: a word out of its subject's list. */
  type: z.string(),
  /** What it was done to: a thing, and which one of it, if it has several. */
  about: z.object({ id: z.string() }),
  part: z.number().int().nullable(),
  /** What whoever did it was granted. */
  grant: z.string(),
  /** By name, in the order of the names. */
  said: z.record(z.string(), saidSchema),
  /** Of the record before; empty for the first. */
  before: z.object({ sha256: z.string() }),
  /** Of this one. */
  sha256: z.string(),
});
type TrailData = z.infer<typeof dataSchema>;

/** Something that was done, as it is to be told for ever. Texts that are not given were not said. */
export interface Move {
  readonly type: string;
  readonly about: string;
  readonly part: number | null;
  readonly grant: string;
  readonly said: Readonly<Record<string, string | undefined>>;
}

/** A record of the trail. */
export interface TrailRecord extends Omit<Move, 'said'> {
  readonly order: number;
  readonly moment: number;
  readonly said: Readonly<Record<string, string>>;
  readonly sha256: string;
}

/** Where the trail ends. */
export interface TrailEnd {
  readonly order: number;
  readonly sha256: string;
}

/** The entries that go on from an end; only one may go on from each. */
export function continueTrail(
  end: TrailEnd,
  moment: number,
  moves: readonly Move[],
): { readonly entries: readonly EntryStart[]; readonly end: TrailEnd } {
  const entries: EntryStart[] = [];
  let last = end;
  for (const { about, said, ...move } of moves) {
    const unsigned = {
      ...{ ...move, order: last.order + 1, moment, about: { id: about } },
      ...{ said: seal(said), before: { sha256: last.sha256 } },
    };
    last = { order: unsigned.order, sha256: hashRecord(unsigned) };
    const data = { ...unsigned, sha256: last.sha256 };
    entries.push({ kind: KIND, id: toId(last.order), name: null, data });
  }
  return { entries, end: last };
}

/** Where the trail ends; `known` spares the look at all of it, unless others have gone on since. */
export async function findTrailEnd(store: Store, known?: TrailEnd): Promise<TrailEnd> {
  const isLast =
    known !== undefined &&
    (await store.catalog.findEntry(`${KIND}/${toId(known.order + 1)}`)) === undefined;
  if (isLast) return known;
  const last = (await listData(store)).at(-1);
  return { order: last?.order ?? 0, sha256: last?.sha256 ?? '' };
}

/** The records about one thing, or about one part of it; oldest first. */
export async function readTrail(
  store: Store,
  about: string,
  part?: number,
): Promise<readonly TrailRecord[]> {
  return (await listData(store))
    .filter((data) => data.about.id === about && (part === undefined || data.part === part))
    .map(toRecord);
}

async function listData({ catalog }: Store): Promise<readonly TrailData[]> {
  return (await catalog.entries(KIND)).map(toTrailData).sort((a, b) => a.order - b.order);
}

/** Throws for what is no record. */
export function toTrailData({ data }: Pick<EntryRow, 'data'>): TrailData {
  return dataSchema.parse(data);
}

function toRecord({ about, said, before: _, ...data }: TrailData): TrailRecord {
  const texts = Object.entries(said).map(([name, { says }]) => [name, says] as const);
  return { ...data, about: about.id, said: Object.fromEntries(texts) };
}

/** Of a record, over all that it says: of texts their hashes. */
export function hashRecord(data: Omit<TrailData, 'sha256'>): string {
  const { order, moment, type, about, part, grant, said, before } = data;
  const texts = Object.entries(said)
    .map(([name, { sha256 }]) => [name, sha256])
    .sort(([a = ''], [b = '']) => (a < b ? -1 : 1));
  const content = [order, moment, type, about.id, part, grant, texts, before.sha256];
  return createHash('sha256').update(JSON.stringify(content)).digest('hex');
}

/** Whether a text is the one that was said, or was purged since. */
export function judgeSaid({ says, salt, sha256 }: Said): 'same' | 'purged' | 'changed' {
  if (salt === '') return 'purged';
  return hashText(says, salt) === sha256 ? 'same' : 'changed';
}

function seal(said: Move['said']): TrailData['said'] {
  const texts: [string, Said][] = [];
  for (const [name, says] of Object.entries(said)) {
    if (says === undefined) continue;
    const salt = randomBytes(16).toString('hex');
    texts.push([name, { says, salt, sha256: hashText(says, salt) }]);
  }
  return Object.fromEntries(texts);
}

function hashText(text: string, salt: string): string {
  return createHmac('sha256', salt).update(text).digest('hex');
}

/** Sorts as the numbers do. */
function toId(order: number): string {
  return String(order).padStart(10, '0');
}
