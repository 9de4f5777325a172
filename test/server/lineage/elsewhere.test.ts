import { expect, test } from 'vitest';

import { addLink, changeLink, type LinkStart, type Own } from '../../../server/external/links.js';
import type { History } from '../../../server/history/history.js';
import { reindex } from '../../../server/history/reindex.js';
import { sealPending } from '../../../server/history/seal.js';
import { ask, draw, fill, nameOf, turns, type Filled } from './filled.js';

const KNOWN = {
  ...{ at: 1, exists: true, description: '', updated: 5, stage: 'Production', stands: 'READY' },
  ...{ tags: [], aliases: [{ name: 'champion', version: '7' }], newest: '7' },
};

async function link(
  history: History,
  of: Own,
  more: Partial<LinkStart> = {},
): Promise<{ readonly id: string }> {
  const { id } = await addLink(history, {
    ...{ of, registry: 'prod', address: '', entry: 'wine', version: '7', state: 'linked' },
    ...{ description: '', ...more },
  });
  return changeLink(history, turns, id, () => ({ known: KNOWN }));
}

/** The registered model's id, by which its versions are linked. */
async function modelOf({ history }: Filled): Promise<string> {
  const row = await history.store.catalog.findEntryNamed('registered', 'wine');
  return row?.id.slice('registered/'.length) ?? '';
}

test('an entry elsewhere stands at the end of what it came from, by whatever was linked', async () => {
  const filled = await fill();
  const { history, lineage, run, model } = filled;
  await link(history, { kind: 'version', model: await modelOf(filled), version: 1 });
  await link(history, { kind: 'model', model }, { entry: 'forest', version: '1' });
  await link(history, { kind: 'run', run, path: 'wine.joblib' }, { entry: 'file', version: null });
  await link(history, { kind: 'run', run, path: '' }, { entry: 'whole' });
  const down = await ask(lineage, { node: 'wine.csv', direction: 'down' });
  expect(draw(down).filter((line) => line.includes(' linked '))).toEqual([
    'forest linked prod:forest/1',
    'train linked prod:whole/7',
    'wine.joblib linked prod:file/',
    'wine/1 linked prod:wine/7',
  ]);
  expect(down.totals.entry).toBe(4);

  const up = await ask(lineage, { node: 'entry:prod/wine/7', direction: 'up' });
  expect(up.nodes.map(nameOf)).toEqual(
    expect.arrayContaining(['wine/1', 'forest', 'train', 'c4', 'train.ipynb', 'wine.csv']),
  );
  expect(up.words).toMatch(/^wine v7 in prod, from train\.ipynb as of .* \(cell 5\), on wine\.csv/);
  expect(up.nodes[0]).toMatchObject({
    ...{ kind: 'entry', registry: 'prod', name: 'wine', version: '7', stage: 'Production' },
    ...{ aliases: ['champion'], page: 'https://prod.example/wine/7' },
  });

  await sealPending(history);
  await reindex(history);
  expect(await ask(lineage, { node: 'entry:prod/wine/7', direction: 'up' })).toEqual(up);
});

test('equal entries are one, and a page is an entry of no registry', async () => {
  const filled = await fill();
  const { history, lineage, run, child } = filled;
  await link(history, { kind: 'run', run, path: '' });
  await link(history, { kind: 'run', run: child, path: '' });
  const address = 'https://example.org/a b?c=1';
  const page = { registry: null, address, entry: 'Model card', version: null };
  await link(history, { kind: 'run', run, path: '' }, page);
  const { nodes } = await ask(lineage, { node: `run:${run}`, direction: 'down' });
  const entries = nodes.filter(({ kind }) => kind === 'entry');
  expect(entries).toHaveLength(2);
  expect(entries).toContainEqual(
    expect.objectContaining({ registry: '', name: 'Model card', page: address, version: '' }),
  );
  for (const { id } of entries)
    expect((await ask(lineage, { node: id, direction: 'up' })).focus).toBe(id);
});

test('what waits, or was taken away, leads nowhere, and what is gone there says so', async () => {
  const { history, lineage, run } = await fill();
  const of: Own = { kind: 'run', run, path: '' };
  await link(history, of, { state: 'waiting', version: null });
  const { id } = await link(history, of);
  const find = async (): Promise<unknown> =>
    (await ask(lineage, { node: `run:${run}`, direction: 'down' })).nodes.filter(
      ({ kind }) => kind === 'entry',
    );
  expect(await find()).toHaveLength(1);
  await changeLink(history, turns, id, () => ({ known: { ...KNOWN, exists: false } }));
  expect(await find()).toMatchObject([{ gone: 'deleted' }]);
  await changeLink(history, turns, id, () => ({ deleted: true }));
  expect(await find()).toEqual([]);
  await expect(ask(lineage, { node: 'entry:prod/wine/7' })).rejects.toMatchObject({
    code: 'not_found',
  });
});
