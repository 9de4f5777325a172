import { test as labTest } from './lab.js';
import { code, notebook } from './notebooks.js';
import { loginAsOwner, registerRuns } from './registered.js';
import { expect, test } from './site.js';

const TRAIN = `import cellar
cellar.log(accuracy=0.9722)
with open("wine.joblib", "w") as file:
    file.write("60 trees")
cellar.artifact("wine.joblib")`;

labTest.use({ notebooks: { 'train.ipynb': notebook(code('train', TRAIN)) } });

labTest(
  'a file is registered from its version’s row, and the row leads to its page',
  async ({ lab, page }) => {
    await lab.openNotebook('train.ipynb');
    await lab.openPanel();
    await lab.runAll();
    const row = lab.rows.first();
    await expect(row).toContainText('wine.joblib');
    await row.click({ button: 'right' });
    await page.getByRole('menuitem', { name: 'Register model…' }).click();
    const dialog = page.getByRole('dialog');
    await expect(dialog.getByLabel('Model')).toHaveValue('wine');
    await expect(dialog).toContainText('A new model, of which this is version 1.');
    await dialog.getByLabel('Alias').fill('champion');
    await dialog.getByRole('button', { name: 'Register' }).click();
    await expect(row).toContainText(/wine\.joblib\s*8 B\s*·\s*wine v1 @champion/);

    // The second time the name is known, and becomes version 2.
    await lab.edit(0, TRAIN.replace('60', '61'));
    await lab.runAll();
    await expect(lab.rows).toHaveCount(2);
    // Not waited for: it ends with its dialog.
    await page.evaluate("void window.jupyterapp.commands.execute('cellar:register-model')");
    await expect(dialog).toContainText('Becomes the next version of it.');
    await dialog.getByRole('button', { name: 'Register' }).click();
    await expect(row).toContainText('wine v2');
    await expect(lab.rows.nth(1)).toContainText('wine v1 @champion');

    const [opened] = await Promise.all([
      page.context().waitForEvent('page'),
      lab.rows.nth(1).getByRole('link', { name: 'wine v1 @champion' }).click(),
    ]);
    await expect(opened.getByRole('region', { name: 'State' })).toContainText(
      /@champion.*train\.ipynb as of/s,
    );
    // Whoever is logged in to Jupyter is the owner of the store.
    await expect(opened.getByRole('button', { name: 'Set an alias' })).toBeVisible();
  },
);

test('an owner asks for approval, a reviewer gives it by name, and the champion moves', async ({
  site,
  page,
  browser,
}) => {
  const served = await site.serve();
  await registerRuns(page.request, served);
  await loginAsOwner(page.request, served);

  await page.goto(served.url);
  await page.getByRole('link', { name: 'Registered models' }).click();
  const models = page.getByRole('region', { name: 'Registered models' }).last();
  await expect(models.getByRole('row')).toHaveCount(2);
  await expect(models).toContainText(/wine.*@champion v2.*v3.*0\.9722/s);
  await models.getByRole('link', { name: 'wine', exact: true }).click();
  const versions = page.getByRole('region', { name: 'Versions' }).locator('tbody tr');
  await expect(versions).toHaveCount(3);
  await expect(versions.first().getByRole('img', { name: 'best accuracy' })).toBeVisible();

  await page.getByRole('button', { name: 'Ask for approval' }).click();
  await page.getByLabel('Who may approve').fill('Anna, ben@example.org');
  await page.getByRole('button', { name: 'Ask for approval' }).click();
  await expect(page.getByText('Before @champion moves: 1 of Anna, ben@example.org')).toBeVisible();

  await versions.first().getByRole('link', { name: 'v3' }).click();
  await page.getByRole('button', { name: 'Set an alias' }).click();
  await page.getByLabel('Alias', { exact: true }).fill('champion');
  await page.getByRole('button', { name: 'Set', exact: true }).click();
  await expect(page.getByRole('alert')).toContainText(
    'The alias "champion" cannot move to "wine" version 3 without approval. 1 more of Anna, ben@example.org must approve it first.',
  );

  await page.getByRole('button', { name: 'Link for Anna' }).click();
  const link = await page.getByLabel('Give this to Anna').inputValue();
  const anna = await (await browser.newContext()).newPage();
  await anna.goto(link);
  await expect(anna.getByRole('region', { name: 'Approval' })).toContainText('1 approval missing');
  await expect(anna.getByRole('button', { name: 'Set an alias' })).toHaveCount(0);
  await anna.getByRole('button', { name: 'Approve v3…' }).click();
  await anna.getByLabel('What you have looked at').fill('tried it on last month');
  await anna.getByRole('button', { name: 'Approve wine v3' }).click();
  await expect(anna.getByRole('region', { name: 'Approval' })).toContainText('Approved.');

  // The owner's page follows by itself.
  await expect(page.getByRole('region', { name: 'Approval' })).toContainText(
    /Approved\..*Anna.*tried it on last month/s,
  );
  await page.getByRole('button', { name: 'Set', exact: true }).click();
  await expect(page.getByRole('alert')).toHaveCount(0);
  await expect(page.getByRole('region', { name: 'State' })).toContainText('@champion');
  await expect(page.getByRole('region', { name: 'History' })).toContainText(
    /moved @champion from v2 to v3.*Anna approved v3.*registered v3/s,
  );
});

test('two versions are compared, and lead to what changed in the notebook', async ({
  site,
  page,
}) => {
  const served = await site.serve();
  await registerRuns(page.request, served);
  await page.goto(served.login);
  await page.goto(`${served.url}/#/models/wine`);
  await page.getByLabel('Compare version 1').check();
  await page.getByLabel('Compare version 3').check();
  await page.getByRole('link', { name: 'Compare the two' }).click();
  expect(page.url()).toMatch(/#\/models\/wine\/1\/3$/);
  await expect(page.getByRole('region', { name: 'Metrics' })).toContainText(
    /accuracy0\.83330\.9722.*better than.*0\.1389/s,
  );
  await expect(page.getByRole('region', { name: 'Params' })).toContainText(
    /trees160.*1 param is the same/s,
  );
  await expect(page.getByRole('region', { name: 'Files' })).toContainText(
    /wine\.joblib.*modified/s,
  );
  await page.getByRole('link', { name: 'What changed in the notebook' }).click();
  await expect(page.locator('.cellar-Diff')).toContainText(/trees = 1.*trees = 60/s);
});

test('who opens the page by a link without a name changes and approves nothing', async ({
  site,
  page,
}) => {
  const served = await site.serve();
  await registerRuns(page.request, served);
  await page.goto(served.login);
  await page.goto(`${served.url}/#/models/wine/2`);
  await expect(page.getByRole('region', { name: 'State' })).toContainText('@champion');
  await expect(page.getByRole('group', { name: 'Lineage' })).toContainText(/wine\.ipynb.*wine v2/s);
  await expect(page.getByRole('button', { name: /Approve|Edit|Describe|alias/ })).toHaveCount(0);
});

test('models can be read on a telephone', async ({ site, page }) => {
  await page.setViewportSize({ width: 390, height: 800 });
  const served = await site.serve();
  await registerRuns(page.request, served);
  await page.goto(served.login);
  await page.getByRole('link', { name: 'Registered models' }).click();
  const wider = () => page.evaluate('document.documentElement.scrollWidth > innerWidth');
  for (const place of ['#/models', '#/models/wine', '#/models/wine/2', '#/models/wine/1/3']) {
    await page.goto(`${served.url}/${place}`);
    await page.getByText('champion').first().or(page.getByText('trees')).first().waitFor();
    expect(await wider(), place).toBe(false);
  }
});
