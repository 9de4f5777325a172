import { COMMANDS } from './ids.js';
import type { Command } from './parts.js';

/** Opens Cellar's settings. */
export const openSettings: Command = {
  id: COMMANDS.openSettings,
  inPalette: true,
  label: () => 'Cellar Settings…',
  execute: (parts) => {
    parts.openSettings();
  },
};
