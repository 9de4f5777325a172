import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { Notification } from '@jupyterlab/apputils';
import { PageConfig, URLExt } from '@jupyterlab/coreutils';
import { IDefaultFileBrowser } from '@jupyterlab/filebrowser';
import { INotebookTracker } from '@jupyterlab/notebook';
import { ISettingRegistry } from '@jupyterlab/settingregistry';

import { CaptureBoard } from '../capture/capture-board.js';
import { Captures } from '../capture/captures.js';
import { systemClock } from '../capture/clock.js';
import { openDatabaseOutbox } from '../capture/database-outbox.js';
import { deliver } from '../capture/deliver.js';
import { IdentityWatch } from '../capture/identity.js';
import { followPurges } from '../capture/follow-purges.js';
import { createMemoryOutbox } from '../capture/memory-outbox.js';
import { noteOutcome } from '../capture/note-outcome.js';
import { Outbox } from '../capture/outbox.js';
import { StateWatch } from '../capture/state-watch.js';
import { createClient } from '../client/client.js';
import { createExternalClient } from '../client/external.js';
import { createModelsClient } from '../client/models.js';
import { NoticesModel } from '../model/notices.js';
import { SpaceModel } from '../model/space.js';
import { createBrowserMemory } from './browser-memory.js';
import { followSettings, PLUGIN_ID, type Settings } from './settings.js';
import { ICellar, type Cellar } from './tokens.js';

/** Keeps versions of the notebooks that are run and saved; all other plugins stand on this one. */
export const capturePlugin: JupyterFrontEndPlugin<Cellar> = {
  id: PLUGIN_ID,
  description: 'Keeps a version of each notebook that is run or saved.',
  autoStart: true,
  requires: [INotebookTracker],
  optional: [ISettingRegistry, IDefaultFileBrowser],
  provides: ICellar,
  activate: async (
    app: JupyterFrontEnd,
    notebooks: INotebookTracker,
    registry: ISettingRegistry | null,
    browser: IDefaultFileBrowser | null,
  ): Promise<Cellar> => {
    const { baseUrl } = app.serviceManager.serverSettings;
    const base = URLExt.join(baseUrl, 'cellar/');
    // Jupyter's proxy fails on large answers, so Jupyter itself sends the kept files.
    const client = createClient({ base, artifactBase: URLExt.join(baseUrl, 'cellar-files/') });
    const board = new CaptureBoard(() => Date.now());
    const notices = new NoticesModel(client);
    const workspace = nameWorkspace(base);
    const outbox = new Outbox({
      store: await openDatabaseOutbox(workspace).catch((cause: unknown) => {
        console.warn('Cellar: versions that wait are lost when this page is left:', cause);
        return createMemoryOutbox();
      }),
      deliver: (parcel) => deliver(client, parcel),
      clock: systemClock,
      onState: (state) => {
        board.setOutbox(state);
      },
      onOutcome: (parcel, outcome) => {
        board.settled(parcel, outcome);
        noteOutcome(notices, { parcel, outcome, again: () => void outbox.put(parcel) });
      },
    });
    const states = new StateWatch({ client, board, openPaths: () => captures.openPaths() });
    const settings: { current: Settings } = {
      current: await followSettings(registry, client, {
        onChange: (next) => {
          settings.current = next;
          board.setOff(!next.capture);
        },
        onRefused: (reason) => {
          Notification.error(`Cellar does not take its settings: ${reason}`, { autoClose: false });
        },
      }),
    };
    board.setOff(!settings.current.capture);
    const captures = new Captures({
      notebooks,
      contents: app.serviceManager.contents,
      kernels: app.serviceManager.kernels,
      outbox,
      board,
      clock: systemClock,
      quiet: () => settings.current.quietTime,
      onPath: (path) => {
        states.ask(path);
      },
      onSaving: (path, isSaving) => {
        identity.saving(path, isSaving);
      },
    });
    const identity = new IdentityWatch({
      contents: app.serviceManager.contents,
      outbox,
      openPaths: () => captures.openPaths(),
      onSavedAs: (from, to) => {
        captures.savedAs(from, to);
      },
    });
    if (browser !== null)
      app.commands.commandExecuted.connect((_, { id }) => {
        if (id === 'filebrowser:copy' || id === 'filebrowser:duplicate')
          identity.copied(Array.from(browser.selectedItems(), (item) => item.path));
      });
    followPurges({ client, outbox, clock: systemClock });
    client.events(({ kind }) => {
      if (kind === 'purged') notices.forget();
    });
    window.addEventListener('online', () => {
      outbox.retry();
    });
    outbox.retry();
    return {
      client,
      models: createModelsClient({ base }),
      external: createExternalClient({ base }),
      base,
      memory: createBrowserMemory(workspace),
      board,
      space: new SpaceModel(client),
      notices,
      outbox,
      captures,
      refreshStates: () => {
        states.refresh();
      },
    };
  },
};

/** One address can serve another folder tomorrow: what waits for the one must not be sent to the other. */
function nameWorkspace(base: string): string {
  return `${new URL(base, document.baseURI).pathname} ${PageConfig.getOption('serverRoot')}`;
}
