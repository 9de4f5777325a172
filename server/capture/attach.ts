import type { MetricValue } from '../../contract/bundle.js';
import type { Execution } from '../../contract/snapshot.js';
import { readTextAt } from '../history/history.js';
import { formatPointers } from '../history/pointers.js';
import type { Attachment, Claim } from '../history/take.js';
import type { FileEdit } from '../store/git/repository.js';
import type { RunInput } from '../store/catalog/rows.js';
import type { Store } from '../store/store.js';
import { formatPoints, lastValues, pointsPath } from '../tracking/points.js';
import {
  pointersOf,
  runRecordPath,
  runRecordSchema,
  startRecord,
  toRunRow,
  type ArtifactRecord,
  type RunRecord,
} from '../tracking/record.js';
import { isEnd } from '../tracking/run-change.js';
import type { Claimable } from './claim-runs.js';
import { mergeArtifacts, mergeRecord, type DraftRun } from './runs.js';

/** A run with all its files kept, ready to be bound to a snapshot. */
export interface ReadyRun {
  readonly draft: DraftRun;
  readonly artifacts: readonly ArtifactRecord[];
  /** The data that it read. */
  readonly inputs: readonly RunInput[];
}

export interface BurstFacts {
  readonly executions: readonly Execution[];
  /** In milliseconds since 1970. */
  readonly started: number;
  readonly finished: number;
}

/** Binds runs to the snapshot that is about to be made: their records, metric points and pointers as files, and their rows. */
export async function attachRuns(
  store: Store,
  claim: Claim,
  runs: readonly ReadyRun[],
  facts: BurstFacts,
): Promise<Attachment> {
  const files: FileEdit[] = [];
  const records: RunRecord[] = [];
  for (const run of runs) {
    const record = mergeRecord(await findRecord(store, run.draft.id), toRecord(run, claim, facts));
    records.push(record);
    files.push({ path: runRecordPath(record.id), content: formatJsonFile(record) });
    files.push(...(await pointsFile(run.draft, claim.number)));
    files.push(...formatPointers(pointersOf(record)));
  }
  return {
    runs: records.map(({ id }) => id),
    files,
    rows: records.map(toRunRow),
    metrics: records.flatMap(({ metrics }) =>
      metrics.map(({ name, value }): readonly [string, MetricValue] => [name, value]),
    ),
  };
}

/** The same with runs that have been logged by themselves, and that the snapshot claims once it is made. */
export function withClaimed(attachment: Attachment, claimed: readonly Claimable[]): Attachment {
  // One that goes on may be claimed by a later version: until it ends only its own record names its version.
  const ended = claimed.filter(({ run }) => isEnd(run.status));
  return {
    ...attachment,
    runs: [...attachment.runs, ...ended.map(({ run }) => run.id)],
    metrics: [
      ...attachment.metrics,
      ...ended.flatMap(({ run }) =>
        Object.entries(run.metrics).map(([name, { value }]) => [name, value] as const),
      ),
    ],
  };
}

function formatJsonFile(value: unknown): Buffer {
  return Buffer.from(`${JSON.stringify(value, undefined, 1)}\n`);
}

/** What is known of a run; what is logged to it and is not in git yet is sealed into its record along with the snapshot. */
async function findRecord(store: Store, run: string): Promise<RunRecord | undefined> {
  const row = await store.catalog.findRun(run);
  if (row === undefined) return undefined;
  const text = await readTextAt(store, runRecordPath(run));
  if (text === undefined) return startRecord(run, { number: row.number, time: row.start });
  return runRecordSchema.parse(JSON.parse(text));
}

function toRecord(run: ReadyRun, claim: Claim, facts: BurstFacts): RunRecord {
  const { draft } = run;
  const executions = facts.executions.filter(({ cell }) => draft.cells.includes(cell));
  const starts = executions.flatMap(({ started }) => started ?? []);
  const ends = executions.flatMap(({ finished }) => finished ?? []);
  return {
    format: 1,
    id: draft.id,
    name: draft.name,
    status: draft.status ?? statusOf(executions),
    experiment: '0',
    user: '',
    deleted: false,
    snapshot: claim.snapshot,
    notebook: claim.notebook,
    number: claim.number,
    cells: [...draft.cells],
    traces: [],
    start: starts.length === 0 ? facts.started : Math.min(...starts),
    end: ends.length === 0 ? facts.finished : Math.max(...ends),
    metrics: lastValues(draft.points),
    params: [...draft.params].map(([name, value]) => ({ name, value })),
    tags: [...draft.tags].map(([name, value]) => ({ name, value })),
    inputs: run.inputs.map(({ kind, id, tags }) => ({ kind, id, tags: [...tags] })),
    outputs: [],
    artifacts: mergeArtifacts(run.artifacts),
  };
}

function statusOf(executions: readonly Execution[]): RunRecord['status'] {
  return executions.some(({ status }) => status === 'error') ? 'failed' : 'finished';
}

/** The whole course of a run's metrics in this burst. */
async function pointsFile(draft: DraftRun, number: number): Promise<FileEdit[]> {
  if (draft.points.length === 0) return [];
  return [{ path: pointsPath(draft.id, number), content: await formatPoints(draft.points) }];
}
