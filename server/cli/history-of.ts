import type * as z from 'zod';

import { foundNotebookSchema, historyPageSchema } from '../../contract/history.js';
import { CellarError } from '../errors.js';
import { MAX_PAGE_ROWS } from '../../contract/limits.js';
import { pathTo } from '../../contract/routes.js';
import type { Connection } from './connection.js';

type Page = z.output<typeof historyPageSchema>;

export interface WholeHistory extends Omit<Page, 'offset' | 'rows'> {
  readonly rows: Page['rows'];
}

/** A notebook's history, newest first, at most `limit` rows of it; by its path now or before. */
export async function readHistory(
  owner: Connection,
  path: string,
  limit = Infinity,
): Promise<WholeHistory> {
  const query = { path };
  const found = await owner.json({ path: pathTo('notebookByPath'), query });
  const { notebook } = foundNotebookSchema.parse(found);
  if (notebook === null)
    throw new CellarError('not_found', `No version of ${path} is kept yet.`, { path });
  const { id } = notebook;
  const rows: Page['rows'] = [];
  let through: number | undefined;
  for (;;) {
    const page = historyPageSchema.parse(
      await owner.json({
        path: pathTo('history', { id }),
        query: {
          offset: rows.length,
          limit: Math.min(MAX_PAGE_ROWS, limit - rows.length),
          through,
        },
      }),
    );
    through = page.through;
    rows.push(...page.rows);
    if (page.rows.length === 0 || rows.length >= Math.min(page.total, limit))
      return { ...page, rows };
  }
}
