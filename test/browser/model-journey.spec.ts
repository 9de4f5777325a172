import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { cellar } from './site.js';
import { expect, test } from './lab.js';
import { PYTHON, startMlflow } from './mlflow.js';
import { code, notebook } from './notebooks.js';

const run = promisify(execFile);

/** Nothing of Cellar stands in it. */
const TRAIN = `import mlflow, warnings
warnings.filterwarnings("ignore")
from sklearn.datasets import load_wine
from sklearn.tree import DecisionTreeClassifier
mlflow.sklearn.autolog(silent=True)
X, y = load_wine(return_X_y=True, as_frame=True)
model = DecisionTreeClassifier(max_depth=3, random_state=1).fit(X, y)`;

const PREDICT = `print("trained", model.predict(X.iloc[::20]).tolist())`;

const LOAD = `import mlflow, warnings
warnings.filterwarnings("ignore")
from sklearn.datasets import load_wine
X, y = load_wine(return_X_y=True, as_frame=True)
champion = mlflow.pyfunc.load_model("models:/wine@champion")
print("loaded", champion.predict(X.iloc[::20]).tolist())`;

test.use({
  notebooks: {
    'train.ipynb': notebook(code('train', TRAIN), code('predict', PREDICT)),
    'use.ipynb': notebook(code('load', LOAD)),
  },
});

test('a model goes from an autologged notebook through the panel to its page, to a registry elsewhere, and back to its cell', async ({
  lab,
  page,
  jupyter,
}) => {
  test.setTimeout(300_000);
  await lab.openNotebook('train.ipynb');
  await lab.openPanel();
  await lab.runAll();
  const trained = lab.notebook.getByText(/^trained \[/);
  await expect(trained).toBeVisible({ timeout: 120_000 });
  const predictions = /\[.*\]/.exec((await trained.textContent()) ?? '')?.[0] ?? '';
  expect(predictions).toContain('1');
  const row = lab.rows.first();
  await expect(row).toContainText('run all · clean', { timeout: 60_000 });

  // Registered from the panel: the model that autologging has logged.
  await row.click({ button: 'right' });
  await page.getByRole('menuitem', { name: 'Register model…' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('combobox', { name: /^Model / }).fill('wine');
  await dialog.getByLabel('Alias').fill('champion');
  await dialog.getByRole('button', { name: 'Register' }).click();
  await expect(row).toContainText('wine v1 @champion');

  // Its page says where it comes from, and leads back to the very cell: one click, and another.
  const [model] = await Promise.all([
    page.context().waitForEvent('page'),
    row.getByRole('link', { name: 'wine v1 @champion' }).click(),
  ]);
  const sentence =
    /^wine v1, from train\.ipynb as of \d\d:\d\d \(cells 1–2\), on dataset \(178 rows\), training_accuracy_score 0\.97\d+, clean run\.$/;
  await expect(model.getByRole('heading', { level: 1 })).toHaveText(sentence);
  await expect(model.getByRole('region', { name: 'Environment' })).toContainText('Python');
  await model.getByRole('button', { name: /^cell 1/ }).click();
  const cell = model.getByRole('listitem', { name: /cell 1, made this run/ });
  await expect(cell).toBeInViewport();
  await expect(cell).toContainText('DecisionTreeClassifier');

  // By its alias it predicts as in the notebook that made it.
  await lab.openNotebook('use.ipynb');
  await lab.runAll();
  await expect(lab.notebook.getByText(`loaded ${predictions}`)).toBeVisible({ timeout: 120_000 });

  await registersElsewhere(jupyter.root);

  // All of it is in git: with the index gone it is there as before.
  await rm(join(jupyter.root, '.cellar', 'catalog'), { recursive: true, force: true });
  await cellar(jupyter.root, 'reindex');
  await model.reload();
  await expect(cell).toBeVisible();
  await model.goBack();
  await expect(model.getByRole('heading', { level: 1 })).toHaveText(sentence);
});

interface Linked {
  readonly link: { readonly id: string };
}

/** The same model in a real MLflow server, with what leads back. */
async function registersElsewhere(root: string): Promise<void> {
  const elsewhere = await startMlflow(join(root, '..'));
  try {
    await cellar<Linked>(root, 'registry', 'add', 'prod', elsewhere.url);
    await cellar<Linked>(root, 'registry', 'register', 'models:/wine/1', 'prod', 'team-wine');
    const script = `import json, sys
from mlflow import MlflowClient
found = MlflowClient(sys.argv[1]).get_model_version("team-wine", "1")
print(json.dumps({"tags": found.tags, "description": found.description}))`;
    const { stdout } = await run(PYTHON, ['-c', script, elsewhere.url]);
    const { tags, description } = JSON.parse(stdout) as {
      readonly tags: Readonly<Record<string, string>>;
      readonly description: string;
    };
    expect(tags).toMatchObject({ 'cellar.notebook': 'train.ipynb' });
    expect(tags['cellar.cell']).toContain('train');
    expect(description).toContain(tags['cellar.snapshot'] ?? '?');
  } finally {
    await elsewhere.stop();
  }
}
