import * as z from 'zod';

import { pathSchema, renamedSchema, renameSchema } from '../../../contract/capture.js';
import {
  foundNotebookSchema,
  historyPageSchema,
  historyQuerySchema,
  notebookListSchema,
  notebookSchema,
  type Notebook,
} from '../../../contract/history.js';
import { CellarError } from '../../errors.js';
import { getNotebook } from '../../history/history.js';
import { copyNotebook, renamePath } from '../../history/move.js';
import type { NotebookRow } from '../../store/catalog/rows.js';
import { toWorkspacePath } from '../../store/disk/names.js';
import { readHistoryPage } from '../../tracking/page.js';
import { listNotebooks, toNotebook } from '../../tracking/snapshots.js';
import { jsonOperation, type Operation } from '../operation.js';
import type { ApiParts } from '../parts.js';

/** Notebooks, their histories, and what happens to their paths. */
export function notebookOperations(parts: ApiParts): readonly Operation[] {
  const { store } = parts.history;

  const describe = async (row: NotebookRow): Promise<Notebook> => {
    const notebook = await toNotebook(store, row);
    if (notebook === undefined)
      throw new CellarError('not_found', `No version of ${row.path} is kept yet.`, {
        path: row.path,
      });
    return notebook;
  };

  return [
    jsonOperation({
      method: 'get',
      route: 'notebooks',
      summary: 'Every notebook that has a history, deleted ones too',
      grants: ['viewer'],
      answer: notebookListSchema,
      run: async () => ({ notebooks: [...(await listNotebooks(store))] }),
    }),
    jsonOperation({
      method: 'get',
      route: 'notebookByPath',
      summary: 'The notebook that has, or else last had, a path',
      grants: ['viewer'],
      query: z.object({ path: pathSchema }),
      answer: foundNotebookSchema,
      run: async ({ query }) => {
        const row = await store.catalog.findNotebookByPath(toWorkspacePath(query.path));
        // No history yet is the ordinary state of a new notebook, so it is an answer and not a failure.
        return { notebook: (row && (await toNotebook(store, row))) ?? null };
      },
    }),
    jsonOperation({
      method: 'get',
      route: 'notebook',
      summary: 'One notebook',
      grants: ['viewer'],
      answer: notebookSchema,
      run: async ({ param }) => describe(await getNotebook(store, param('id'))),
    }),
    jsonOperation({
      method: 'get',
      route: 'history',
      summary: "A stretch of a notebook's history, newest first",
      grants: ['viewer'],
      query: historyQuerySchema,
      answer: historyPageSchema,
      run: ({ query, param }) => readHistoryPage(store, param('id'), query),
    }),
    jsonOperation({
      method: 'post',
      route: 'rename',
      summary: 'Let the notebook at a path, or those in a folder, go on at another',
      grants: [],
      body: renameSchema,
      answer: renamedSchema,
      run: async ({ body }) => {
        const rows = await renamePath(parts.history, body.from, body.to);
        for (const { id } of rows) parts.events.emit({ kind: 'notebook', notebook: id });
        return { notebooks: rows.map(({ id, path }) => ({ id, path })) };
      },
    }),
    jsonOperation({
      method: 'post',
      route: 'copy',
      summary: 'Start a history for a copy, which names its origin',
      grants: [],
      body: renameSchema,
      answer: renamedSchema,
      run: async ({ body }) => {
        const { id, path } = await copyNotebook(parts.history, body.from, body.to);
        return { notebooks: [{ id, path }] };
      },
    }),
  ];
}
