import type { Mender } from '../history/mender.js';
import { formatStored } from '../history/state.js';
import { formatPointer, isPointerPath } from '../store/artifacts/pointer.js';
import type { FileEdit } from '../store/git/repository.js';
import { formatPoints } from './points.js';
import { runRecordPath, runRecordSchema, toRecord, type RunRecord } from './record.js';

const RUN = /^\.cellar\/runs\/[^/]+\/([^/]+)\//;

/** Runs: their records, the pointers to their files, and the points of those that logged each metric once. */
export const mendRuns: Mender = {
  guess: async function* (store, path) {
    const run = await store.catalog.findRun(RUN.exec(path)?.[1] ?? '');
    if (run === undefined) return;
    if (path === runRecordPath(run.id)) yield formatStored(toRecord(run, []));
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
      const record = toRecord(run, before?.datasets ?? []);
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
