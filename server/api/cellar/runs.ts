import { liveQuerySchema, liveSchema } from '../../../contract/live.js';
import { foundRunsSchema, runSearchSchema } from '../../../contract/run-search.js';
import { listExperiments } from '../../tracking/experiments.js';
import { readLive } from '../../tracking/live.js';
import { endOf } from '../../tracking/run-fields.js';
import { searchRuns } from '../../tracking/search-runs.js';
import { toRun } from '../../tracking/snapshots.js';
import { jsonOperation, type Operation } from '../operation.js';
import type { ApiParts } from '../parts.js';

/** Runs of the whole workspace, by whatever is known of them. */
export function runOperations({ history: { store } }: ApiParts): readonly Operation[] {
  return [
    jsonOperation({
      method: 'get',
      route: 'runs',
      summary: 'Find runs by metrics, params, tags, times, and by notebook, version, cell and data',
      grants: ['viewer'],
      query: runSearchSchema,
      answer: foundRunsSchema,
      run: async ({ query }) => {
        const { filter, order, experiment, view, offset, limit } = query;
        const experiments =
          experiment.length > 0 ? experiment : (await listExperiments(store)).map(({ id }) => id);
        const found = await searchRuns(store, { filter, order, experiments, view, strict: false });
        return {
          runs: found.slice(offset, offset + limit).map((row) => ({
            ...toRun(row),
            ...{ experiment: row.experiment, snapshot: row.snapshot, notebook: row.notebook },
            ...{ cells: [...row.cells], user: row.user, tags: { ...row.tags } },
            ...{ start: row.start, end: endOf(row) ?? null },
          })),
          offset,
          total: found.length,
        };
      },
    }),
    jsonOperation({
      method: 'get',
      route: 'live',
      summary: 'The runs that go on in a kernel or a notebook, with their latest values',
      grants: ['viewer'],
      query: liveQuerySchema,
      answer: liveSchema,
      run: ({ query }) => readLive(store, query),
    }),
  ];
}
