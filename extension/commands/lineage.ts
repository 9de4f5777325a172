import { COMMANDS } from './ids.js';
import { textArg, type Command } from './parts.js';

/** Shows what something came from and what came of it. `node` is as the API takes it, e.g. "run:5f…" or "models:/wine/3"; `cell` one of a run's. */
export const lineage: Command = {
  id: COMMANDS.lineage,
  label: () => 'Show Lineage',
  execute: async (parts, args) => {
    const node = textArg(args, 'node');
    if (node === undefined) throw new RangeError('cellar:lineage needs a node');
    await parts.openLineage(node, textArg(args, 'cell'));
  },
};
