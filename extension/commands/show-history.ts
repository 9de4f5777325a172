import { COMMANDS } from './ids.js';
import { targetPath, type Command } from './parts.js';

/** Shows a notebook's versions in the side panel. */
export const showHistory: Command = {
  id: COMMANDS.showHistory,
  inPalette: true,
  label: () => 'Show History',
  caption: 'Show the kept versions of this notebook',
  isEnabled: (parts, args) => targetPath(parts, args) !== undefined,
  execute: (parts, args) => {
    const path = targetPath(parts, args);
    if (path !== undefined) parts.showHistory(path);
  },
};
