import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { Notification } from '@jupyterlab/apputils';

import type { Workspace } from '../../contract/workspace.js';
import { COMMANDS } from '../commands/ids.js';
import { describeSpace } from '../model/space.js';
import { ICellar, type Cellar } from './tokens.js';

/** Tells the board what stands in the way of keeping, and warns when the space set for it runs out. */
export const noticesPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyterlab-cellar:notices',
  description: 'Follows what the workspace says of itself, and warns when space runs out.',
  autoStart: true,
  requires: [ICellar],
  activate: (app: JupyterFrontEnd, cellar: Cellar) => {
    let hasWarned = false;
    let paused: Workspace['paused'] | undefined;
    cellar.space.subscribe(() => {
      const { workspace } = cellar.space.state;
      if (workspace === undefined) return;
      if (workspace.paused !== paused) cellar.board.setPaused(workspace.paused);
      paused = workspace.paused;
      const obstacle = workspace.obstacle ?? undefined;
      if (obstacle !== cellar.board.state.obstacle) cellar.board.setObstacle(obstacle);
      if (workspace.space.warn && !hasWarned) warnOfSpace(app, workspace);
      hasWarned = workspace.space.warn;
    });
    void app.restored.then(() => cellar.space.load());
  },
};

function warnOfSpace(app: JupyterFrontEnd, workspace: Workspace): void {
  Notification.warning(`Cellar's versions take ${describeSpace(workspace)} that is set for them.`, {
    autoClose: false,
    actions: [
      {
        label: 'Settings',
        caption: 'Change the limit',
        callback: () => void app.commands.execute(COMMANDS.openSettings),
      },
    ],
  });
}
