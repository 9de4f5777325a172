import { faults } from './axe.js';
import { code, notebook, writeNotebook } from './notebooks.js';
import { cellar, expect, snapshot, test } from './site.js';

const AGO = 40 * 24 * 60 * 60 * 1000;
/** Makes a program believe that it is forty days ago. */
const PAST = `--import=data:text/javascript,const{now}=Date;Date.now=()=>now()-${String(AGO)}`;

test('a link to an expired version says when it expired, and leads to the nearest that is kept', async ({
  site,
  page,
}) => {
  const past = await site.serve({ NODE_OPTIONS: PAST });
  const ids: string[] = [];
  for (const trees of [1, 2, 3]) {
    const content = JSON.stringify(notebook(code('one', `trees = ${String(trees)}`)));
    const key = `saved-then-${String(trees)}`;
    const data = { key, path: 'train.ipynb', trigger: 'save', content };
    const headers = { authorization: `Bearer ${past.token}` };
    const kept = await page.request.post(`${past.url}/api/v1/bursts`, { data, headers });
    ids.push(((await kept.json()) as { snapshot: { id: string } }).snapshot.id);
  }
  await past.end();
  await writeNotebook(site.root, 'train.ipynb', notebook(code('one', 'trees = 4')));
  const today = await snapshot(site.root, 'train.ipynb');
  const gone = await cellar<{ snapshots: { count: number } }>(site.root, 'gc');
  expect(gone.snapshots.count).toBe(2);

  const { url, login } = await site.serve();
  await page.goto(login);
  await page.getByRole('link', { name: 'train.ipynb' }).click();
  const rows = page.locator('.cellar-Snapshots tbody tr');
  await expect(rows).toHaveCount(2);
  await page.goto(`${url}/#/diff/${ids[0] ?? ''}/${today}`);
  const note = page.getByRole('alert');
  await expect(note).toContainText(/The version of train\.ipynb as of .+ expired on .+\./);
  await expect(note).toContainText(/The nearest that is kept is as of /);
  for (const theme of ['light', 'dark']) {
    await page.evaluate(`document.documentElement.dataset.theme = '${theme}'`);
    expect(await faults(page), theme).toEqual([]);
  }
  await note.getByRole('button', { name: 'Compare that one' }).click();
  await expect(page).toHaveURL(`${url}/#/diff/${ids[2] ?? ''}/${today}`);
  await expect(note).toBeHidden();
  await expect(page.locator('.cellar-Diff')).toContainText(/trees = 3.*trees = 4/s);

  await page.goBack();
  await note.getByRole('link', { name: 'All versions' }).click();
  await expect(rows).toHaveCount(2);
  await page.getByRole('textbox', { name: 'Search in versions' }).fill(ids[1] ?? '');
  await expect(note).toContainText('expired on');
  await note.getByRole('button', { name: 'Find that one' }).click();
  await expect(rows).toHaveCount(1);
});
