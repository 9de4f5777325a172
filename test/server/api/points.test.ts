import { expect, test } from 'vitest';

import { KERNEL, serve } from './served.js';

const RUN = 'c'.repeat(32);
const NAME = 'val/loss "α"';

test('a kernel logs points, and anybody who may read sees the run and the course', async () => {
  const { ask, own } = await serve();
  const headers = { authorization: `Bearer ${KERNEL}` };
  const points = [1, 'NaN', 0.25].map((value, step) => ({ name: NAME, value, step, time: step }));
  const path = `api/v1/runs/${RUN}`;
  const logged = await ask({ method: 'POST', path: `${path}/points`, headers, body: { points } });
  expect(logged.json()).toMatchObject({ kept: 3 });
  expect((await own('GET', path)).json()).toMatchObject({
    id: RUN,
    status: 'running',
    snapshot: null,
    metrics: { [NAME]: { value: 0.25, step: 2 } },
  });
  const course = await own('GET', `${path}/metrics/${encodeURIComponent(NAME)}?from=1`);
  expect(course.json()).toEqual({
    run: RUN,
    name: NAME,
    total: 2,
    points: points.slice(1).map(({ value, step, time }) => ({ value, step, time })),
  });
  const refused = await ask({ path, headers });
  expect(refused.status).toBe(403);
});

test.each([
  ['POST', `api/v1/runs/xyz/points`, { points: [] }, 400],
  ['POST', `api/v1/runs/${RUN}/points`, { points: [{ name: '', value: 1 }] }, 400],
  ['POST', `api/v1/runs/${RUN}/points`, { points: [{ name: 'a', value: 'many' }] }, 400],
  ['POST', `api/v1/runs/${RUN}/points`, { points: [{ name: 'a', value: 1, step: 0.5 }] }, 400],
  ['GET', `api/v1/runs/${RUN}`, undefined, 404],
  ['GET', `api/v1/runs/${RUN}/metrics/loss`, undefined, 404],
  ['GET', `api/v1/runs/${RUN}/metrics/loss?buckets=0`, undefined, 400],
])('%s %s %j is answered with %i', async (method, path, body, status) => {
  const { own } = await serve();
  expect((await own(method, path, body)).status).toBe(status);
});
