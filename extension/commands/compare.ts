import { COMMANDS } from './ids.js';
import { textArg, type Command } from './parts.js';

/** Opens the comparison of a version with another one (`head`), or with the notebook at `path` as it stands. */
export const compare: Command = {
  id: COMMANDS.compare,
  label: () => 'Compare Versions',
  execute: async (parts, args) => {
    const base = textArg(args, 'base');
    if (base === undefined) throw new RangeError('cellar:compare needs base, a version');
    const head = textArg(args, 'head');
    const path = textArg(args, 'path');
    if (head !== undefined) await parts.openComparison({ base, head });
    else if (path !== undefined) await parts.openComparison({ base, path });
    else throw new RangeError('cellar:compare needs head, a version, or path, a notebook');
  },
};
