import type { INotebookContent } from '@jupyterlab/nbformat';
import type { INotebookModel } from '@jupyterlab/notebook';

/**
 * Puts a notebook's text into an open notebook as one change that undo takes back: setting the model as a whole would clear the
 * editor's undo history. False when it cannot be done so: the notebook was closed meanwhile, or the text is of another major format.
 */
export function putNotebook(model: INotebookModel, text: string): boolean {
  if (model.isDisposed) return false;
  const notebook = JSON.parse(text) as INotebookContent;
  if (notebook.nbformat !== model.nbformat) return false;
  const { sharedModel } = model;
  const keepsId = model.nbformat > 4 || model.nbformatMinor >= 5;
  const cells = notebook.cells.map((cell) => {
    const { id, ...rest } = cell;
    // Stored cells are shown untrusted: their scripts run only once a person has run the cell again.
    return keepsId && id !== undefined ? { id, ...rest } : rest;
  });
  sharedModel.transact(() => {
    sharedModel.deleteCellRange(0, sharedModel.cells.length);
    sharedModel.insertCells(0, cells);
  });
  for (const key of Object.keys(model.metadata))
    if (!(key in notebook.metadata)) model.deleteMetadata(key);
  for (const [key, value] of Object.entries(notebook.metadata)) model.setMetadata(key, value);
  return true;
}
