import { Notification } from '@jupyterlab/apputils';
import type { NotebookPanel } from '@jupyterlab/notebook';

import { baseName } from '../model/words.js';
import { COMMANDS } from './ids.js';
import { textArg, type Command } from './parts.js';

/** Shows a cell of a notebook and makes it the active one: the one with the id `cell`, else the one at `index`, from 0. */
export const showCell: Command = {
  id: COMMANDS.showCell,
  label: () => 'Show a Cell',
  execute: async (parts, args) => {
    const path = textArg(args, 'path');
    if (path === undefined) throw new RangeError('cellar:show-cell needs path, a notebook');
    await parts.openNotebook(path);
    const panel = parts.captures.findPanel(path);
    if (panel === undefined) return;
    await panel.context.ready;
    const at = findCell(panel, textArg(args, 'cell') ?? '', Number(args['index'] ?? -1));
    if (at === undefined) {
      Notification.info(`That cell is no longer in ${baseName(path)}.`, { autoClose: 4000 });
      return;
    }
    panel.content.activeCellIndex = at;
    await panel.content.scrollToItem(at, 'smart');
    panel.content.activate();
  },
};

/** A cell's place; a notebook whose cells have no ids is gone by their places. */
function findCell({ content }: NotebookPanel, id: string, index: number): number | undefined {
  const at = id === '' ? index : content.widgets.findIndex(({ model }) => model.id === id);
  return content.widgets[at] === undefined ? undefined : at;
}
