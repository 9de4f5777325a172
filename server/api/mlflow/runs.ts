import * as z from 'zod';

import type { RunStatus } from '../../../contract/snapshot.js';
import { CellarError } from '../../errors.js';
import {
  getRun,
  logToRun,
  NAME_TAG,
  setDeleted,
  startRun,
  updateRun,
} from '../../tracking/log-run.js';
import { searchRuns } from '../../tracking/search-runs.js';
import { reading, writing, type MlflowOperation } from './operation.js';
import { checkMost, pageOf } from './page.js';
import type { MlflowParts } from './parts.js';
import { toRuns, type MlflowRun } from './to-run.js';
import {
  checkKey,
  cut,
  experimentIdSchema,
  listOf,
  MOST,
  pairSchema,
  runSchema,
  textSchema,
  viewSchema,
  wholeSchema,
} from './values.js';

const STATUSES: Readonly<Record<string, RunStatus>> = {
  RUNNING: 'running',
  SCHEDULED: 'scheduled',
  FINISHED: 'finished',
  FAILED: 'failed',
  KILLED: 'killed',
};
const statusSchema = z.enum(['RUNNING', 'SCHEDULED', 'FINISHED', 'FAILED', 'KILLED']);

/** Runs: started, found, changed, taken away and brought back. */
export function runOperations({ history, turns }: MlflowParts): readonly MlflowOperation[] {
  const { store } = history;
  const get = async (id: string): Promise<MlflowRun> => {
    const [run] = await toRuns(store, [await getRun(store, id)]);
    if (run === undefined) throw new RangeError(`no run of ${id}`);
    return run;
  };
  return [
    writing({
      method: 'post',
      path: '/runs/create',
      input: z.object({
        experiment_id: experimentIdSchema.nullish(),
        user_id: textSchema,
        run_name: textSchema,
        start_time: wholeSchema.nullish(),
        tags: listOf(pairSchema),
      }),
      run: async (asked) => {
        for (const { key } of asked.tags) checkKey(key, 'tag');
        const named = asked.tags.findLast(({ key }) => key === NAME_TAG)?.value ?? '';
        if (named !== '' && asked.run_name !== '' && named !== asked.run_name)
          throw new CellarError(
            'bad_request',
            `The run is named ${JSON.stringify(asked.run_name)}, and by its tag ${NAME_TAG} ${JSON.stringify(named)}. Give it one name.`,
          );
        const { id } = await startRun(history, {
          experiment: asked.experiment_id ?? '0',
          name: asked.run_name,
          user: asked.user_id,
          time: asked.start_time ?? 0,
          tags: asked.tags.map(({ key, value }) => [key, cut(value, MOST.tag)]),
        });
        return { run: await get(id) };
      },
    }),
    reading({
      method: 'get',
      path: '/runs/get',
      input: runSchema,
      run: async ({ id }) => ({ run: await get(id) }),
    }),
    writing({
      method: 'post',
      path: '/runs/update',
      input: runSchema.and(
        z.object({
          status: statusSchema.nullish(),
          end_time: wholeSchema.nullish(),
          run_name: textSchema,
        }),
      ),
      run: async ({ id, status, end_time: end, run_name: name }) => {
        const changed = STATUSES[status ?? ''];
        const row = await updateRun(history, id, {
          ...(changed === undefined ? {} : { status: changed }),
          ...(end === undefined || end === null ? {} : { end }),
          ...(name === '' ? {} : { name }),
        });
        const [run] = await toRuns(store, [row]);
        return { run_info: run?.info };
      },
    }),
    ...[true, false].map((deleted) =>
      writing({
        method: 'post',
        path: deleted ? '/runs/delete' : '/runs/restore',
        input: runSchema,
        run: async ({ id }) => {
          await setDeleted(history, id, deleted);
          return {};
        },
      }),
    ),
    writing({
      method: 'post',
      path: '/runs/delete-tag',
      input: runSchema.and(z.object({ key: z.string() })),
      run: async ({ id, key }) => {
        await logToRun(history, turns, id, { untagged: [key] });
        return {};
      },
    }),
    reading({
      method: 'post',
      path: '/runs/search',
      input: z.object({
        experiment_ids: listOf(experimentIdSchema),
        run_view_type: viewSchema,
        filter: textSchema,
        max_results: wholeSchema.nullish(),
        order_by: listOf(z.string()),
        page_token: textSchema,
      }),
      run: async (asked) => {
        const most = checkMost(asked.max_results, 1_000, MOST.found);
        const found = await searchRuns(store, {
          experiments: asked.experiment_ids,
          view: asked.run_view_type,
          filter: asked.filter,
          strict: true,
          order: asked.order_by,
        });
        const { items, next } = pageOf(found, asked.page_token, most);
        return { runs: await toRuns(store, items), next_page_token: next };
      },
    }),
  ];
}
