import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';

import { test as base } from '@playwright/test';

import { cellarIn, git, leaveConflict, readSources, startTool, type Sides } from './conflicts.js';
import { removeHome, scratchHome, startJupyter } from './jupyter.js';
import { expect, test as labTest } from './lab.js';
import { code, notebook, writeNotebook } from './notebooks.js';
import { test as siteTest } from './site.js';

/** Two conflicts and a change of one side alone. */
const train: Sides = {
  base: notebook(
    code('data', 'rows = 1'),
    code('model', 'trees = 1\ndepth = 1'),
    code('end', 'end'),
  ),
  local: notebook(
    code('data', 'rows = 10'),
    code('model', 'trees = 60\ndepth = 1'),
    code('end', 'end(1)'),
  ),
  remote: notebook(
    code('data', 'rows = 20'),
    code('model', 'trees = 6\ndepth = 4'),
    code('end', 'end'),
  ),
};

labTest.use({ notebooks: { 'other.ipynb': notebook(code('one', '1 + 1')) } });

labTest(
  'opening a notebook with markers shows the merge, and the merged notebook after it was saved',
  async ({ lab, page, jupyter }) => {
    await leaveConflict(jupyter.root, 'train.ipynb', train);
    expect(await readFile(join(jupyter.root, 'train.ipynb'), 'utf8')).toContain('<<<<<<<');
    await page.getByRole('button', { name: 'Refresh the file browser.' }).click();
    await page.getByText('train.ipynb', { exact: true }).dblclick();
    const merge = page.getByRole('region', { name: 'Merge of train.ipynb' });
    await expect(merge.getByRole('status')).toHaveText('2 of 2 conflicts open');
    await expect(page.locator('.jp-Dialog')).toHaveCount(0);
    await expect(page.locator('.jp-NotebookPanel')).toHaveCount(0);
    await expect(merge).toContainText(/trees.*main/);

    await page.keyboard.press('n');
    await page.keyboard.press('3');
    await expect(merge.getByRole('status')).toHaveText('1 of 2 conflicts open');
    await merge.getByRole('button', { name: 'Take trees for source' }).last().click();
    await expect(merge.getByRole('status')).toHaveText('2 conflicts, all decided');
    await merge.getByRole('button', { name: 'Undo' }).click();
    await expect(merge.getByRole('status')).toHaveText('1 of 2 conflicts open');

    // A reload loses nothing that was chosen.
    await page.reload();
    await lab.open();
    await lab.run('cellar:resolve-merge', { path: 'train.ipynb' });
    await expect(merge.getByRole('status')).toHaveText('1 of 2 conflicts open');
    await page.keyboard.press('n');
    await page.keyboard.press('n');
    await page.keyboard.press('e');
    const field = merge.getByRole('textbox', { name: 'Merged source' });
    await field.fill('trees = 33');
    await field.press('Control+Enter');
    await expect(merge).toContainText('written by hand');
    await page.keyboard.press('s');
    await expect(lab.notebook.locator('.jp-Cell')).toHaveCount(3);
    await expect(merge).toHaveCount(0);
    expect(await readSources(jupyter.root, 'train.ipynb')).toEqual([
      'rows = 10\nrows = 20',
      'trees = 33',
      'end(1)',
    ]);
  },
);

labTest(
  'a notebook that is merely broken gives the error as before',
  async ({ lab, page, jupyter }) => {
    await writeFile(join(jupyter.root, 'broken.ipynb'), '{ "cells": [');
    await lab.page.evaluate(
      `void window.jupyterapp.commands.execute('docmanager:open', { path: 'broken.ipynb' })`,
    );
    await expect(page.locator('.jp-Dialog')).toContainText('broken.ipynb');
    await page.locator('.jp-Dialog').getByRole('button').first().click();
    await expect(page.locator('.cellar-Merge')).toHaveCount(0);
  },
);

labTest(
  'a readable notebook that git holds unmerged is offered to be resolved',
  async ({ lab, page, jupyter }) => {
    await leaveConflict(jupyter.root, 'train.ipynb', train);
    // As a merge driver leaves it: one side's cells in the file, both in the index.
    await writeNotebook(jupyter.root, 'train.ipynb', train.local);
    await lab.openNotebook('train.ipynb');
    await expect(page.getByText('train.ipynb has 2 merge conflicts.')).toBeVisible();
    await page.getByRole('button', { name: 'Resolve' }).click();
    const merge = page.getByRole('region', { name: 'Merge of train.ipynb' });
    await merge.getByRole('button', { name: 'All 2 from trees' }).click();
    await merge.getByRole('button', { name: 'Save' }).click();
    await expect(page.getByText(/To tell git: git add train\.ipynb/)).toBeVisible();
    // The kernel's start left a mark in the open notebook.
    await page.locator('.jp-Dialog').getByRole('button', { name: 'Load' }).click();
    await expect(lab.notebook).toContainText('rows = 20');
    expect(await readSources(jupyter.root, 'train.ipynb')).toEqual([
      'rows = 20',
      'trees = 6\ndepth = 4',
      'end(1)',
    ]);
  },
);

labTest(
  'a notebook without a merge says so, and one with choices asks before its tab closes',
  async ({ lab, page, jupyter }) => {
    await lab.run('cellar:resolve-merge', { path: 'other.ipynb' });
    await expect(page.getByText('other.ipynb has no merge conflicts.')).toBeVisible();
    await leaveConflict(jupyter.root, 'train.ipynb', train);
    await lab.run('cellar:resolve-merge', { path: 'train.ipynb' });
    const merge = page.getByRole('region', { name: 'Merge of train.ipynb' });
    await merge.getByRole('button', { name: 'All 2 from main' }).click();
    await lab.run('application:close');
    await expect(page.locator('.jp-Dialog')).toContainText('2 choices are kept');
    await page.locator('.jp-Dialog').getByRole('button', { name: 'Cancel' }).click();
    await expect(merge).toBeVisible();
    // The sides change under the person's hands.
    await git(jupyter.root, ['checkout', '-q', '--theirs', 'train.ipynb']);
    await merge.getByRole('button', { name: 'Save' }).click();
    await expect(merge.getByRole('alert')).toContainText('The file changed meanwhile');
    await merge.getByRole('button', { name: 'Load again' }).click();
    await expect(merge.getByRole('status')).toHaveText('2 conflicts, all decided');
  },
);

siteTest(
  "a merge is resolved on the page at the notebook's address, by its owner",
  async ({ site, page }) => {
    await leaveConflict(site.root, 'train.ipynb', train);
    const { login, token } = await site.serve();
    const address = `${new URL(login).origin}/#/merge?path=train.ipynb`;
    await page.goto(address);
    await page.getByLabel('Token').fill(token);
    await page.getByRole('button', { name: 'Log in' }).click();
    const merge = page.getByRole('region', { name: 'Merge of train.ipynb' });
    await expect(merge.getByRole('status')).toHaveText('2 of 2 conflicts open');
    await page.setViewportSize({ width: 640, height: 800 });
    expect(await page.evaluate('document.documentElement.scrollWidth > innerWidth')).toBe(false);
    await merge.getByRole('button', { name: 'Save' }).click();
    await merge.getByRole('button', { name: 'Save all the same' }).click();
    await expect(page.getByText('2 conflicts stay in the file.')).toBeVisible();
    const [first] = await readSources(site.root, 'train.ipynb');
    expect(first).toMatch(/^<{7} .*\nrows = 10\n={7}\nrows = 20\n>{7} /);
  },
);

siteTest(
  'the merge tool saves what was decided in the browser, and ends with 0',
  async ({ site, page }) => {
    await leaveConflict(site.root, 'train.ipynb', train);
    const tool = startTool(site.root, 'train.ipynb');
    await page.goto(await tool.address);
    const merge = page.getByRole('region', { name: 'Merge of train.ipynb' });
    await expect(merge.getByRole('status')).toHaveText('2 of 2 conflicts open');
    for (const key of ['n', '1', 'n', '2', 'u', '0']) await page.keyboard.press(key);
    await expect(merge.getByRole('status')).toHaveText('2 conflicts, all decided');
    await page.keyboard.press('s');
    await expect(page.getByText('You can close this tab.')).toBeVisible();
    expect(await tool.code).toBe(0);
    expect(await readSources(site.root, 'train.ipynb')).toEqual([
      'rows = 10',
      'trees = 1\ndepth = 1',
      'end(1)',
    ]);
  },
);

siteTest('the merge tool that is left writes nothing, and ends with 1', async ({ site, page }) => {
  await leaveConflict(site.root, 'train.ipynb', train);
  const before = await readFile(join(site.root, 'train.ipynb'), 'utf8');
  const tool = startTool(site.root, 'train.ipynb');
  await page.goto(await tool.address);
  const merge = page.getByRole('region', { name: 'Merge of train.ipynb' });
  await merge.getByRole('button', { name: 'All 2 from main' }).click();
  await merge.getByRole('button', { name: 'Cancel' }).click();
  await merge.getByRole('button', { name: 'Leave without saving' }).click();
  await expect(page.getByText('Nothing was saved.')).toBeVisible();
  expect(await tool.code).toBe(1);
  expect(await readFile(join(site.root, 'train.ipynb'), 'utf8')).toBe(before);
});

siteTest(
  'git mergetool opens the merge in the browser and takes the result',
  async ({ site, page }) => {
    await git(site.root, ['init', '-q', '-b', 'main']);
    await cellarIn(site.root, 'git-install');
    await leaveConflict(site.root, 'train.ipynb', train);
    const told = join(site.root, '..', `${basename(site.root)}.address`);
    const browser = `${told}.sh`;
    await writeFile(browser, `#!/bin/sh\necho "$1" > '${told}'\n`);
    await chmod(browser, 0o755);
    const done = git(site.root, ['mergetool', '--tool', 'cellar', '--no-prompt'], {
      BROWSER: browser,
    });
    try {
      await expect.poll(() => readFile(told, 'utf8').catch(() => '')).toContain('#/merge');
      await page.goto((await readFile(told, 'utf8')).trim());
      const merge = page.getByRole('region', { name: 'Merge of train.ipynb' });
      await expect(merge).toContainText(/trees.*main/);
      await merge.getByRole('button', { name: 'All 2 from trees' }).click();
      await merge.getByRole('button', { name: 'Save' }).click();
      await expect(page.getByText('You can close this tab.')).toBeVisible();
      await done;
    } finally {
      await rm(told, { force: true });
      await rm(browser, { force: true });
    }
    expect(await readSources(site.root, 'train.ipynb')).toEqual([
      'rows = 20',
      'trees = 6\ndepth = 4',
      'end(1)',
    ]);
    expect(await git(site.root, ['ls-files', '--unmerged'])).toBe('');
  },
);

base(
  'Notebook 7 shows the merge in the place of the notebook, and the notebook after it',
  async ({ page }) => {
    const home = scratchHome('nb7m');
    const workspace = join(home, 'workspace');
    await mkdir(workspace, { recursive: true });
    await leaveConflict(workspace, 'train.ipynb', train);
    const jupyter = await startJupyter({ home, app: 'notebook', files: [] });
    try {
      await page.goto(`${jupyter.url}notebooks/train.ipynb?token=${jupyter.token}`);
      const merge = page.getByRole('region', { name: 'Merge of train.ipynb' });
      await merge.getByRole('button', { name: 'All 2 from trees' }).click();
      await expect(page.locator('.jp-Dialog')).toHaveCount(0);
      await merge.getByRole('button', { name: 'Save' }).click();
      await expect(page.locator('.jp-Notebook .jp-Cell').first()).toContainText('rows = 20');
    } finally {
      await jupyter.stop();
      await removeHome(home);
    }
  },
);
