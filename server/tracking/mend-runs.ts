import type { Mender } from '../history/mender.js';
import { formatStored } from '../history/state.js';
import { formatPointer, isPointerPath } from '../store/artifacts/pointer.js';
import type { RunRow } from '../store/catalog/rows.js';
import type { FileEdit } from '../store/git/repository.js';
import { formatPoints } from './points.js';
import { runRecordPath, runRecordSchema, type RunRecord } from './record.js';

const RUN = /^\.cellar\/runs\/[^/]+\/([^/]+)\//;

/** Runs: their records, the pointers to their files, and the points of those that logged each metric once. */
export const mendRuns: Mender = {
  guess: async function* (store, path) {
    const run = await store.catalog.findRun(RUN.exec(path)?.[1] ?? '');
    if (run === undefined) return;
    if (path === runRecordPath(run.id)) yield formatStored(toRecord(run));
    else if (isPointerPath(path)) for (const file of run.artifacts) yield formatPointer(file);
    else
      yield await formatPoints(
        Object.entries(run.metrics).map(([name, { value, step, time }]) => ({
          name,
          value,
          step,
          time,
        })),
      );
  },
  restate: async (_store, { runs = [] }, read) => {
    const edits: FileEdit[] = [];
    for (const run of runs) {
      const before = parseRecord(await read(runRecordPath(run.id)));
      // The catalog has no data sets.
      const record = { ...toRecord(run), datasets: before?.datasets ?? [] };
      edits.push({ path: runRecordPath(run.id), content: formatStored(record) });
    }
    return edits;
  },
};

function parseRecord(content: Buffer | undefined): RunRecord | undefined {
  return content === undefined
    ? undefined
    : runRecordSchema.safeParse(JSON.parse(content.toString('utf8'))).data;
}

/** The inverse of toRunRow, in the order of fields in which a record is kept. */
function toRecord(run: RunRow): RunRecord {
  return {
    format: 1,
    id: run.id,
    name: run.name,
    status: run.status,
    experiment: run.experiment,
    snapshot: run.snapshot,
    notebook: run.notebook,
    number: run.number,
    cells: [...run.cells],
    start: run.start,
    end: run.end,
    metrics: Object.entries(run.metrics).map(([name, metric]) => ({ name, ...metric })),
    params: Object.entries(run.params).map(([name, value]) => ({ name, value })),
    tags: Object.entries(run.tags).map(([name, value]) => ({ name, value })),
    datasets: [],
    artifacts: [...run.artifacts],
  };
}
