import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { cellar } from './site.js';
import { expect, test } from './lab.js';
import { code, notebook } from './notebooks.js';

interface Log {
  readonly snapshots: readonly {
    readonly id: string;
    readonly clean: boolean | null;
    readonly runs: readonly { readonly id: string }[];
  }[];
}

/** Nothing of Cellar stands in it. */
const TRAIN = `import mlflow
from sklearn.datasets import load_wine
from sklearn.linear_model import LogisticRegression
mlflow.sklearn.autolog(log_models=False)
X, y = load_wine(return_X_y=True)
LogisticRegression(max_iter=5000).fit(X, y)`;

const CLIENT = `client = mlflow.MlflowClient()
run = client.create_run("0")
client.log_metric(run.info.run_id, "by_client", 1)
client.set_terminated(run.info.run_id)`;

/** A run that begins and ends after the burst of its cell is over. */
const THREAD = `import threading, time
def late():
    time.sleep(8)
    with mlflow.start_run(run_name="late"):
        mlflow.log_metric("late", 1)
threading.Thread(target=late).start()`;

test.use({
  notebooks: {
    'train.ipynb': notebook(code('train', TRAIN), code('client', CLIENT)),
    'thread.ipynb': notebook(code('import', 'import mlflow'), code('thread', THREAD)),
  },
});

test('runs of an unchanged client carry the version and the cell that made them', async ({
  lab,
  jupyter,
}) => {
  test.slow();
  await lab.openNotebook('train.ipynb');
  await lab.openPanel();
  await lab.runAll();
  await expect(lab.rows).toHaveCount(1, { timeout: 30_000 });
  await expect(lab.panel).toContainText('training_');
  const { snapshots } = await cellar<Log>(jupyter.root, 'log', 'train.ipynb');
  const [kept] = snapshots;
  expect(kept?.clean).toBe(true);
  const runs = (kept?.runs ?? []).map(({ id }) => readRun(jupyter.root, id));
  const cells = (await Promise.all(runs)).map(({ snapshot, traces, doubts }) => {
    expect(snapshot).toBe(kept?.id);
    expect(doubts).toEqual([]);
    return traces.map(({ cell, certainty }) => [cell, certainty]);
  });
  expect(cells).toEqual([[['train', 'sure']], [['client', 'sure']]]);
});

test('a run that outlives its burst is claimed when it ends, by the version of its cell', async ({
  lab,
  jupyter,
}) => {
  test.slow();
  await lab.openNotebook('thread.ipynb');
  await lab.openPanel();
  await lab.runAll();
  await expect(lab.rows).toHaveCount(1, { timeout: 30_000 });
  await expect
    .poll(async () => runsOf(jupyter.root, 'thread.ipynb'), { timeout: 40_000 })
    .toHaveLength(1);
  const [id = ''] = await runsOf(jupyter.root, 'thread.ipynb');
  const { traces, doubts } = await readRun(jupyter.root, id);
  expect(traces).toMatchObject([{ cell: 'thread', certainty: 'unsure' }]);
  expect(doubts.map(({ message }) => message)).toEqual([
    'That cell 2 made it is not sure: a thread made it, which may outlive its cell.',
  ]);
  // The panel hears of it by itself.
  await expect(lab.panel).toContainText('late');
});

async function runsOf(root: string, path: string): Promise<readonly string[]> {
  const { snapshots } = await cellar<Log>(root, 'log', path);
  return snapshots.flatMap(({ runs }) => runs.map(({ id }) => id));
}

interface Detail {
  readonly snapshot: string | null;
  readonly traces: readonly { readonly cell: string; readonly certainty: string }[];
  readonly doubts: readonly { readonly message: string }[];
}

/** As the server that Jupyter runs tells it. */
async function readRun(root: string, id: string): Promise<Detail> {
  const text = await readFile(join(root, '.cellar', 'server.json'), 'utf8');
  const { url, token } = JSON.parse(text) as { readonly url: string; readonly token: string };
  const headers = { authorization: `Bearer ${token}` };
  const answer = await fetch(`${url}/api/v1/runs/${id}`, { headers });
  expect(answer.status).toBe(200);
  return (await answer.json()) as Detail;
}
