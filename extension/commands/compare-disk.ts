import { COMMANDS } from './ids.js';
import { textArg, type Args, type Command, type Parts } from './parts.js';

/** Compares the file of an open notebook with what its editor holds: what saving would change. */
export const compareDisk: Command = {
  id: COMMANDS.compareDisk,
  inPalette: true,
  label: () => 'Compare with File on Disk',
  caption: 'Show what saving this notebook would change in its file',
  isEnabled: (parts, args) => openPath(parts, args) !== undefined,
  execute: async (parts, args) => {
    const path = openPath(parts, args);
    if (path === undefined) return;
    await parts.openComparison({ base: { kind: 'file', path }, head: { kind: 'now', path } });
  },
};

/** The open notebook that is meant; without an editor there is nothing that the file could differ from. */
function openPath(parts: Parts, args: Args): string | undefined {
  const named = textArg(args, 'path');
  if (named !== undefined) return parts.captures.findPanel(named) && named;
  return parts.currentNotebook()?.context.localPath;
}
