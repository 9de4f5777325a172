import { cleanKept } from '../history/clean-kept.js';
import type { History } from '../history/history.js';
import { movePointers } from '../history/pointers.js';
import { record } from '../history/record.js';
import type { ReadSealed, Recorder } from '../history/recorder.js';
import { formatStored } from '../history/state.js';
import type { FileEdit } from '../store/git/repository.js';
import type { JournalRecord } from '../store/journal/journal.js';
import type { Store } from '../store/store.js';
import { mergePoints } from './merge-points.js';
import { formatPoints, pointsPath, type MetricPoint } from './points.js';
import { pointersOf, runRecordPath, runRecordSchema, toRecord, toRunRow } from './record.js';
import {
  changeRun,
  isEnd,
  runChangeSchema,
  toPoints,
  type ChangedPoint,
  type RunChange,
} from './run-change.js';
import { tellWatchers } from './watch-runs.js';

const KIND = 'run';
/** As records of points alone were called before. */
const OLD_KIND = 'points';

/** How a run ends. */
export type Ending = NonNullable<RunChange['ended']>;

/** Keeps a change of a run, no secret in its texts; durable when it resolves with the record's number. */
export async function recordRun(history: History, change: RunChange): Promise<number> {
  const { number } = await record(history, KIND, await cleanChange(history, change));
  tellWatchers(history, change);
  return number;
}

/** Keeps points of a run, which is made with the first; durable when it resolves with the record's number. */
export function logPoints(
  history: History,
  run: string,
  logged: { readonly points: readonly MetricPoint[]; readonly ended?: Ending | undefined },
): Promise<number> {
  return recordRun(history, {
    run,
    points: logged.points.map(({ name, value, step, time }) => [name, value, step, time]),
    ...(logged.ended === undefined ? {} : { ended: logged.ended }),
  });
}

/** The change with each text as it is kept. */
async function cleanChange({ secrets }: History, change: RunChange): Promise<RunChange> {
  const { started, name, params = [], tags = [], untagged = [], points = [] } = change;
  const { files = [], unfiled = [], inputs = [] } = change;
  const { texts, values } = await cleanKept(
    secrets,
    [
      ...[name, started?.name, started?.user].flatMap((text) => text ?? []),
      ...[...params.map(([each]) => each), ...tags.flat(), ...untagged],
      ...new Set([...points, ...files].map(([each]) => each)),
      ...[
        ...unfiled,
        ...inputs.flatMap((input) => input.tags.flatMap(({ name: each, value }) => [each, value])),
      ],
    ],
    params,
  );
  const clean = (text: string): string => texts.get(text) ?? '';
  return {
    ...change,
    ...(started === undefined
      ? {}
      : { started: { ...started, name: clean(started.name), user: clean(started.user) } }),
    ...(name === undefined ? {} : { name: clean(name) }),
    ...(params.length === 0
      ? {}
      : { params: params.map(([each], at) => [clean(each), values[at] ?? '']) }),
    ...(tags.length === 0
      ? {}
      : { tags: tags.map(([each, value]) => [clean(each), clean(value)]) }),
    ...(untagged.length === 0 ? {} : { untagged: untagged.map(clean) }),
    ...(files.length === 0
      ? {}
      : { files: files.map(([each, ...rest]) => [clean(each), ...rest]) }),
    ...(inputs.length === 0
      ? {}
      : {
          inputs: inputs.map(({ kind, id, tags: own }) => ({
            ...{ kind, id },
            tags: own.map(({ name: each, value }) => ({ name: clean(each), value: clean(value) })),
          })),
        }),
    ...(unfiled.length === 0 ? {} : { unfiled: unfiled.map(clean) }),
    ...(points.length === 0
      ? {}
      : { points: points.map((point) => withName(point, clean(point[0]))) }),
  };
}

/** The point itself where it has that name: there may be a thousand, and hardly ever one with a secret. */
function withName(point: ChangedPoint, name: string): ChangedPoint {
  return point[0] === name ? point : [name, point[1], point[2], point[3]];
}

/** The points of a run that records hold, in order. */
export function* pointsOf(
  records: readonly JournalRecord[],
  run: string,
): Generator<MetricPoint, void> {
  for (const entry of records)
    if ((entry.kind === KIND || entry.kind === OLD_KIND) && changeOf(entry).run === run)
      yield* toPoints(changeOf(entry));
}

/** What changes in runs, as it comes: the row has the last of each metric, the whole course is in files beside the run's record. */
export const RUN_RECORDERS: readonly Recorder[] = [OLD_KIND, KIND].map((kind) => ({
  kind,
  toRows: async (store, entry) => {
    const change = runChangeSchema.parse(entry.data);
    return { runs: [changeRun(await store.catalog.findRun(change.run), change, entry)] };
  },
  seal: async (store, records, read) => {
    const edits: FileEdit[] = [];
    for (const [run, entries] of toRuns(records))
      edits.push(...(await sealRun(store, run, entries, read)));
    return edits;
  },
}));

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
    text === undefined ? undefined : runRecordSchema.parse(JSON.parse(text.toString('utf8')));
  let row = before === undefined ? undefined : toRunRow(before);
  for (const entry of entries) row = changeRun(row, changeOf(entry), entry);
  if (row === undefined) return [];
  const file = {
    path: pointsPath(run, first.number),
    content: await formatPoints(eachPoint(entries)),
  };
  const files = file.content.length === 0 ? [] : [file];
  const record = toRecord(row);
  const hasFiles = entries.some((entry) => changesFiles(changeOf(entry)));
  const isEnded = entries.some((entry) => hasEnded(changeOf(entry)));
  return [
    { path: runRecordPath(run), content: formatStored(record) },
    ...(hasFiles ? movePointers(before && pointersOf(before), pointersOf(record)) : []),
    ...(isEnded ? await mergePoints(store, run, files) : files),
  ];
}

function changesFiles({ files = [], unfiled = [] }: RunChange): boolean {
  return files.length + unfiled.length > 0;
}

function hasEnded({ status, ended }: RunChange): boolean {
  return ended !== undefined || (status !== undefined && isEnd(status));
}

/** What a record holds that toRows has let into the journal; its hash says that it is the same still. */
function changeOf(entry: JournalRecord): RunChange {
  return entry.data as RunChange;
}

function* eachPoint(entries: Iterable<JournalRecord>): Generator<MetricPoint, void> {
  for (const entry of entries) yield* toPoints(changeOf(entry));
}

function toRuns(records: readonly JournalRecord[]): ReadonlyMap<string, readonly JournalRecord[]> {
  const runs = new Map<string, JournalRecord[]>();
  for (const entry of records) {
    const { run } = changeOf(entry);
    const list = runs.get(run) ?? [];
    list.push(entry);
    runs.set(run, list);
  }
  return runs;
}
