import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { INotebookTracker } from '@jupyterlab/notebook';
import { IStatusBar, TextItem } from '@jupyterlab/statusbar';
import { ReactWidget } from '@jupyterlab/ui-components';
import { Signal } from '@lumino/signaling';
import { Menu, type Widget } from '@lumino/widgets';
import { createElement, type KeyboardEvent, type ReactElement } from 'react';

import { COMMANDS } from '../commands/ids.js';
import { describeCapture, type CaptureStatus } from '../model/capture-status.js';
import { ICellar, type Cellar } from './tokens.js';

/** How often "2 min ago" is brought up to date, in milliseconds. */
const REFRESH = 15_000;

/** Says in the status bar whether the notebook in front is kept; a click pauses and resumes. */
export const statusPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyterlab-cellar:status',
  description: 'Says in the status bar whether the notebook in front is kept.',
  autoStart: true,
  requires: [ICellar, INotebookTracker],
  optional: [IStatusBar],
  activate: (
    app: JupyterFrontEnd,
    cellar: Cellar,
    notebooks: INotebookTracker,
    statusBar: IStatusBar | null,
  ) => {
    if (statusBar === null) return;
    const { board } = cellar;
    const currentPath = (): string | undefined => notebooks.currentWidget?.context.localPath;
    const item = new StatusItem(() => toMenu(app));
    const show = (): void => {
      const path = currentPath();
      if (path !== undefined) item.tell(board.statusOf(path));
    };
    board.subscribe(show);
    notebooks.currentChanged.connect((_, panel) => {
      show();
      changed.emit();
      panel?.context.pathChanged.connect(show);
    });
    const changed = new Signal<Widget, void>(item);
    const timer = setInterval(show, REFRESH);
    item.disposed.connect(() => {
      clearInterval(timer);
    });
    statusBar.registerStatusItem('jupyterlab-cellar:status', {
      item,
      align: 'right',
      rank: 90,
      isActive: () => currentPath() !== undefined,
      activeStateChanged: changed,
    });
    show();
  },
};

/** The state in a word or two, drawn as JupyterLab draws its own; a click or a key opens the menu. */
class StatusItem extends ReactWidget {
  readonly #createMenu: () => Menu;
  #status: CaptureStatus = { kind: 'kept' };

  constructor(createMenu: () => Menu) {
    super();
    this.#createMenu = createMenu;
    this.addClass('jp-mod-highlighted');
    this.addClass('cellar-Status');
  }

  /** Says what capture is doing. */
  tell(status: CaptureStatus): void {
    this.#status = status;
    this.update();
  }

  protected override render(): ReactElement {
    const { label, title } = describeCapture(this.#status, Date.now());
    return createElement(TextItem, {
      source: `Cellar: ${label}`,
      title,
      role: 'button',
      tabIndex: 0,
      'aria-haspopup': 'menu',
      onClick: () => {
        this.#open();
      },
      onKeyDown: (event: KeyboardEvent) => {
        if (event.key !== 'Enter' && event.key !== ' ') return;
        event.preventDefault();
        this.#open();
      },
    });
  }

  #open(): void {
    const { left, top } = this.node.getBoundingClientRect();
    this.#createMenu().open(left, top);
  }
}

function toMenu({ commands }: JupyterFrontEnd): Menu {
  const menu = new Menu({ commands });
  menu.addItem({ command: COMMANDS.snapshot });
  menu.addItem({ command: COMMANDS.showHistory });
  menu.addItem({ type: 'separator' });
  for (const command of [COMMANDS.pauseNotebook, COMMANDS.pauseFolder, COMMANDS.pauseWorkspace])
    menu.addItem({ command });
  menu.addItem({ type: 'separator' });
  menu.addItem({ command: COMMANDS.retry });
  menu.addItem({ command: COMMANDS.openSettings });
  menu.aboutToClose.connect(() => {
    // The item that was chosen still has to run.
    setTimeout(() => {
      menu.dispose();
    });
  });
  return menu;
}
