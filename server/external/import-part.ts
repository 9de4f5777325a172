import { createHash } from 'node:crypto';

import type { Brought } from '../../contract/import.js';
import { CellarError } from '../errors.js';
import type { History } from '../history/history.js';
import { sealPending } from '../history/seal.js';
import type { Actor, Registry } from '../registry/registry.js';
import type { Turns } from '../tracking/turns.js';
import type { FileOwner, ImportSource } from './import-source.js';

/** What came from elsewhere says from where, and what it was like there when it was whole here. */
export const FROM_TAG = 'cellar.import.from';
export const STATE_TAG = 'cellar.import.state';
/** At the end of the state of what an import has deleted, since it was deleted there. */
export const DELETED = 'deleted';

/** Beyond so many bytes of records they are sealed before more come in. */
const MOST_PENDING = 16 * 1024 * 1024;
const MOST_WARNINGS = 100;

export type Subject = 'experiments' | 'runs' | 'models' | 'registered' | 'versions';
export type Outcome = keyof Brought;

/** What an import does counts here. */
export class Tally {
  readonly counts: Readonly<Record<Subject, Brought>> = {
    ...{ experiments: none(), runs: none(), models: none(), registered: none(), versions: none() },
  };
  points = 0;
  files = 0;
  bytes = 0;
  readonly warnings: { readonly message: string }[] = [];

  add(subject: Subject, outcome: Outcome): void {
    this.counts[subject][outcome] += 1;
  }

  /** The first of them are told one by one; each counts. */
  warn(message: string): void {
    if (this.warnings.length < MOST_WARNINGS) this.warnings.push({ message });
  }
}

function none(): Brought {
  return { made: 0, changed: 0, known: 0, failed: 0 };
}

/** What each part of an import works on. */
export interface ImportParts {
  readonly history: History;
  readonly turns: Turns;
  readonly registry: Registry;
  /** Who brings it in. */
  readonly actor: Actor;
  readonly source: ImportSource;
  readonly tally: Tally;
  readonly signal: AbortSignal;
}

/** Brings one thing in; undefined does not count. What goes wrong with it alone is told at the end; that the server is away, or that the import is ended, ends it. */
export async function bringOne(
  { tally, signal, history }: ImportParts,
  subject: Subject,
  name: string,
  bring: () => Promise<Outcome | undefined>,
): Promise<void> {
  signal.throwIfAborted();
  try {
    const outcome = await bring();
    if (outcome !== undefined) tally.add(subject, outcome);
  } catch (error) {
    signal.throwIfAborted();
    const ends = ['registry_away', 'disk_full', 'store_read_only', 'store_damaged', 'server_away'];
    if (error instanceof CellarError && ends.includes(error.code)) throw error;
    tally.add(subject, 'failed');
    tally.warn(`${name}: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (history.store.journal.pendingBytes() > MOST_PENDING) await sealPending(history);
}

/** The run's or model's id here: that of MLflow, or, where a person has made one up there, one made of it. */
export function toRunId(url: string, id: string): string {
  return /^[0-9a-f]{32}$/.test(id) ? id : hashOf([url, id]).slice(0, 32);
}

/** What something there is like: it is the same still where this is. A server may list tags and the like in any order. */
export function stateOf(value: unknown): string {
  return hashOf(toOrdered(value));
}

function toOrdered(value: unknown): unknown {
  if (Array.isArray(value))
    return value.map((each) => JSON.stringify(toOrdered(each))).sort((a, b) => (a < b ? -1 : 1));
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(value)
    .map(([name, each]) => [name, toOrdered(each)] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

function hashOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}

/** A file that came in. */
export interface BroughtFile {
  readonly name: string;
  readonly sha256: string;
  readonly size: number;
}

/**
 * Brings in the files that are not here yet by name and size; each is given to `keep` once its bytes are in the store. Gives why some
 * could not be had; undefined where all are here.
 */
export async function bringFiles(
  { history, source, tally, signal }: ImportParts,
  owner: FileOwner,
  here: readonly BroughtFile[],
  keep: (file: BroughtFile) => Promise<void>,
): Promise<string | undefined> {
  const known = new Map(here.map((file) => [file.name, file.size]));
  try {
    for await (const { name, size } of source.files(owner)) {
      signal.throwIfAborted();
      if (known.get(name) === size) continue;
      const { bytes, size: length } = await source.open(owner, name);
      const stored = await history.store.artifacts.add(bytes, { size: length, signal });
      if (length !== undefined && stored.size !== length)
        throw new CellarError(
          'registry_refused',
          `Of ${name} ${stored.size} of ${length} bytes arrived.`,
        );
      await keep({ name, ...stored });
      tally.files += 1;
      tally.bytes += stored.size;
    }
    return undefined;
  } catch (error) {
    signal.throwIfAborted();
    const isTold =
      error instanceof CellarError && ['registry_refused', 'not_found'].includes(error.code);
    if (!isTold) throw error;
    return `not all files could be had from ${owner.uri}: ${error.message}`;
  }
}
