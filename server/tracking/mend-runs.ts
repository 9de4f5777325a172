import type { Mender } from '../history/mender.js';
import { formatStored } from '../history/state.js';
import { formatPointer, isPointerPath } from '../store/artifacts/pointer.js';
import { formatPoints } from './points.js';
import { runRecordPath, toRecord } from './record.js';

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
  restate: (_store, { runs = [] }) =>
    Promise.resolve(
      runs.map((run) => ({ path: runRecordPath(run.id), content: formatStored(toRecord(run)) })),
    ),
};
