import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { IDefaultFileBrowser } from '@jupyterlab/filebrowser';
import { INotebookTracker } from '@jupyterlab/notebook';
import { Menu } from '@lumino/widgets';

import { COMMANDS } from '../commands/ids.js';
import type { Parts } from '../commands/parts.js';
import { registerCommands } from '../commands/register.js';
import {
  ICellar,
  IComparisons,
  IHistory,
  ILineage,
  IMerges,
  type Cellar,
  type Comparisons,
  type History,
  type Lineages,
  type Merges,
} from './tokens.js';

/** Adds Cellar's commands, to the palette too; the settings schema puts some of them into menus and the toolbar. */
export const commandsPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyterlab-cellar:commands',
  description: "Adds Cellar's commands.",
  autoStart: true,
  requires: [ICellar, IHistory, IComparisons, ILineage, IMerges, INotebookTracker],
  optional: [ICommandPalette, IDefaultFileBrowser],
  activate: (
    app: JupyterFrontEnd,
    cellar: Cellar,
    history: History,
    comparisons: Comparisons,
    lineages: Lineages,
    merges: Merges,
    notebooks: INotebookTracker,
    palette: ICommandPalette | null,
    browser: IDefaultFileBrowser | null,
  ) => {
    const { commands } = app;
    const menu = new Menu({ commands });
    const parts: Parts = {
      ...cellar,
      currentNotebook: () => notebooks.currentWidget ?? undefined,
      selectedFiles: () => (browser === null ? [] : Array.from(browser.selectedItems())),
      showHistory: (path) => {
        history.show(path);
      },
      openComparison: (compared) => comparisons.open(compared),
      openLineage: (node, cell) => lineages.open(node, cell),
      openMerge: (path) => merges.open(path),
      openNotebook: async (path) => {
        await commands.execute('docmanager:open', { path });
      },
      openMenu: (button, ids) => {
        openMenu(
          menu,
          `.jp-NotebookPanel:not(.lm-mod-hidden) [data-jp-item-name="${button}"]`,
          ids,
        );
      },
      openSettings: () => {
        void commands.execute('settingeditor:open', { query: 'Cellar' });
      },
    };
    for (const command of registerCommands(commands, parts))
      palette?.addItem({ command, category: 'Cellar' });
    const renew = (): void => {
      for (const id of Object.values(COMMANDS)) commands.notifyCommandChanged(id);
    };
    notebooks.currentChanged.connect(renew);
    let known: unknown;
    cellar.board.subscribe(() => {
      const { paused, states, isOff, obstacle } = cellar.board.state;
      const now = [paused, states, isOff, obstacle, cellar.board.state.outbox.kind];
      if (Array.isArray(known) && now.every((value, at) => value === (known as unknown[])[at]))
        return;
      known = now;
      renew();
    });
  },
};

/** Opens a menu of these commands below an element, or at the window's corner when that is not there. */
function openMenu(menu: Menu, selector: string, ids: readonly string[]): void {
  menu.clearItems();
  for (const command of ids) menu.addItem({ command });
  const place = document.querySelector(selector)?.getBoundingClientRect();
  menu.open(place?.left ?? 0, place?.bottom ?? 0);
}
