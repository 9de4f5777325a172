import { parseNotebook } from '../notebook/read.js';
import { showCells } from '../notebook/shown-cells.js';
import type { READ_CELLS } from './cells-task.js';
import type { RunOf } from './task.js';

export const run: RunOf<typeof READ_CELLS> = ({ notebook: { bytes, path }, cells, most }) => {
  const notebook = parseNotebook(bytes, { path });
  const { language } = notebook;
  return { value: { language, cells: showCells(notebook, cells, most) }, transfer: [] };
};
