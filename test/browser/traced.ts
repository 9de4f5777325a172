import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { code, display, notebook, type Json } from './notebooks.js';
import type { Served } from './site.js';

/** What a notebook's training left in a workspace, by the calls that the extension and an MLflow client make. */
export interface Traced {
  readonly run: string;
  readonly model: string;
  /** The versions of train.ipynb, oldest first; the last one made the run. */
  readonly snapshots: readonly [string, string];
}

const MLFLOW = 'api/2.0/mlflow';
const TABLE =
  '<table><thead><tr><th></th><th>alcohol</th><th>target</th></tr></thead><tbody><tr><th>0</th><td>14.23</td><td>0</td></tr></tbody></table>';
const CURVE =
  '<svg xmlns="http://www.w3.org/2000/svg" width="240" height="90"><path d="M8 82 L80 30 L232 10" stroke="#1f77b4" stroke-width="3" fill="none"/></svg>';

const CELLS: readonly (readonly [string, string, readonly Json[]])[] = [
  [
    'load',
    'import pandas as pd\n\nwine = pd.read_csv("wine.csv")\nwine.head(1)',
    [display({ 'text/html': TABLE, 'text/plain': 'table' })],
  ],
  ['split', 'train, test = wine[::2], wine[1::2]', []],
  ['trees', 'trees = 60', []],
  ['plot', 'plot(train)', [display({ 'image/svg+xml': CURVE, 'text/plain': '<Figure>' })]],
  [
    'fit',
    'with mlflow.start_run(run_name="forest of 60"):\n    model.fit(train)\n    print("accuracy", model.score(test))',
    [{ output_type: 'stream', name: 'stdout', text: 'accuracy 0.97222\n' }],
  ],
];

/** Trains in train.ipynb on wine.csv, registers the model twice, and leaves `runs` more runs on the same data. */
export async function trace({ url, token }: Served, root: string, runs = 0): Promise<Traced> {
  const post: Post = async (path, body, method = 'POST') => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const init = { method, headers, body: JSON.stringify(body) };
    const answer = await fetch(new URL(path, url), init);
    if (!answer.ok) throw new Error(`${path}: ${await answer.text()}`);
    return (await answer.json()) as Json;
  };
  const first = await keep(post, 'trees = 1', undefined);
  const run = await startRun(post, 'forest of 60');
  const data = {
    ...{ name: 'wine.csv', digest: '5f3a', source_type: 'local', source: '{"uri":"wine.csv"}' },
    profile: '{"num_rows":178,"num_elements":2492}',
    schema: JSON.stringify({
      mlflow_colspec: Array.from({ length: 14 }, (_, at) => ({
        name: `c${String(at)}`,
        type: 'double',
      })),
    }),
  };
  const tags = [{ key: 'mlflow.data.context', value: 'training' }];
  const read = (id: string) =>
    post(`${MLFLOW}/runs/log-inputs`, { run_id: id, datasets: [{ dataset: data, tags }] });
  await read(run);
  await post(`${MLFLOW}/runs/log-batch`, {
    run_id: run,
    metrics: [
      { key: 'accuracy', value: 0.97222, timestamp: 1, step: 0 },
      { key: 'log_loss', value: 0.2143, timestamp: 1, step: 0 },
    ],
    params: [
      { key: 'trees', value: '60' },
      { key: 'max_depth', value: 'None' },
    ],
  });
  await putFile({ url, token }, run, 'wine.joblib');
  await putFile({ url, token }, run, 'plots/confusion.png');
  const made = (await post(`${MLFLOW}/logged-models`, {
    ...{ experiment_id: '0', name: 'forest', model_type: 'classifier', source_run_id: run },
  })) as { model: { info: { model_id: string } } };
  const model = made.model.info.model_id;
  await post(`${MLFLOW}/logged-models/${model}`, { status: 'LOGGED_MODEL_READY' }, 'PATCH');
  await post(`${MLFLOW}/runs/outputs`, { run_id: run, models: [{ model_id: model, step: 0 }] });
  const second = await keep(post, 'trees = 60', run);
  await post(`${MLFLOW}/runs/update`, { run_id: run, status: 'FINISHED', end_time: Date.now() });
  await post(`${MLFLOW}/registered-models/create`, { name: 'wine' });
  const version = { name: 'wine', run_id: run };
  await post(`${MLFLOW}/model-versions/create`, {
    ...version,
    source: `models:/${model}`,
    model_id: model,
  });
  await post(`${MLFLOW}/model-versions/create`, { ...version, source: `runs:/${run}/wine.joblib` });
  await post(`${MLFLOW}/registered-models/alias`, {
    name: 'wine',
    alias: 'champion',
    version: '1',
  });
  for (let at = 0; at < runs; at += 1) {
    const other = await startRun(post, `search ${String(at + 1)}`);
    await read(other);
    await post(`${MLFLOW}/runs/update`, {
      run_id: other,
      status: 'FINISHED',
      end_time: Date.now(),
    });
  }
  await writeFile(join(root, 'train.ipynb'), content('trees = 60'));
  return { run, model, snapshots: [first, second] };
}

type Post = (path: string, body: object, method?: string) => Promise<Json>;

async function startRun(post: Post, name: string): Promise<string> {
  const asked = {
    experiment_id: '0',
    run_name: name,
    start_time: Date.now() - 4200,
    user_id: 'ada',
  };
  const answer = (await post(`${MLFLOW}/runs/create`, asked)) as {
    run: { info: { run_id: string } };
  };
  return answer.run.info.run_id;
}

function content(trees: string): string {
  const cells = CELLS.map(([id, source, outputs]) =>
    code(id, id === 'trees' ? trees : source, outputs),
  );
  return JSON.stringify(notebook(...cells));
}

/** The end of a burst of all cells, of which the last logged to the run. */
async function keep(post: Post, trees: string, run: string | undefined): Promise<string> {
  const executions = CELLS.map(([cell], index) => ({
    ...{ cell, index, count: index + 1, status: 'ok' },
    ...{ started: Date.now() - 5000 + index, finished: Date.now() - 4990 + index },
  }));
  const bundles = run === undefined ? [] : [{ cell: 'fit', bundle: { run: { id: run } } }];
  const kept = await post('api/v1/bursts', {
    ...{ key: randomBytes(8).toString('hex'), path: 'train.ipynb', trigger: 'run-all' },
    ...{ content: content(trees), clean: true, executions, bundles },
    kernel: {
      name: 'python3',
      displayName: 'Python 3 (ipykernel)',
      language: 'python',
      version: '3.11.7',
    },
  });
  return (kept as { snapshot: { id: string } }).snapshot.id;
}

async function putFile(
  { url, token }: Pick<Served, 'url' | 'token'>,
  run: string,
  name: string,
): Promise<void> {
  const path = `api/2.0/mlflow-artifacts/artifacts/0/${run}/artifacts/${name}`;
  const headers = { authorization: `Bearer ${token}` };
  const body = `bytes of ${name} `.repeat(2000);
  const answer = await fetch(new URL(path, url), { method: 'PUT', headers, body });
  if (!answer.ok) throw new Error(`${path}: ${await answer.text()}`);
}
