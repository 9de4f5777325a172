import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

import type { Page } from '@playwright/test';
import { build } from 'esbuild';

import { code, notebook, writeNotebook } from './notebooks.js';
import { expect, snapshot, test, type Served, type Site } from './site.js';

const ROOT = join(import.meta.dirname, '..', '..');
const SECRET = 'correct "horse" battery';
const MARK = '[redacted: purged]';

// What runs by `evaluate` is outside the page's policy at first, and zod takes that for leave to compile later on.
test.use({ bypassCSP: true });

function purge({ root }: Site): void {
  const args = [join(ROOT, 'dist', 'cellar.js'), 'purge', '--yes', '--root', root];
  expect(spawnSync(process.execPath, args, { input: SECRET }).status).toBe(0);
}

/** The workspace with one version that has nothing of the secret, and its server. */
async function serve(site: Site): Promise<Served> {
  await writeNotebook(site.root, 'a.ipynb', notebook(code('one', 'x = 1')));
  await snapshot(site.root, 'a.ipynb');
  return site.serve();
}

test('a diff that is open goes on without what is purged, with no reload', async ({
  site,
  page,
}) => {
  await writeNotebook(site.root, 'a.ipynb', notebook(code('one', 'x = 1')));
  const before = await snapshot(site.root, 'a.ipynb');
  await writeNotebook(site.root, 'a.ipynb', notebook(code('one', `key = '${SECRET}'`)));
  const after = await snapshot(site.root, 'a.ipynb', `with ${SECRET}`);
  const { login } = await site.serve();
  await page.goto(`${login}#/diff/${before}/${after}`);
  const diff = page.locator('.cellar-Diff');
  await expect(diff).toContainText(SECRET);
  purge(site);
  await expect(diff).toContainText(MARK);
  expect(await page.content()).not.toContain('horse');
});

/** Runs the browser's outbox by itself in the site's page, as test/extension/capture/outbox-page.ts has it. */
async function openOutbox(page: Page, served: Served, content?: string): Promise<void> {
  const built = await build({
    entryPoints: [join(ROOT, 'test/extension/capture/outbox-page.ts')],
    ...{ bundle: true, write: false, format: 'iife', globalName: 'outboxPage' },
  });
  await page.goto(served.login);
  await page.evaluate(`${built.outputFiles[0]?.text}; globalThis.outboxPage = outboxPage; 0`);
  const asked = { base: served.url, token: served.token, content };
  await page.evaluate(`outboxPage.open(${JSON.stringify(asked)})`);
}

const read = (page: Page): Promise<unknown> => page.evaluate('outboxPage.read()');

test("what waits in the browser's database is without what is purged meanwhile", async ({
  site,
  page,
}) => {
  const served = await serve(site);
  await openOutbox(page, served, JSON.stringify(notebook(code('one', `key = '${SECRET}'`))));
  await expect.poll(() => read(page)).toContain('horse');
  purge(site);
  await expect.poll(() => read(page)).toContain(MARK);
  expect(await read(page)).not.toContain('horse');
  expect(await read(page)).toContain('key-of-it');
});

test('what waits while the browser is closed is cleaned when it comes back after a purge', async ({
  site,
  page,
}) => {
  const served = await serve(site);
  await openOutbox(page, served, JSON.stringify(notebook(code('one', `key = '${SECRET}'`))));
  await expect.poll(() => read(page)).toContain('horse');
  await page.goto('about:blank');
  purge(site);
  await openOutbox(page, served);
  await expect.poll(() => read(page)).toContain(MARK);
  expect(await read(page)).not.toContain('horse');
});
