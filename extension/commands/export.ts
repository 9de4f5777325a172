import { COMMANDS } from './ids.js';
import { textArg, type Command } from './parts.js';

/** Downloads a version by its id, or all versions of a notebook by the notebook's id, as a zip that needs no Cellar to read. */
export const exportVersions: Command = {
  id: COMMANDS.export,
  label: () => 'Export Versions',
  execute: (parts, args) => {
    const snapshot = textArg(args, 'id');
    const notebook = textArg(args, 'notebook');
    const link = document.createElement('a');
    if (snapshot !== undefined) link.href = parts.client.exportUrl({ snapshot });
    else if (notebook !== undefined) link.href = parts.client.exportUrl({ notebook });
    else throw new RangeError('cellar:export needs id, a version, or notebook');
    link.download = '';
    link.click();
  },
};
