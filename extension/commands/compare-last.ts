import { Notification } from '@jupyterlab/apputils';

import { baseName } from '../model/words.js';
import { COMMANDS } from './ids.js';
import { targetPath, type Command } from './parts.js';
import { tellFailure } from './tell.js';

/** Shows what changed in a notebook since its last kept version. */
export const compareLast: Command = {
  id: COMMANDS.compareLast,
  inPalette: true,
  label: () => 'Compare with Last Version',
  caption: 'Show what changed since the last kept version',
  isEnabled: (parts, args) => targetPath(parts, args) !== undefined,
  execute: async (parts, args) => {
    const path = targetPath(parts, args);
    if (path === undefined) return;
    try {
      const notebook = await parts.client.findNotebook(path);
      if (notebook === undefined) {
        Notification.info(`Nothing of ${baseName(path)} was kept yet.`, { autoClose: 4000 });
        return;
      }
      await parts.openComparison({
        base: { kind: 'snapshot', id: notebook.newest },
        head: { kind: 'now', path },
      });
    } catch (error) {
      tellFailure(`${baseName(path)} could not be compared.`, error);
    }
  },
};
