import {
  courseQuerySchema,
  courseSchema,
  loggedPointsSchema,
  logPointsSchema,
  runIdSchema,
} from '../../../contract/points.js';
import { CellarError } from '../../errors.js';
import { readCourse } from '../../tracking/read-course.js';
import { logPoints } from '../../tracking/record-runs.js';
import { signalOf } from '../leaving.js';
import { jsonOperation, type Operation } from '../operation.js';
import type { ApiParts } from '../parts.js';

/** Runs while they go on: metrics in, and their courses out. */
export function pointsOperations(parts: ApiParts): readonly Operation[] {
  const { history } = parts;
  const { store } = history;
  return [
    jsonOperation({
      method: 'post',
      route: 'runPoints',
      summary: 'Keep values of metrics; answered once they are synced to the disk',
      grants: ['kernel'],
      body: logPointsSchema,
      answer: loggedPointsSchema,
      run: async ({ body, param }) => {
        const run = checkRunId(param('id'));
        const now = store.now();
        const points = body.points.map((point) => ({ ...point, time: point.time ?? now }));
        const number = await logPoints(history, run, { points, ended: body.ended });
        return { kept: points.length, number };
      },
    }),
    jsonOperation({
      method: 'get',
      route: 'runMetric',
      summary: 'The course of a metric, thinned out so that no peak is lost',
      grants: ['viewer'],
      query: courseQuerySchema,
      answer: courseSchema,
      run: async ({ query, param, response }) => {
        const [run, name] = [param('id'), param('name')];
        const course = await readCourse(store, { ...query, run, name }, signalOf(response));
        return { run, name, total: course.total, points: [...course.points] };
      },
    }),
  ];
}

function checkRunId(id: string): string {
  const parsed = runIdSchema.safeParse(id);
  if (parsed.success) return parsed.data;
  throw new CellarError(
    'bad_request',
    `${JSON.stringify(id)} is no run's id: it has 32 hexadecimal digits.`,
  );
}
