import { expect, test } from 'vitest';

import { catchUp, indexSnapshots } from '../../../server/history/catch-up.js';
import { openHistory } from '../../../server/history/history.js';
import { notebookStatePath, TRAILERS } from '../../../server/history/state.js';
import { takeSnapshot } from '../../../server/history/take.js';
import { parseNotebook } from '../../../server/notebook/read.js';
import { MAIN } from '../../../server/store/create.js';
import { AUTHOR, makeFolder, notebookText, openTestStore } from '../scratch.js';

test('a commit that cannot be read costs its own rows and is reported by name', async () => {
  const reported: unknown[] = [];
  const store = await openTestStore(await makeFolder(), {
    report: (error) => reported.push(error),
  });
  const history = await openHistory(store, [indexSnapshots]);
  const bytes = Buffer.from(notebookText(['x = 1']));
  const kept = await takeSnapshot(history, {
    path: 'a.ipynb',
    bytes,
    notebook: parseNotebook(bytes),
    trigger: 'manual',
  });
  const notebook = 'z'.repeat(26);
  const { commit } = await store.repository.commit({
    ref: MAIN,
    edits: [{ path: notebookStatePath(notebook), content: Buffer.from('{"format": 1}') }],
    facts: {
      author: AUTHOR,
      time: 0,
      subject: 'by hand',
      trailers: new Map([
        [TRAILERS.notebook, notebook],
        [TRAILERS.snapshot, 'y'.repeat(26)],
      ]),
    },
  });
  const progress: number[] = [];
  await catchUp(history, {
    fresh: true,
    report: ({ done, total }) => progress.push(done / (total ?? 0)),
  });
  expect(progress.at(-1)).toBe(1);
  expect(reported).toMatchObject([{ code: 'store_damaged' }]);
  expect(String(reported[0])).toContain(commit.oid);
  expect(await store.catalog.findSnapshot(kept.row.id)).toEqual(kept.row);
  expect((await store.catalog.position())[MAIN]).toBe(commit.oid);
});
