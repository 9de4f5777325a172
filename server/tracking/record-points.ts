import * as z from 'zod';

import { metricValueSchema } from '../../contract/bundle.js';
import type { History } from '../history/history.js';
import { record } from '../history/record.js';
import type { ReadSealed, Recorder } from '../history/recorder.js';
import { formatStored } from '../history/state.js';
import type { FileEdit } from '../store/git/repository.js';
import type { JournalRecord } from '../store/journal/journal.js';
import type { Store } from '../store/store.js';
import { mergePoints } from './merge-points.js';
import { foldPoints, formatPoints, pointsPath, type MetricPoint } from './points.js';
import { runRecordPath, runRecordSchema, startRecord, toRunRow, type RunRecord } from './record.js';

const KIND = 'points';

const dataSchema = z.object({
  run: z.string().regex(/^[0-9a-f]{32}$/),
  /** Name, value, step, time: a list, since there are very many. */
  points: z.array(z.tuple([z.string(), metricValueSchema, z.number().int(), z.number()])),
  /** How the run ended, where it did with these. */
  ended: z.enum(['finished', 'failed']).optional(),
});
type PointsData = z.infer<typeof dataSchema>;

/** How a run ends. */
export type Ending = NonNullable<PointsData['ended']>;

/** Keeps points of a run, which is made with the first, no secret in their names; durable when it resolves with the record's number. */
export async function logPoints(
  history: History,
  run: string,
  logged: { readonly points: readonly MetricPoint[]; readonly ended?: Ending | undefined },
): Promise<number> {
  const names = await cleanNames(history, logged.points);
  const data: PointsData = {
    run,
    points: logged.points.map(({ name, value, step, time }) => [
      names.get(name) ?? '',
      value,
      step,
      time,
    ]),
    ...(logged.ended === undefined ? {} : { ended: logged.ended }),
  };
  return (await record(history, KIND, data)).number;
}

/** What each name is kept as. */
async function cleanNames(
  { secrets }: History,
  points: readonly MetricPoint[],
): Promise<ReadonlyMap<string, string>> {
  const names = [...new Set(points.map(({ name }) => name))];
  for (;;) {
    const { epoch } = secrets;
    const clean = await secrets.cleanTexts(names);
    // A record waits for no other write, and would come in beside a purge of what it holds.
    await secrets.released(clean);
    // A purge meanwhile knows of more.
    if (epoch === secrets.epoch) return new Map(names.map((name, at) => [name, clean[at] ?? '']));
  }
}

/** The points of a run that records hold, in order. */
export function pointsOf(
  records: readonly JournalRecord[],
  run: string,
): Generator<MetricPoint, void> {
  return eachPoint(records.filter((entry) => entry.kind === KIND && dataOf(entry).run === run));
}

/** Metric points as they are logged: the last of each is in the run's row, the whole course in files beside its record. */
export const recordPoints: Recorder = {
  kind: KIND,
  toRows: async (store, entry) => {
    const data = dataSchema.parse(entry.data);
    const before =
      (await store.catalog.findRun(data.run)) ?? toRunRow(startRecord(data.run, entry));
    const metrics = foldPoints(Object.entries(before.metrics), toPoints(data));
    const row = {
      ...before,
      status: data.ended ?? before.status,
      end: Math.max(before.end, entry.time),
      metrics: Object.fromEntries(metrics),
    };
    return { runs: [row] };
  },
  seal: async (store, records, read) => {
    const edits: FileEdit[] = [];
    for (const [run, entries] of toRuns(records))
      edits.push(...(await sealRun(store, run, entries, read)));
    return edits;
  },
};

async function sealRun(
  store: Store,
  run: string,
  entries: readonly JournalRecord[],
  read: ReadSealed,
): Promise<readonly FileEdit[]> {
  const [first] = entries;
  if (first === undefined) return [];
  const text = await read(runRecordPath(run));
  const before =
    text === undefined
      ? startRecord(run, first)
      : runRecordSchema.parse(JSON.parse(text.toString('utf8')));
  const file = {
    path: pointsPath(run, first.number),
    content: await formatPoints(eachPoint(entries)),
  };
  const files = file.content.length === 0 ? [] : [file];
  const ended = findEnding(entries);
  return [
    { path: runRecordPath(run), content: formatStored(addEntries(before, entries)) },
    ...(ended === undefined ? files : await mergePoints(store, run, files)),
  ];
}

/** A run's record with what was logged since. */
function addEntries(before: RunRecord, entries: readonly JournalRecord[]): RunRecord {
  const old = before.metrics.map(({ name, ...metric }) => [name, metric] as const);
  const metrics = [...foldPoints(old, eachPoint(entries))];
  return {
    ...before,
    status: findEnding(entries) ?? before.status,
    end: entries.reduce((end, { time }) => Math.max(end, time), before.end),
    metrics: metrics.map(([name, metric]) => ({ name, ...metric })),
  };
}

function findEnding(entries: readonly JournalRecord[]): Ending | undefined {
  return entries.map(dataOf).findLast(({ ended }) => ended !== undefined)?.ended;
}

/** What a record holds that toRows has let into the journal; its hash says that it is the same still. */
function dataOf(entry: JournalRecord): PointsData {
  return entry.data as PointsData;
}

function* eachPoint(entries: Iterable<JournalRecord>): Generator<MetricPoint, void> {
  for (const entry of entries) yield* toPoints(dataOf(entry));
}

function* toPoints({ points }: PointsData): Generator<MetricPoint, void> {
  for (const [name, value, step, time] of points) yield { name, value, step, time };
}

function toRuns(records: readonly JournalRecord[]): ReadonlyMap<string, readonly JournalRecord[]> {
  const runs = new Map<string, JournalRecord[]>();
  for (const entry of records) {
    const { run } = dataOf(entry);
    const list = runs.get(run) ?? [];
    list.push(entry);
    runs.set(run, list);
  }
  return runs;
}
