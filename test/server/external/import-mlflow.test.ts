import { expect, test } from 'vitest';

import type { MlflowImported } from '../../../contract/import.js';
import { importMlflow } from '../../../server/external/import-mlflow.js';
import type { History } from '../../../server/history/history.js';
import { getRun } from '../../../server/tracking/log-run.js';
import { recordRun } from '../../../server/tracking/record-runs.js';
import { readPoints } from '../../../server/tracking/read-points.js';
import { createTurns } from '../../../server/tracking/turns.js';
import { openTestHistory } from '../scratch.js';
import { answerJson, stand, type Came, type Standing } from './server.js';

const API = '/api/2.0/mlflow';
const FILES = '/api/2.0/mlflow-artifacts/artifacts';
const IDS = ['a'.repeat(32), 'b'.repeat(32), 'made-up-by-hand'];

/** How a server differs from one that is well. */
interface Ill {
  /** It cannot give its files. */
  files?: boolean;
  /** It goes away at the question for this run's metric. */
  endsAt?: string;
  /** It names files that lead elsewhere. */
  hostile?: boolean;
}

/** A server of 2.x: one experiment with three runs, each with a metric of three values in two pages, and a file. */
function standOld(ill: Ill = {}): Promise<Standing> {
  return stand((came, response) => {
    const answer = answerOld(came, ill);
    if (answer === undefined) answerJson(response, { error_code: 'ENDPOINT_NOT_FOUND' }, 404);
    else if (answer === 'broken') answerJson(response, { message: 'no access' }, 500);
    else if (answer === 'away') response.destroy();
    else if (typeof answer === 'string') response.end(answer);
    else answerJson(response, answer);
  });
}

function answerOld({ path, body }: Came, ill: Ill): object | string | undefined {
  const url = new URL(path, 'http://x');
  const query = url.searchParams;
  switch (url.pathname) {
    case `${API}/experiments/search`:
      return { experiments: [{ experiment_id: '7', name: 'old', lifecycle_stage: 'active' }] };
    case `${API}/runs/search`:
      return body.includes('second')
        ? { runs: [toRun(IDS[2]!)] }
        : { runs: IDS.slice(0, 2).map(toRun), next_page_token: 'second' };
    case `${API}/metrics/get-history`: {
      if (query.get('run_id') === ill.endsAt) return 'away';
      const [point, last] = [
        { key: 'loss', value: 'NaN', timestamp: '5', step: '0' },
        { key: 'loss', value: 0.25, timestamp: 7, step: 1 },
      ];
      return query.get('page_token') === null
        ? { metrics: [point], next_page_token: 'p' }
        : { metrics: [last] };
    }
    case `${API}/registered-models/search`:
      return {};
    case FILES:
      if (ill.files === true) return 'broken';
      return { files: [{ path: ill.hostile === true ? '..' : 'model.pkl', file_size: '5' }] };
    default:
      return url.pathname.startsWith(`${FILES}/`) ? 'bytes' : undefined;
  }
}

function toRun(id: string): object {
  return {
    info: {
      ...{ run_id: id, run_name: `run ${id}`, experiment_id: '7', user_id: 'ada' },
      ...{ status: 'FINISHED', start_time: '100', end_time: '200' },
      artifact_uri: `mlflow-artifacts:/7/${id}/artifacts`,
    },
    data: {
      metrics: [{ key: 'loss', value: 0.25, timestamp: 7, step: 1 }],
      params: [{ key: '__proto__', value: 'x' }],
    },
  };
}

function bring(
  history: History,
  url: string,
  more: { readonly signal?: AbortSignal } = {},
): Promise<MlflowImported> {
  return importMlflow(history, createTurns(), {
    ...{ url, secrets: {}, experiments: undefined, since: undefined },
    ...more,
  });
}

test('a server of 2.x, which knows no logged models, is brought in too', async () => {
  const history = await openTestHistory();
  const { url } = await standOld();
  const done = await bring(history, url);
  expect(done).toMatchObject({ runs: { made: 3, failed: 0 }, points: 6, files: 3, bytes: 15 });
  expect(done.warnings).toEqual([]);
  const run = await getRun(history.store, IDS[0]!);
  expect(run).toMatchObject({ status: 'finished', start: 100, end: 200, user: 'ada' });
  expect(Object.entries(run.params)).toEqual([['__proto__', 'x']]);
  expect(run.artifacts.map(({ name, size }) => [name, size])).toEqual([['model.pkl', 5]]);
  const { columns, sorted } = await readPoints(history.store, { run: run.id, name: 'loss' });
  expect([...sorted()].map((at) => columns.at(at))).toEqual([
    { value: 'NaN', step: 0, time: 5 },
    { value: 0.25, step: 1, time: 7 },
  ]);
});

test('a run whose id was made up gets one of ours, the same each time', async () => {
  const history = await openTestHistory();
  const { url } = await standOld();
  await bring(history, url);
  const named = (await history.store.catalog.rows()).runs.filter(
    ({ name }) => name === `run ${IDS[2]!}`,
  );
  expect(named.map(({ id }) => /^[0-9a-f]{32}$/.test(id))).toEqual([true]);
  expect((await bring(history, url)).runs).toMatchObject({ made: 0, known: 3 });
});

test('what goes wrong with one run is told at the end, stops no other, and is mended by the next import', async () => {
  const history = await openTestHistory();
  const ill: Ill = { files: true };
  const { url } = await standOld(ill);
  const first = await bring(history, url);
  expect(first.runs).toEqual({ made: 0, changed: 0, known: 0, failed: 3 });
  expect(first.warnings).toHaveLength(3);
  expect(first.warnings[0]?.message).toContain('no access');
  // All but the files is here all the same.
  expect((await getRun(history.store, IDS[1]!)).metrics['loss']?.value).toBe(0.25);
  ill.files = false;
  const second = await bring(history, url);
  expect(second.runs).toEqual({ made: 0, changed: 3, known: 0, failed: 0 });
  expect(second).toMatchObject({ points: 0, files: 3 });
});

test('an import that is ended while the server does not answer goes on from there', async () => {
  const history = await openTestHistory();
  const ill: Ill = { endsAt: IDS[2]! };
  const { url } = await standOld(ill);
  const controller = new AbortController();
  const away = bring(history, url, { signal: controller.signal });
  setTimeout(() => controller.abort(new Error('a person has enough')), 800);
  await expect(away).rejects.toThrow('a person has enough');
  delete ill.endsAt;
  const done = await bring(history, url);
  expect(done.runs).toMatchObject({ known: 2, changed: 1, failed: 0 });
  expect(done.points).toBe(2);
});

test('a name of a file that leads elsewhere is refused', async () => {
  const history = await openTestHistory();
  const { url } = await standOld({ hostile: true });
  const done = await bring(history, url);
  expect(done.runs.failed).toBe(3);
  expect(done.warnings[0]?.message).toContain('leads elsewhere');
  expect((await getRun(history.store, IDS[0]!)).artifacts).toEqual([]);
});

test('a run of the same id that did not come from there is left as it is', async () => {
  const history = await openTestHistory();
  const { url } = await standOld();
  await recordRun(history, { run: IDS[0]!, name: 'mine', status: 'running' });
  const done = await bring(history, url);
  expect(done.runs).toMatchObject({ made: 2, failed: 1 });
  expect(await getRun(history.store, IDS[0]!)).toMatchObject({ name: 'mine', status: 'running' });
});
