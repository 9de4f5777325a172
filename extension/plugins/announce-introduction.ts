import type { JupyterFrontEnd } from '@jupyterlab/application';
import { Notification } from '@jupyterlab/apputils';
import { MessageLoop } from '@lumino/messaging';
import type { Widget } from '@lumino/widgets';

import { COMMANDS } from '../commands/ids.js';
import type { IntroductionModel } from '../model/introduction.js';
import type { SpaceModel } from '../model/space.js';

/** Says in a corner what the panel says, while that is not seen: over the panel's rows the corner would lie. */
export function announceIntroduction(
  app: JupyterFrontEnd,
  model: IntroductionModel,
  { space, panel }: { readonly space: SpaceModel; readonly panel: Widget },
): void {
  let toast: string | undefined;
  const withdraw = (): void => {
    if (toast !== undefined) Notification.dismiss(toast);
    toast = undefined;
  };
  model.subscribe(() => {
    withdraw();
    const { words } = model.state;
    if (words !== undefined && !panel.isVisible) toast = announce(app, model, words);
  });
  MessageLoop.installMessageHook(panel, (_, { type }) => {
    if (type === 'after-show') withdraw();
    return true;
  });
  space.subscribe(() => {
    const { workspace } = space.state;
    if (workspace !== undefined) model.tell(workspace);
  });
}

function announce(app: JupyterFrontEnd, model: IntroductionModel, words: string): string {
  const run = (id: string) => (): void => {
    model.close();
    void app.commands.execute(id);
  };
  return Notification.info(words, {
    autoClose: 15_000,
    actions: [
      {
        label: 'Pause',
        caption: 'Keep nothing in this workspace until resumed',
        callback: run(COMMANDS.pauseWorkspace),
      },
      {
        label: 'Settings',
        caption: 'What is kept, and when',
        callback: run(COMMANDS.openSettings),
      },
    ],
  });
}
