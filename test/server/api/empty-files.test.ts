import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { makeRepository } from '../checkout/repository.js';
import { notebookText, writeInto } from '../scratch.js';
import { serve } from './served.js';

interface Kept {
  readonly created: boolean;
  readonly snapshot: { readonly id: string; readonly notebook: string };
}
interface Row {
  readonly id: string;
  readonly message: string | null;
}

const key = (): string => randomBytes(8).toString('hex');

test('a notebook that is found empty is refused in words, loses nothing, and goes on', async () => {
  const { root, own } = await serve();
  await writeInto(root, 'a.ipynb', notebookText(['one']));
  const take = (): ReturnType<typeof own> =>
    own('POST', 'api/v1/snapshots', { path: 'a.ipynb', key: key() });
  const first = (await take()).json<Kept>();
  const ways = [
    take,
    () => own('POST', 'api/v1/bursts', { path: 'a.ipynb', key: key(), trigger: 'save' }),
    () =>
      own('POST', 'api/v1/bursts', { path: 'a.ipynb', key: key(), trigger: 'save', content: '' }),
  ];
  for (const nothing of ['', ' \n', '\ufeff']) {
    writeFileSync(join(root, 'a.ipynb'), nothing);
    for (const way of ways) {
      const refused = await way();
      expect([refused.status, refused.json()['code']]).toEqual([422, 'not_json']);
      expect(refused.json()['message']).toMatch(/(a\.ipynb|notebook) is empty/);
    }
  }
  writeFileSync(join(root, 'a.ipynb'), notebookText(['one', 'two']));
  const next = (await take()).json<Kept>();
  expect(next).toMatchObject({ created: true, snapshot: { notebook: first.snapshot.notebook } });
  const history = await own('GET', `api/v1/notebooks/${next.snapshot.notebook}/history`);
  expect(history.json<{ rows: Row[] }>().rows.map(({ id }) => id)).toEqual([
    next.snapshot.id,
    first.snapshot.id,
  ]);
});

test('what was kept comes back in the place of an empty file', async () => {
  const { root, own } = await serve();
  await writeInto(root, 'a.ipynb', notebookText(['one']));
  const kept = (await own('POST', 'api/v1/snapshots', { path: 'a.ipynb' })).json<Kept>();
  writeFileSync(join(root, 'a.ipynb'), '');
  const restored = await own('POST', `api/v1/snapshots/${kept.snapshot.id}/restore`, {
    write: true,
    key: key(),
  });
  expect(restored.json()).toMatchObject({ path: 'a.ipynb', content: notebookText(['one']) });
});

test('a commit in which a notebook is empty is a version as it is, and the history goes on through it', async () => {
  const repository = await makeRepository();
  const texts = [notebookText(['one', 'two']), '', notebookText(['one', 'two', 'three'])];
  for (const [at, text] of texts.entries())
    await repository.commit(`commit ${at}`, { 'a.ipynb': text });
  await repository.commit('born empty', { 'b.ipynb': '' });
  await repository.commit('filled', { 'b.ipynb': notebookText(['b = 1']) });
  const { own } = await serve();
  const brought = (): Promise<Record<string, unknown>> =>
    own('POST', 'api/v1/imports', { git: repository.folder, all: false }).then((answer) =>
      answer.json(),
    );
  const done = await brought();
  expect(done).toMatchObject({ status: 'ok', snapshots: 5, notebooks: 2, skipped: 0 });
  expect((done['warnings'] as { message: string }[]).map(({ message }) => message)).toEqual([
    expect.stringMatching(/a\.ipynb.* is kept as it is: a\.ipynb is empty\.$/),
    expect.stringMatching(/b\.ipynb.* is kept as it is: b\.ipynb is empty\.$/),
  ]);
  for (const [path, messages] of [
    ['a.ipynb', ['commit 2', 'commit 1', 'commit 0']],
    ['b.ipynb', ['filled', 'born empty']],
  ] as const) {
    const found = await own('GET', `api/v1/notebooks/by-path?path=${path}`);
    const { notebook } = found.json<{ notebook: { id: string } }>();
    const { rows } = (await own('GET', `api/v1/notebooks/${notebook.id}/history`)).json<{
      rows: Row[];
    }>();
    expect(rows.map(({ message }) => message)).toEqual(messages);
    if (path === 'a.ipynb')
      for (const [at, row] of [...rows].reverse().entries())
        expect((await own('GET', `api/v1/snapshots/${row.id}/notebook`)).text).toBe(texts[at]);
  }
  expect(await brought()).toMatchObject({ snapshots: 0, known: 5, warnings: [] });
  expect((await own('POST', 'api/v1/verify')).json()).toMatchObject({ damages: [] });
});
