import { expect, test } from 'vitest';

import { findGone } from '../../../server/history/gone.js';
import { MAIN } from '../../../server/store/create.js';
import { AUTHOR, makeFolder, openTestStore, writeInto } from '../scratch.js';
import { notebookOf } from '../store/catalog/rows.js';

test('every notebook of very many is looked for in its turn', async () => {
  const clock = { now: 0 };
  const root = await makeFolder();
  const store = await openTestStore(root, { now: () => clock.now });
  const ids = Array.from({ length: 450 }, (_, at) => `n${String(at).padStart(3, '0')}`);
  const { commit } = await store.repository.commit({
    ref: MAIN,
    edits: ids.map((id) => ({ path: `${id}.ipynb`, content: Buffer.from('x') })),
    facts: { author: AUTHOR, time: 0, subject: 'all', trailers: new Map() },
  });
  await store.catalog.apply({ notebooks: ids.map((id) => notebookOf(id)) }, { [MAIN]: commit.oid });
  // Two are there still, and one is about to be written.
  for (const path of ['n000.ipynb', 'n449.ipynb']) await writeInto(root, path, '{}');
  const looks: string[][] = [];
  for (let look = 0; look < 4; look += 1) {
    clock.now += 60_000;
    looks.push((await findGone(store, 'n001.ipynb')).map(({ path }) => path.slice(0, 4)));
    // Not twice in one minute.
    expect(await findGone(store, '')).toEqual([]);
  }
  expect(looks.map(({ length }) => length)).toEqual([198, 200, 197, 200]);
  expect(looks.slice(0, 3).flat().slice(0, 447)).toEqual(ids.slice(2, 449));
  // From the first on again.
  expect(looks[2]?.at(-1)).toBe('n149');
});
