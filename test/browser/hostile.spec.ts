import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { Page } from '@playwright/test';

import { cellar, snapshot, test as siteTest } from './site.js';
import { expect, test as labTest } from './lab.js';
import { code, display, notebook, writeNotebook, type Json } from './notebooks.js';

const NAME = '<img src=x onerror="window.hit=1">.ipynb';
const MESSAGE = '<img src=x onerror="window.hit=2"> kept';
const RUN = 'top.hit=3;window.hit=3;alert(1)';

/** Counts what reaches it; hostile outputs name its address. */
const requests: string[] = [];
const listener = createServer((request, response) => {
  requests.push(request.url ?? '');
  response.end();
}).listen(0, '127.0.0.1');
const evil = (): string =>
  `http://127.0.0.1:${String((listener.address() as AddressInfo).port)}/evil`;

/** Each runs, fetches or navigates when a page shows it as it is. */
const html = (): string =>
  [
    `<p class="words">hostile words</p>`,
    `<script>${RUN}</script>`,
    `<img src="x" onerror="${RUN}">`,
    `<img src="${evil()}/pixel.png">`,
    `<a class="trap" href="javascript:${RUN}">a link</a>`,
    `<a class="trap" target="_blank" href="${evil()}/link">another</a>`,
    `<svg onload="${RUN}"><script>${RUN}</script></svg>`,
    `<form action="${evil()}/form"><input name="q"><button class="trap">send</button></form>`,
    `<meta http-equiv="refresh" content="0;url=${evil()}/refresh">`,
    `<iframe src="${evil()}/frame" srcdoc="<script>${RUN}</script>"></iframe>`,
    `<style>@import "${evil()}/style.css"; p { background: url(${evil()}/style.png) }</style>`,
    `<link rel="stylesheet" href="${evil()}/link.css">`,
    `<base href="${evil()}/">`,
  ].join('\n');
const svg = (fill: string): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40" onload="${RUN}"><script>${RUN}</script><image href="${evil()}/svg.png" width="9" height="9"/><rect width="40" height="40" fill="${fill}"/></svg>`;

/** The notebook's version of this number; the outputs of two differ, so that a diff shows each on both sides. */
function hostile(version: number): Json {
  const mark = `version ${String(version)}`;
  return notebook(
    code('html', `html = ${String(version)}`, [display({ 'text/html': `${mark} ${html()}` })]),
    { id: 'words', cell_type: 'markdown', metadata: {}, source: `${mark}\n\n${html()}` },
    code('svg', 'svg', [display({ 'image/svg+xml': svg(`#0a${String(version)}`) })]),
    code('text', 'text', [
      { output_type: 'stream', name: 'stdout', text: `${mark} <script>${RUN}</script>\n` },
    ]),
    code('script', 'script', [display({ 'application/javascript': `${RUN};${mark}` })]),
  );
}

/** Keeps two versions of the hostile notebook; gives their ids, the older one first. */
async function keepTwo(root: string): Promise<readonly [base: string, head: string]> {
  const ids: string[] = [];
  for (const version of [1, 2]) {
    await writeNotebook(root, NAME, hostile(version));
    ids.push(await snapshot(root, NAME, `${MESSAGE} ${String(version)}`));
  }
  const { snapshots } = await cellar<{ snapshots: unknown[] }>(root, 'log', NAME);
  expect(snapshots).toHaveLength(2);
  return [ids[0] ?? '', ids[1] ?? ''];
}

/** What a hostile output did to the page: dialogs and windows that it opened. */
function watch(page: Page): readonly string[] {
  const seen: string[] = [];
  page.on('dialog', (dialog) => {
    seen.push(`dialog ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('popup', (popup) => seen.push(`window ${popup.url()}`));
  return seen;
}

/** Reads the diff to its end, and proves that every hostile output was shown and none did anything. */
async function expectHarmless(page: Page, seen: readonly string[]): Promise<void> {
  const diff = page.locator('.cellar-Diff');
  await expect(diff.getByText('html = 2')).toBeVisible();
  const frames = diff.locator('.cellar-SafeOutput iframe');
  // The output and the markdown cell, each before and after; of markdown each block has a frame of its own.
  const withWords = async (): Promise<number> => {
    let count = 0;
    for (const frame of await frames.all())
      count += await frame.contentFrame().getByText('hostile words').count();
    return count;
  };
  await expect.poll(withWords).toBe(4);
  for (const frame of await frames.all()) {
    await frame.scrollIntoViewIfNeeded();
    await expect(
      frame
        .contentFrame()
        .getByText(/hostile words|version [12]/)
        .first(),
    ).toBeVisible();
    const content = await (await frame.elementHandle()).contentFrame();
    expect(await content?.evaluate('[origin, window.hit]')).toEqual(['null', undefined]);
    expect(
      await content?.evaluate(
        'document.querySelectorAll("form, iframe, object, link, base, [onerror], [onload], meta[http-equiv=refresh]").length',
      ),
    ).toBe(0);
    for (const trap of await frame.contentFrame().locator('.trap').all())
      await trap.click({ force: true, timeout: 2000 });
  }
  const pictures = diff.locator('img.cellar-Picture');
  await expect(pictures).toHaveCount(2);
  await pictures.first().scrollIntoViewIfNeeded();
  await expect(pictures.first()).toHaveJSProperty('naturalWidth', 40);
  expect(await page.evaluate('window.hit')).toBeUndefined();
  expect(page.url()).toMatch(/\/(lab|#\/diff)/);
  expect(seen).toEqual([]);
  expect(requests).toEqual([]);
}

siteTest.beforeEach(() => {
  requests.length = 0;
});
siteTest.afterAll(() => {
  listener.close();
});

siteTest('the attack would run where nothing guards against it', async ({ page }) => {
  const seen = watch(page);
  await page.setContent(`<body>${html()}</body>`);
  await expect.poll(() => seen).toContain('dialog 1');
  await expect.poll(() => requests).toContain('/evil/pixel.png');
});

siteTest("nothing of a hostile notebook runs on the reviewer's page", async ({ site, page }) => {
  const [base, head] = await keepTwo(site.root);
  const { login } = await site.serve();
  const seen = watch(page);
  await page.goto(login);
  await page.getByRole('link', { name: NAME }).click();
  await expect(page.getByText(`“${MESSAGE} 2”`)).toBeVisible();
  await page.goto(`${new URL(login).origin}/#/diff/${base}/${head}`);
  await expectHarmless(page, seen);
});

labTest.use({ notebooks: { [NAME]: notebook(code('empty', '')) } });

labTest('nothing of a hostile notebook runs in JupyterLab', async ({ lab, page, jupyter }) => {
  const [base, head] = await keepTwo(jupyter.root);
  const seen = watch(page);
  await lab.run('cellar:show-history', { path: NAME });
  await expect(lab.panel.getByRole('heading', { name: NAME })).toBeVisible();
  await expect(lab.panel.getByText(`“${MESSAGE} 2”`)).toBeVisible();
  await lab.run('cellar:compare', { base, head });
  await expectHarmless(page, seen);
});
