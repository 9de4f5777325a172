import { compareIcon } from './icon.js';
import { COMMANDS } from './ids.js';
import type { Command } from './parts.js';

/** What the notebook in front can be compared with, as a menu below the toolbar's button. */
export const compareMenu: Command = {
  id: COMMANDS.compareMenu,
  label: () => 'Compare',
  caption: 'Compare this notebook with its last version, its file, or a git revision',
  icon: compareIcon,
  isEnabled: (parts) => parts.currentNotebook() !== undefined,
  execute: (parts) => {
    parts.openMenu('cellar-compare', [
      COMMANDS.compareLast,
      COMMANDS.compareDisk,
      COMMANDS.compareRevision,
    ]);
  },
};
