import { COMMANDS } from './ids.js';
import { targetPath, type Command } from './parts.js';
import { tellFailure } from './tell.js';

/** Ends whatever pauses the notebook's capture: its own pause, a folder's, the workspace's, or the setting. */
export const resume: Command = {
  id: COMMANDS.resume,
  label: () => 'Resume Keeping Versions',
  isEnabled: (parts, args) => {
    const path = targetPath(parts, args);
    return path !== undefined && parts.board.statusOf(path).kind === 'paused';
  },
  execute: async (parts, args) => {
    const path = targetPath(parts, args);
    if (path === undefined) return;
    if (parts.board.state.isOff) {
      parts.openSettings();
      return;
    }
    const status = parts.board.statusOf(path);
    if (status.kind !== 'paused') return;
    const kind = status.by === path ? 'notebook' : 'folder';
    try {
      await parts.client.pause({ kind, path: status.by, paused: false });
    } catch (error) {
      tellFailure('Capture was not resumed.', error);
    }
    parts.refreshStates();
  },
};
