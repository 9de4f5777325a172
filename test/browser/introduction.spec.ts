import { expect, test } from './lab.js';
import { code, notebook } from './notebooks.js';

test.use({ notebooks: { 'train.ipynb': notebook(code('one', 'x = 1')) } });

const WORDS = /^Cellar keeps a version of each notebook that you run or save, in .*\/\.cellar\.$/;

test('says once in a browser what is kept and where: in a corner, then in the panel until it is closed', async ({
  lab,
  page,
}) => {
  const toast = page.locator('.Toastify__toast', { hasText: 'Cellar keeps a version' });
  const card = lab.panel.getByRole('region', { name: 'What Cellar keeps' });
  await expect(toast).toBeVisible();
  await lab.openPanel();
  await expect(card.locator('p')).toHaveText(WORDS);
  // Over the panel's rows the corner would lie.
  await expect(toast).toHaveCount(0);
  await card.getByRole('button', { name: 'Close' }).click();
  await expect(card).toHaveCount(0);

  await lab.open();
  await lab.openNotebook('train.ipynb');
  await lab.openPanel();
  await lab.runAll();
  await expect(lab.rows).toHaveCount(1);
  await expect(card).toHaveCount(0);
  await expect(toast).toHaveCount(0);
});

test('pauses the whole workspace from the corner before anything is kept', async ({
  lab,
  page,
}) => {
  const toast = page.locator('.Toastify__toast', { hasText: 'Cellar keeps a version' });
  await toast.getByRole('button', { name: 'Pause' }).click();
  await lab.openNotebook('train.ipynb');
  await expect(lab.status).toHaveText('Cellar: paused');
  await lab.openPanel();
  await expect(lab.panel.getByRole('region', { name: 'What Cellar keeps' })).toHaveCount(0);
  await lab.runAll();
  // A burst is sent 300 ms after the kernel is quiet.
  await page.waitForTimeout(1500);
  await expect(lab.rows).toHaveCount(0);
  await lab.panel.getByRole('button', { name: 'Keep versions again' }).click();
  await lab.runAll();
  await expect(lab.rows).toHaveCount(1);
});
