import { onTestFinished, expect, test, vi } from 'vitest';

import { eventSchema, type CellarEvent } from '../../../contract/events.js';
import { liveSchema } from '../../../contract/live.js';
import { burst, serve, TOKEN, type Served } from './served.js';

const MLFLOW = 'api/2.0/mlflow';
const [FIRST, SECOND] = ['k-one', 'k-two'];

/** Starts a run as a cell of a kernel does. */
async function start({ own }: Served, kernel: string, name: string): Promise<string> {
  const tags = { 'cellar.kernel': kernel, 'cellar.cell': 'fit', 'cellar.certainty': 'sure' };
  const answer = await own('POST', `${MLFLOW}/runs/create`, {
    ...{ experiment_id: '0', run_name: name, start_time: Date.now() },
    tags: Object.entries(tags).map(([key, value]) => ({ key, value })),
  });
  expect(answer.status, answer.text).toBe(200);
  return answer.json<{ run: { info: { run_id: string } } }>().run.info.run_id;
}

async function log({ own }: Served, run: string, key: string, value: unknown): Promise<void> {
  const body = { run_id: run, key, value, timestamp: Date.now(), step: 0 };
  const answer = await own('POST', `${MLFLOW}/runs/log-metric`, body);
  expect(answer.status, answer.text).toBe(200);
}

/** What the server tells from now on. */
async function listen({ port }: Served): Promise<readonly CellarEvent[]> {
  const ending = new AbortController();
  onTestFinished(() => {
    ending.abort();
  });
  const { body } = await fetch(`http://127.0.0.1:${port}/events`, {
    headers: { authorization: `Bearer ${TOKEN}` },
    signal: ending.signal,
  });
  const heard: CellarEvent[] = [];
  const read = async (): Promise<void> => {
    let text = '';
    const decoder = new TextDecoder();
    for await (const bytes of body ?? []) {
      const parts = (text + decoder.decode(bytes as Uint8Array, { stream: true })).split('\n\n');
      text = parts.pop() ?? '';
      for (const part of parts)
        if (part.startsWith('data: ')) heard.push(eventSchema.parse(JSON.parse(part.slice(6))));
    }
  };
  void read().catch(() => undefined);
  await vi.waitFor(() => {
    expect(heard[0]?.kind).toBe('generation');
  });
  return heard;
}

function toldOf(heard: readonly CellarEvent[], run: string): readonly string[] {
  return heard.flatMap((event) =>
    event.kind === 'runs'
      ? event.runs.flatMap((told) => (told.run === run ? [told.what] : []))
      : [],
  );
}

test('tells of a run as it is logged to: at once, then no more than twice a second', async () => {
  const served = await serve();
  const heard = await listen(served);
  const run = await start(served, FIRST, 'train');
  await vi.waitFor(() => {
    expect(toldOf(heard, run)).toEqual(['facts']);
  });
  expect(heard.find(({ kind }) => kind === 'runs')).toEqual({
    kind: 'runs',
    runs: [{ run, notebook: null, kernels: [FIRST], what: 'facts' }],
  });
  const began = performance.now();
  let count = 0;
  for (; performance.now() - began < 1_200; count += 1) await log(served, run, 'loss', count);
  await vi.waitFor(() => {
    expect(toldOf(heard, run).at(-1)).toBe('values');
  });
  const seconds = (performance.now() - began) / 1_000;
  const told = toldOf(heard, run).slice(1);
  expect(count).toBeGreaterThan(told.length);
  expect(told.length).toBeLessThanOrEqual(2 * seconds + 1);
  await served.own('POST', `${MLFLOW}/runs/update`, { run_id: run, status: 'FINISHED' });
  await vi.waitFor(() => {
    expect(toldOf(heard, run).at(-1)).toBe('facts');
  });
});

async function live({ own }: Served, query: string): Promise<ReturnType<typeof liveSchema.parse>> {
  const answer = await own('GET', `api/v1/live?${query}`);
  expect(answer.status, answer.text).toBe(200);
  return liveSchema.parse(answer.json());
}

test('a kernel has the runs that go on in it, the last first, and others when they are named', async () => {
  const served = await serve();
  const old = await start(served, FIRST, 'old');
  await served.own('POST', `${MLFLOW}/runs/update`, { run_id: old, status: 'FINISHED' });
  const one = await start(served, FIRST, 'one');
  const other = await start(served, SECOND, 'other');
  for (const [name, value] of [
    ['lr', 0.1],
    ['loss', 'NaN'],
    ['accuracy', 0.5],
    ['epoch', 3],
    ['train_accuracy', 0.6],
  ] as const)
    await log(served, one, name, value);
  const found = await live(served, `kernel=${FIRST}`);
  expect(found.runs.map(({ name, status }) => [name, status])).toEqual([['one', 'running']]);
  expect(found.runs[0]?.metrics.map(({ name, value }) => [name, value])).toEqual([
    ['accuracy', 0.5],
    ['loss', 'NaN'],
    ['epoch', 3],
    ['lr', 0.1],
  ]);
  expect(found.runs[0]?.total).toBe(5);
  expect(found.runs[0]?.made).toEqual([{ cell: 'fit', count: null }]);
  const byMetric = await live(served, `kernel=${FIRST}&metric=lr&metrics=1`);
  expect(byMetric.runs[0]?.metrics.map(({ name }) => name)).toEqual(['lr']);
  const named = await live(served, `kernel=${FIRST}&runs=${old},${other}`);
  expect(named.runs.map(({ name }) => name).sort()).toEqual(['old', 'one', 'other']);
  expect((await live(served, '')).runs).toEqual([]);
});

test('what a version has claimed is of its notebook, on whatever kernel, and of no other', async () => {
  const served = await serve();
  const run = await start(served, FIRST, 'long');
  const executions = [{ cell: 'c0', index: 0, count: 1, status: 'ok' }];
  const bundles = [{ cell: 'c0', bundle: { run: { id: run } } }];
  const keep = async (path: string, more: object): Promise<string> => {
    const answer = await served.own('POST', 'api/v1/bursts', burst(path, [`fit('${path}')`], more));
    expect(answer.status, answer.text).toBe(200);
    return answer.json<{ snapshot: { notebook: string } }>().snapshot.notebook;
  };
  const notebook = await keep('a.ipynb', { executions, bundles });
  const elsewhere = await keep('b.ipynb', {});
  const ids = async (query: string): Promise<readonly string[]> =>
    (await live(served, query)).runs.map(({ id }) => id);
  expect(await ids(`notebook=${notebook}`)).toEqual([run]);
  expect(await ids(`notebook=${elsewhere}&kernel=${FIRST}`)).toEqual([]);
  expect(await ids(`kernel=${FIRST}`)).toEqual([run]);
});

test('a deleted run goes on for nobody', async () => {
  const served = await serve();
  const run = await start(served, FIRST, 'gone');
  await served.own('POST', `${MLFLOW}/runs/delete`, { run_id: run });
  expect((await live(served, `kernel=${FIRST}&runs=${run}`)).runs).toEqual([]);
});

test.each(['runs=xyz', 'metrics=0', 'metrics=many', `kernel=${'k'.repeat(201)}`])(
  '?%s is refused with what is wrong',
  async (query) => {
    const { own } = await serve();
    const answer = await own('GET', `api/v1/live?${query}`);
    expect(answer.status).toBe(400);
    expect(answer.json<{ message: string }>().message).toContain(query.split('=')[0]);
  },
);
