import { COMMANDS } from './ids.js';
import { targetPath, type Command } from './parts.js';

/** Shows the merge that a notebook waits for: its file holds git's markers, or git's index both sides. */
export const resolveMerge: Command = {
  id: COMMANDS.resolveMerge,
  inPalette: true,
  label: () => 'Resolve Merge Conflicts',
  caption: 'Decide the conflicts of a merge in this notebook',
  isEnabled: (parts, args) => targetPath(parts, args) !== undefined,
  execute: async (parts, args) => {
    const path = targetPath(parts, args);
    if (path !== undefined) await parts.openMerge(path);
  },
};
