import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { test as base, expect, type Locator, type Page } from '@playwright/test';

import { removeHome, scratchHome, startJupyter, type Jupyter } from './jupyter.js';
import { writeNotebook, type Json } from './notebooks.js';

/** What a journey starts with: a JupyterLab of its own on a workspace with the example, open in a browser. */
export interface LabFixtures {
  /** The notebooks of the workspace by name; without any it holds the example. */
  readonly notebooks: Readonly<Record<string, Json>>;
  readonly jupyter: Jupyter;
  readonly lab: Lab;
}

export const test = base.extend<LabFixtures>({
  notebooks: [{}, { option: true }],
  jupyter: async ({ notebooks }, use, info) => {
    const home = scratchHome('lab');
    const written = Object.entries(notebooks);
    await mkdir(join(home, 'workspace'), { recursive: true });
    for (const [name, content] of written)
      await writeNotebook(join(home, 'workspace'), name, content);
    const jupyter = await startJupyter({ home, ...(written.length === 0 ? {} : { files: [] }) });
    await use(jupyter);
    await jupyter.stop();
    if (info.status !== info.expectedStatus)
      await info.attach('jupyter.log', { body: await jupyter.log(), contentType: 'text/plain' });
    await removeHome(home);
  },
  lab: async ({ page, jupyter }, use) => {
    const lab = new Lab(page, jupyter);
    await lab.open();
    await use(lab);
  },
});

export { expect };

/** JupyterLab in the browser, as a person uses it. */
export class Lab {
  constructor(
    readonly page: Page,
    private readonly jupyter: Jupyter,
  ) {}

  /** The notebook that is in front. */
  get notebook(): Locator {
    return this.page.locator('.jp-NotebookPanel:not(.lm-mod-hidden)');
  }

  /** Cellar's panel, once openPanel was called. */
  get panel(): Locator {
    return this.page.locator('.cellar-SidePanel');
  }

  /** The versions in the panel, without the folded automatic ones. */
  get rows(): Locator {
    return this.panel.locator('.cellar-Row:not(.cellar-mod-folded, .cellar-mod-live)');
  }

  /** What goes on now, above the versions. */
  get live(): Locator {
    return this.panel.locator('.cellar-Row.cellar-mod-live');
  }

  /** What the status bar says of the notebook in front. */
  get status(): Locator {
    return this.page.locator('.cellar-Status');
  }

  /** Opens Cellar's panel. */
  async openPanel(): Promise<void> {
    await this.page.getByRole('tab', { name: /cellar/i }).click();
    await this.panel.waitFor();
  }

  /** Loads JupyterLab, or loads it again, and waits for its shell. */
  async open(): Promise<void> {
    await this.page.goto(`${this.jupyter.url}lab?token=${this.jupyter.token}&reset`);
    await this.page.locator('#jp-main-dock-panel').waitFor();
    await this.page.waitForFunction('window.jupyterapp?.restored.then(() => true)');
  }

  /** Opens a notebook of the workspace and waits until its kernel is ready. */
  async openNotebook(path: string): Promise<void> {
    await this.run('docmanager:open', { path, factory: 'Notebook' });
    await this.notebook.locator('.jp-Cell').first().waitFor();
    await this.page.waitForFunction(`${CURRENT}?.sessionContext.ready.then(() => true)`);
    await this.untilIdle();
  }

  /** Waits until the kernel of the notebook in front has nothing to do. */
  async untilIdle(): Promise<void> {
    await this.page.waitForFunction(
      `${CURRENT}?.sessionContext.session?.kernel?.status === 'idle'`,
      null,
      {
        timeout: 60_000,
      },
    );
  }

  /** Runs all cells and waits until the last has run. */
  async runAll(): Promise<void> {
    await this.run('notebook:run-all-cells');
    await this.untilIdle();
  }

  /** Runs the cell at this index and waits until it has run. */
  async runCell(index: number): Promise<void> {
    await this.cell(index).locator('.jp-InputPrompt, .jp-InputCollapser').first().click();
    await this.run('notebook:run-cell');
    await this.untilIdle();
  }

  /** Replaces a cell's source by typing over it. */
  async edit(index: number, source: string): Promise<void> {
    const editor = this.cell(index).locator('.cm-content');
    await editor.click();
    await this.page.keyboard.press('ControlOrMeta+a');
    await this.page.keyboard.insertText(source);
    await expect(editor).toContainText(source.split('\n')[0] ?? '');
  }

  /** The index of the code or Markdown cell with this id. */
  async indexOf(id: string): Promise<number> {
    const ids = await this.page.evaluate<string[]>(
      `[...${CURRENT}.content.model.cells].map((cell) => cell.id)`,
    );
    const index = ids.indexOf(id);
    if (index < 0) throw new Error(`no cell ${id} among ${ids.join(', ')}`);
    return index;
  }

  /** A cell of the notebook in front, by its index. */
  cell(index: number): Locator {
    return this.notebook.locator(`.jp-Cell[data-windowed-list-index="${String(index)}"]`);
  }

  /** Runs one of JupyterLab's commands and waits for its promise. */
  async run(command: string, args: Readonly<Record<string, string>> = {}): Promise<void> {
    await this.page.evaluate(
      `window.jupyterapp.commands.execute(${JSON.stringify(command)}, ${JSON.stringify(args)}).then(() => undefined)`,
    );
  }

  /** The ids of the plugins that are active and begin with this text. */
  async activePlugins(prefix: string): Promise<string[]> {
    return this.page.evaluate<string[]>(
      `window.jupyterapp.listPlugins().filter((id) => id.startsWith(${JSON.stringify(prefix)}) && window.jupyterapp.isPluginActivated(id))`,
    );
  }
}

// Evaluated in the page, where JupyterLab's own types do not reach.
const CURRENT = 'window.jupyterapp.shell.currentWidget';
