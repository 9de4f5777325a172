import { expect, test } from './lab.js';
import { code, notebook } from './notebooks.js';

const TRAIN = `import cellar
with cellar.run("forest"):
    cellar.param(trees=60)
    cellar.log(accuracy=0.9722)
    with open("wine.bin", "w") as file:
        file.write("a forest")
    cellar.artifact("wine.bin")`;

test.use({
  notebooks: { 'wine.ipynb': notebook(code('load', 'rows = 178'), code('fit', TRAIN)) },
});

test('a run and a file open from the panel in a tab that leads on to what they came from', async ({
  lab,
  page,
}) => {
  await lab.openNotebook('wine.ipynb');
  await lab.openPanel();
  await lab.runAll();
  await expect(lab.rows).toHaveCount(1);
  await lab.rows.first().click({ button: 'right' });
  await page.getByRole('menuitem', { name: 'Open the run' }).click();
  const view = page.locator('.cellar-Trace');
  await expect(view.getByRole('heading', { level: 1 })).toHaveText(
    /^Run forest, from wine\.ipynb as of \d\d:\d\d \(cell 2\), accuracy 0\.9722, clean run\.$/,
  );
  await expect(page.getByRole('tab', { name: 'forest' })).toBeVisible();
  await view.getByRole('button', { name: /^cell 2/ }).click();
  const cell = view.getByRole('listitem', { name: 'cell 2, made this run' });
  await expect(cell).toBeInViewport();
  await expect(cell).toContainText('cellar.log(accuracy=0.9722)');

  await lab.rows.first().getByRole('button', { name: 'wine.bin', exact: true }).click();
  await expect(view.getByRole('heading', { level: 1 })).toHaveText(/^wine\.bin, from wine\.ipynb/);
  await expect(view.locator('[aria-current]').first()).toContainText('wine.bin');
  // One tab, which goes on.
  await expect(page.getByRole('tab', { name: 'wine.bin' })).toHaveCount(1);
  await expect(page.getByRole('tab', { name: 'forest' })).toHaveCount(0);
});
