import { createHash } from 'node:crypto';

import { CellarError } from '../../server/errors.js';
import {
  getSnapshot,
  openHistory,
  readNotebook,
  type History,
} from '../../server/history/history.js';
import { INDEXERS, MENDERS, RECORDERS } from '../../server/main/subjects.js';
import { nodeDisk, type Disk } from '../../server/store/disk/disk.js';
import { openOperatingState, type OperatingState } from '../../server/store/operating.js';
import type { StoredFile } from '../../server/store/artifacts/artifacts.js';
import { openStore } from '../../server/store/store.js';
import type { NamedPart } from '../../server/store/uploads/uploads.js';
import { readCourse } from '../../server/tracking/read-course.js';

export interface SessionOptions {
  readonly disk?: Disk;
  readonly now?: () => number;
}

/** One owner's time with a store, as a server has it. */
export interface Session {
  readonly history: History;
  readonly operating: OperatingState;
  /** What was told of in the background. */
  readonly reports: readonly unknown[];
  close(): Promise<void>;
}

export async function openSession(root: string, options: SessionOptions = {}): Promise<Session> {
  const { disk = nodeDisk, now = Date.now } = options;
  const reports: unknown[] = [];
  const report = (error: unknown): void => void reports.push(error);
  const author = { name: 'Ada', email: 'ada@example.org' };
  const store = await openStore({ root, author, now, report, disk });
  try {
    const history = await openHistory(store, INDEXERS, RECORDERS, MENDERS);
    const operating = openOperatingState(store.places, disk);
    return { history, operating, reports, close: () => store.close() };
  } catch (error) {
    await store.close();
    throw error;
  }
}

/** Something that was acknowledged, and has to be there from then on. */
export type Fact =
  | {
      readonly kind: 'snapshot';
      readonly id: string;
      readonly notebook: string;
      readonly sha256: string;
      /** The value of the metric "n" of its run; undefined when it has no run. */
      readonly metric?: number;
    }
  | { readonly kind: 'path'; readonly notebook: string; readonly path: string }
  | { readonly kind: 'file'; readonly sha256: string }
  /** An upload all of whose parts have come: it can be completed. */
  | {
      readonly kind: 'parts';
      readonly upload: string;
      readonly of: string;
      readonly parts: readonly NamedPart[];
      readonly sha256: string;
    }
  | { readonly kind: 'limit'; readonly bytes: number }
  | { readonly kind: 'pin'; readonly snapshot: string }
  /** So many points of the metric "loss". */
  | { readonly kind: 'points'; readonly run: string; readonly total: number }
  /** Asked to go: until that is acknowledged it may be there or not. */
  | { readonly kind: 'going'; readonly snapshot: string }
  | { readonly kind: 'gone'; readonly snapshot: string }
  /** Of everything up to this number; see proof. */
  | { readonly kind: 'backup'; readonly through: number };

export function toSha256(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** The facts that do not hold, each in words; of those that replace one another only the last has to hold. */
export async function findLost(session: Session, facts: readonly Fact[]): Promise<string[]> {
  const lost: string[] = [];
  const going = new Set(facts.flatMap((fact) => (fact.kind === 'going' ? [fact.snapshot] : [])));
  for (const fact of lastOfEach(facts)) {
    try {
      if (fact.kind === 'snapshot' && going.has(fact.id) && (await hasExpired(session, fact.id)))
        continue;
      const reason = await findReason(session, fact);
      if (reason !== undefined) lost.push(`${JSON.stringify(fact)}: ${reason}`);
    } catch (error) {
      lost.push(`${JSON.stringify(fact)}: ${String(error)}`);
    }
  }
  return [...lost, ...(await findDisorder(session, facts))];
}

function lastOfEach(facts: readonly Fact[]): Iterable<Fact> {
  return new Map(facts.map((fact) => [toSubject(fact), fact])).values();
}

function toSubject(fact: Fact): string {
  switch (fact.kind) {
    case 'snapshot':
      return `snapshot ${fact.id}`;
    case 'file':
      return `file ${fact.sha256}`;
    case 'parts':
      return `parts ${fact.upload}`;
    case 'path':
      return `path ${fact.notebook}`;
    case 'limit':
    case 'backup':
      return fact.kind;
    case 'points':
      return `points ${fact.run}`;
    case 'pin':
    case 'going':
    case 'gone':
      return `${fact.kind} ${fact.snapshot}`;
  }
}

async function hasExpired(session: Session, id: string): Promise<boolean> {
  try {
    await getSnapshot(session.history.store, id);
    return false;
  } catch (error) {
    return error instanceof CellarError && error.code === 'expired';
  }
}

/** Why a fact does not hold; undefined when it does. */
async function findReason(session: Session, fact: Fact): Promise<string | undefined> {
  const { store } = session.history;
  switch (fact.kind) {
    case 'snapshot':
      return findChanged(session, fact);
    case 'path': {
      const path = (await store.catalog.findNotebook(fact.notebook))?.path;
      return path === fact.path ? undefined : `it is at ${String(path)}`;
    }
    case 'parts': {
      const { upload: id, of, parts, sha256 } = fact;
      let made: string | undefined;
      const keep = (stored: StoredFile): Promise<void> => {
        made = stored.sha256;
        return Promise.resolve();
      };
      await store.uploads.complete({ id, of, parts, keep });
      // One that was complete before is a file, of which another fact speaks.
      return made === undefined || made === sha256 ? undefined : 'they make other bytes';
    }
    case 'file': {
      const chunks: Buffer[] = [];
      for await (const chunk of await store.artifacts.read(fact.sha256))
        chunks.push(chunk as Buffer);
      return toSha256(Buffer.concat(chunks)) === fact.sha256 ? undefined : 'other bytes';
    }
    case 'limit': {
      // A later one that was not acknowledged may have been set.
      const { spaceLimit } = await session.operating.readSettings();
      return spaceLimit >= fact.bytes ? undefined : `it is ${spaceLimit}`;
    }
    case 'pin':
      return (await store.catalog.findPin(fact.snapshot)) === undefined
        ? 'there is no pin'
        : undefined;
    case 'points': {
      const { run, total } = fact;
      const course = await readCourse(store, { run, name: 'loss', buckets: 1_000_000 });
      const steps = new Set(course.points.map(({ step }) => step));
      if (steps.size !== course.points.length) return 'some points are there twice';
      return course.total >= total ? undefined : `${course.total} are there`;
    }
    case 'going':
    case 'backup':
      return undefined;
    case 'gone':
      return (await hasExpired(session, fact.snapshot)) ? undefined : 'it has not expired';
  }
}

async function findChanged(
  session: Session,
  fact: Fact & { readonly kind: 'snapshot' },
): Promise<string | undefined> {
  const { store } = session.history;
  const row = await getSnapshot(store, fact.id);
  if (row.notebook !== fact.notebook) return `it is of ${row.notebook}`;
  if (toSha256(await readNotebook(store, row)) !== fact.sha256) return 'other bytes';
  if (fact.metric === undefined) return undefined;
  const value = (await store.catalog.findRun(row.runs[0] ?? ''))?.metrics['n']?.value;
  return value === fact.metric ? undefined : `its metric is ${String(value)}`;
}

/** Notebooks whose acknowledged snapshots are not in the order of their acknowledgement. */
async function findDisorder(session: Session, facts: readonly Fact[]): Promise<string[]> {
  const byNotebook = new Map<string, string[]>();
  for (const fact of facts) {
    if (fact.kind !== 'snapshot') continue;
    const ids = byNotebook.get(fact.notebook) ?? [];
    byNotebook.set(fact.notebook, ids);
    if (!ids.includes(fact.id)) ids.push(fact.id);
  }
  const disorder: string[] = [];
  for (const [notebook, ids] of byNotebook) {
    const known = new Set(ids);
    const order = (await session.history.store.catalog.history(notebook))
      .map(({ id }) => id)
      .filter((id) => known.has(id));
    const left = new Set(order);
    if (order.join() !== ids.filter((id) => left.has(id)).join())
      disorder.push(`${notebook}: its snapshots come in another order`);
  }
  return disorder;
}
