import { expect, test } from 'vitest';

import type { MlflowImported } from '../../../contract/import.js';
import { importMlflow } from '../../../server/external/import-mlflow.js';
import type { History } from '../../../server/history/history.js';
import { createExperiment, findExperimentNamed } from '../../../server/tracking/experiments.js';
import { getRun, setDeleted } from '../../../server/tracking/log-run.js';
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
  /** The run of this id is deleted there, or the experiment is, with all its runs. */
  deleted?: string;
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
      return seen(body, [
        { experiment_id: '7', name: 'old', lifecycle_stage: stageOf(ill.deleted === 'old') },
      ]);
    case `${API}/runs/search`: {
      const runs = IDS.map((id) => toRun(id, stageOf([id, 'old'].includes(ill.deleted ?? ''))));
      return body.includes('second')
        ? seen(body, runs.slice(2))
        : { ...seen(body, runs.slice(0, 2)), next_page_token: 'second' };
    }
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

interface Staged {
  readonly experiment_id?: string;
  readonly name?: string;
  readonly lifecycle_stage?: string;
  readonly info?: { readonly lifecycle_stage: string };
}

function stageOf(isDeleted: boolean): string {
  return isDeleted ? 'deleted' : 'active';
}

/** What of these is answered where not all were asked for. */
function seen(body: Buffer, all: readonly Staged[]): object {
  const isAll = body.includes('"ALL"');
  const some = all.filter(
    ({ lifecycle_stage: own, info }) => isAll || (own ?? info?.lifecycle_stage) === 'active',
  );
  return { experiments: some, runs: some };
}

function toRun(id: string, stage: string): Staged {
  return {
    info: {
      lifecycle_stage: stage,
      ...{ run_id: id, run_name: `run ${id}`, experiment_id: '7', user_id: 'ada' },
      ...{ status: 'FINISHED', start_time: '100', end_time: '200' },
      artifact_uri: `mlflow-artifacts:/7/${id}/artifacts`,
    },
    data: {
      metrics: [{ key: 'loss', value: 0.25, timestamp: 7, step: 1 }],
      params: [{ key: '__proto__', value: 'x' }],
    },
  } as Staged;
}

function bring(
  history: History,
  url: string,
  more: { readonly signal?: AbortSignal; readonly deleted?: boolean } = {},
): Promise<MlflowImported> {
  return importMlflow(history, createTurns(), {
    ...{ url, secrets: {}, experiments: undefined, since: undefined, deleted: false },
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

test('a run that is deleted there comes in as a deleted one, where that is asked for, and follows', async () => {
  const history = await openTestHistory();
  const ill: Ill = { deleted: IDS[0]! };
  const { url } = await standOld(ill);
  expect((await bring(history, url)).runs).toMatchObject({ made: 2 });
  const deleted = true;
  expect((await bring(history, url, { deleted })).runs).toMatchObject({ made: 1, known: 2 });
  const gone = async (): Promise<boolean[]> =>
    Promise.all(IDS.slice(0, 2).map(async (id) => (await getRun(history.store, id)).deleted));
  expect(await gone()).toEqual([true, false]);
  expect((await getRun(history.store, IDS[0]!)).artifacts).toHaveLength(1);
  expect((await bring(history, url, { deleted })).runs).toMatchObject({ known: 3 });

  // Restored there, another deleted.
  ill.deleted = IDS[1]!;
  expect((await bring(history, url, { deleted })).runs).toMatchObject({ changed: 2, known: 1 });
  expect(await gone()).toEqual([false, true]);

  // Whoever restores or deletes one here has the last word.
  await setDeleted(history, IDS[1]!, false);
  await setDeleted(history, IDS[0]!, true);
  expect((await bring(history, url, { deleted })).runs).toMatchObject({ changed: 0, known: 3 });
  expect(await gone()).toEqual([true, false]);
});

test('the runs of an experiment that is deleted there are restored with it', async () => {
  const history = await openTestHistory();
  const ill: Ill = { deleted: 'old' };
  const { url } = await standOld(ill);
  expect((await bring(history, url)).experiments.made).toBe(0);
  const deleted = true;
  expect(await bring(history, url, { deleted })).toMatchObject({
    ...{ experiments: { made: 1 }, runs: { made: 3 } },
  });
  const find = async (): Promise<boolean | undefined> =>
    (await findExperimentNamed(history.store, 'old'))?.deleted;
  expect(await find()).toBe(true);
  expect((await getRun(history.store, IDS[0]!)).deleted).toBe(false);
  expect(await bring(history, url, { deleted })).toMatchObject({
    ...{ experiments: { known: 1 }, runs: { known: 3 } },
  });
  delete ill.deleted;
  expect(await bring(history, url)).toMatchObject({ experiments: { changed: 1, failed: 0 } });
  expect(await find()).toBe(false);
});

test('an experiment of the same name that was here before is not deleted', async () => {
  const history = await openTestHistory();
  await createExperiment(history, createTurns(), {
    ...{ name: 'old', files: null, tags: {} },
  });
  const { url } = await standOld({ deleted: 'old' });
  await bring(history, url, { deleted: true });
  expect((await findExperimentNamed(history.store, 'old'))?.deleted).toBe(false);
});
