import { expect, test } from './lab.js';

test('shows the extension as soon as JupyterLab is open', async ({ lab, page }) => {
  const plugins = await lab.activePlugins('jupyterlab-cellar:');
  expect(plugins.length).toBeGreaterThan(0);
  await lab.openNotebook('wine.ipynb');
  await page.getByRole('tab', { name: /cellar/i }).click();
  await expect(page.getByRole('heading', { name: 'wine.ipynb', exact: true })).toBeVisible();
});

test('reaches the server through Jupyter, with no login of its own', async ({ lab, jupyter }) => {
  const { page } = lab;
  const health = await page.request.get(`${jupyter.url}cellar/healthz`);
  expect(health.status()).toBe(200);
  expect(health.headers()['content-type']).toContain('json');
  const workspace = await page.request.get(`${jupyter.url}cellar/api/v1/workspace`);
  expect(workspace.status()).toBe(200);
});
