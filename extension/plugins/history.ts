import {
  ILabShell,
  ILayoutRestorer,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin,
} from '@jupyterlab/application';
import { ReactWidget } from '@jupyterlab/ui-components';
import { INotebookTracker } from '@jupyterlab/notebook';
import { createElement } from 'react';

import type { HistoryRow } from '../../contract/history.js';
import { cellarIcon } from '../commands/icon.js';
import { COMMANDS } from '../commands/ids.js';
import { HistoryModel } from '../model/history.js';
import { LinksModel } from '../model/links.js';
import { ImportModel } from '../model/import.js';
import { LiveModel } from '../model/live.js';
import { IntroductionModel } from '../model/introduction.js';
import { IntakesModel } from '../model/intakes.js';
import { RegistrationsModel } from '../model/registrations.js';
import { HistoryPanel } from '../view/history-panel.js';
import { NOW, type HistoryActions } from '../view/history-actions.js';
import { announceIntroduction } from './announce-introduction.js';
import { announceNotices } from './announce-notices.js';
import { ICellar, IHistory, type Cellar, type History } from './tokens.js';

const PANEL_ID = 'cellar-history';

/** The side panel with the versions of the notebook in front. */
export const historyPlugin: JupyterFrontEndPlugin<History> = {
  id: 'jupyterlab-cellar:history',
  description: 'Shows the kept versions of the notebook in front, in a side panel.',
  autoStart: true,
  requires: [ICellar, INotebookTracker],
  optional: [ILabShell, ILayoutRestorer],
  provides: IHistory,
  activate: (
    app: JupyterFrontEnd,
    cellar: Cellar,
    notebooks: INotebookTracker,
    labShell: ILabShell | null,
    restorer: ILayoutRestorer | null,
  ): History => {
    const model = new HistoryModel({ client: cellar.client, memory: cellar.memory });
    followNotebook(model, notebooks, app);
    followCapture(model, cellar);
    const live = new LiveModel(cellar.client);
    followLive(model, live, cellar);
    const introduction = new IntroductionModel(cellar.memory);
    const panel = ReactWidget.create(
      createElement(HistoryPanel, {
        model,
        live,
        actions: toActions(app, cellar, model),
        space: cellar.space,
        introduction,
        imports: new ImportModel(cellar.client, cellar.memory),
        notices: cellar.notices,
        intakes: new IntakesModel(cellar.client),
      }),
    );
    panel.id = PANEL_ID;
    panel.addClass('cellar-SidePanel');
    panel.title.icon = cellarIcon;
    panel.title.caption = 'Cellar: the versions of this notebook';
    // JupyterLab labels its own right-hand tabs by icon alone; Notebook 7 lists panels by their label.
    if (labShell === null) panel.title.label = 'Versions';
    app.shell.add(panel, 'right', { rank: 700, type: 'Cellar' });
    restorer?.add(panel, PANEL_ID);
    announceIntroduction(app, introduction, { space: cellar.space, panel });
    announceNotices(cellar.notices, {
      isSeen: (path) => panel.isVisible && model.state.path === path,
      onShow: (path) => {
        model.show(path);
        app.shell.activateById(PANEL_ID);
      },
    });
    return {
      show: (path) => {
        model.show(path);
        app.shell.activateById(PANEL_ID);
      },
    };
  },
};

function followNotebook(
  model: HistoryModel,
  notebooks: INotebookTracker,
  app: JupyterFrontEnd,
): void {
  const showCurrent = (): void => {
    const path = notebooks.currentWidget?.context.localPath;
    if (path !== undefined) model.show(path);
  };
  // Save As changes the path of an open notebook and is told by nothing else.
  notebooks.widgetAdded.connect((_, panel) => {
    panel.context.pathChanged.connect(() => {
      if (panel === notebooks.currentWidget) model.renamed(panel.context.localPath);
    });
  });
  notebooks.currentChanged.connect(showCurrent);
  app.serviceManager.contents.fileChanged.connect((_, { type, oldValue, newValue }) => {
    const [from, to] = [oldValue?.path, newValue?.path];
    const { path } = model.state;
    if (type !== 'rename' || path === undefined || from === undefined || to === undefined) return;
    if (path === from) model.renamed(to);
    else if (path.startsWith(`${from}/`)) model.renamed(to + path.slice(from.length));
  });
  showCurrent();
}

function followCapture(model: HistoryModel, { board, outbox }: Cellar): void {
  let wasAway = false;
  let told = '';
  const tell = (): void => {
    const { path } = model.state;
    const status = path === undefined ? undefined : board.statusOf(path);
    const text = JSON.stringify(status ?? null);
    if (text === told) return;
    told = text;
    model.setCapture(status);
  };
  board.subscribe(tell);
  model.subscribe(() => {
    tell();
    const isAway = model.state.problem?.kind === 'away';
    // The panel reached the server again, for instance by "Try now": what waits need not sit out its back-off.
    if (wasAway && !isAway && outbox.state.kind === 'held') outbox.retry();
    wasAway = isAway;
  });
}

/** Tells what runs in the notebook that is shown, and lays it out with its versions. */
function followLive(model: HistoryModel, live: LiveModel, { board, captures }: Cellar): void {
  let gone: readonly [path: string | undefined, count: number] = [undefined, 0];
  let told = '';
  const look = (): void => {
    const { path, notebook, capture, metric } = model.state;
    const panel = path === undefined ? undefined : captures.findPanel(path);
    const kernel = panel?.sessionContext.session?.kernel?.id;
    live.show({ path, notebook: notebook?.id, kernel, metric: metric?.name });
    if (path === undefined) return;
    // Where no version is to come, nothing waits for one.
    const isKept = capture === undefined || capture.kind === 'kept' || capture.kind === 'keeping';
    live.setBurst(isKept ? board.state.bursts.get(path) : undefined);
    const count = board.state.kernelsGone.get(path) ?? 0;
    if (gone[0] === path && gone[1] !== count) live.kernelGone();
    gone = [path, count];
  };
  const tell = (): void => {
    const { going } = live;
    const text = JSON.stringify([model.state.path, going]);
    if (text === told) return;
    told = text;
    model.setGoing(going);
  };
  board.subscribe(look);
  model.subscribe(look);
  live.subscribe(tell);
  model.subscribe(tell);
  look();
}

function toActions(app: JupyterFrontEnd, cellar: Cellar, model: HistoryModel): HistoryActions {
  const run = (id: string, args: Record<string, string> = {}): void => {
    void app.commands.execute(id, args);
  };
  const toArgs = (row: HistoryRow): Record<string, string> => ({
    id: row.id,
    path: model.state.path ?? row.path,
  });
  const registrations = new RegistrationsModel(cellar.client, cellar.models);
  void registrations.load();
  const links = new LinksModel(cellar.client, cellar.external);
  void links.load();
  const registered = {
    model: registrations,
    links,
    urlOf: (name: string, version: number) =>
      `${cellar.base}#/models/${encodeURIComponent(name)}/${String(version)}`,
  };
  return {
    registered,
    onRegister: (row) => {
      run(COMMANDS.registerModel, { id: row.id });
    },
    onCompare: (base, head) => {
      const path = model.state.path ?? '';
      run(COMMANDS.compare, head === NOW ? { base, path } : { base, head });
    },
    artifactUrl: (artifact) => cellar.client.artifactUrl(artifact),
    onOpenFile: ({ sha256 }) => {
      run(COMMANDS.lineage, { node: `artifact:${sha256}` });
    },
    onLineage: (node) => {
      run(COMMANDS.lineage, { node });
    },
    onRestore: (row) => {
      run(COMMANDS.restore, toArgs(row));
    },
    onPin: (row) => {
      run(COMMANDS.pin, { id: row.id, pinned: String(!row.pinned) });
    },
    onCopyLink: (row) => {
      const before = model.findBefore(row.id);
      const target =
        before === undefined ? `#/notebook/${row.notebook}` : `#/diff/${before}/${row.id}`;
      run(COMMANDS.copyLink, { target });
    },
    onExport: (row) => {
      const notebook = model.state.notebook?.id;
      if (row !== undefined) run(COMMANDS.export, { id: row.id });
      else if (notebook !== undefined) run(COMMANDS.export, { notebook });
    },
    onShowCell: ({ cell, index }) => {
      const { path } = model.state;
      if (path === undefined) return;
      run(COMMANDS.showCell, { path, cell: cell ?? '', index: String(index) });
    },
    onKeep: () => {
      run(COMMANDS.snapshot);
    },
    onPause: () => {
      const { path, capture } = model.state;
      if (path === undefined) return;
      run(capture?.kind === 'paused' ? COMMANDS.resume : COMMANDS.pauseNotebook, { path });
    },
    onPauseWorkspace: () => {
      run(COMMANDS.pauseWorkspace);
    },
    onRetry: () => {
      run(COMMANDS.retry);
    },
    onOpenSettings: () => {
      run(COMMANDS.openSettings);
    },
  };
}
