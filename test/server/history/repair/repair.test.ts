import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { type History } from '../../../../server/history/history.js';
import { repairStore } from '../../../../server/history/repair/repair.js';
import { verifyStore } from '../../../../server/history/verify.js';
import { MAIN } from '../../../../server/store/create.js';
import { makeFolder } from '../../scratch.js';
import { fileOf, flip, ruin, spoil } from '../damage.js';
import { DAY } from '../filled.js';
import { gitOf } from '../kept.js';

import { expectWhole, listAside, open, reopen, type Opened } from './opened.js';

test('a sound store is left as it is', async () => {
  const { history } = await open();
  const head = gitOf(history)('rev-parse', 'main');
  const done = await repairStore(history);
  expect(done).toMatchObject({ status: 'ok', repaired: { mended: [], lost: [], aside: null } });
  expect(gitOf(history)('rev-parse', 'main')).toBe(head);
});

describe('an object that was ruined is made anew as it was', () => {
  const OBJECTS: Readonly<Record<string, (opened: Opened) => string>> = {
    'the newest notebook, from the workspace': () => 'main:a.ipynb',
    'the state of a notebook': ({ last }) => `main:.cellar/notebooks/${last.notebook}/state.json`,
    'the state of an older version': ({ kept }) =>
      `${kept.commit}:.cellar/notebooks/${kept.notebook}/state.json`,
    'the state after a rename': ({ history }) => stateAfterRename(history),
    'the state of an automatic version': ({ autos }) =>
      `${autos[1]?.commit ?? ''}:.cellar/notebooks/${autos[1]?.notebook ?? ''}/state.json`,
    'the record of a run': ({ ran }) =>
      `main:.cellar/runs/${ran.runs[0]?.slice(0, 2) ?? ''}/${ran.runs[0] ?? ''}/run.json`,
    'the pointer to a file': ({ ran }) =>
      `main:.cellar/runs/${ran.runs[0]?.slice(0, 2) ?? ''}/${ran.runs[0] ?? ''}/artifacts/model.pkl`,
    'the pins of a notebook': ({ kept }) => `main:.cellar/notebooks/${kept.notebook}/pins.json`,
    'the newest tree': () => 'main^{tree}',
    'the tree of a version': ({ ran }) => `${ran.commit}^{tree}`,
    'a folder of our own': () => 'main:.cellar',
    'the folder of all notebooks': () => 'main:.cellar/notebooks',
    'the folder of one notebook': ({ last }) => `main:.cellar/notebooks/${last.notebook}`,
    'the folder of all runs': () => 'main:.cellar/runs',
    'the folder of a run': ({ ran }) =>
      `main:.cellar/runs/${ran.runs[0]?.slice(0, 2) ?? ''}/${ran.runs[0] ?? ''}`,
    'a folder of notebooks': ({ autos }) => `${autos[1]?.commit ?? ''}:deep`,
    'the tree of an automatic version': ({ autos }) => `${autos[1]?.commit ?? ''}^{tree}`,
    'the newest commit': () => 'main',
    'the commit of a run': ({ ran }) => ran.commit,
    'the commit of an automatic version': ({ autos }) => autos[1]?.commit ?? '',
    'the newest commit of a day': () => DAY,
  };

  test.each(Object.entries(OBJECTS))('%s', async (_, nameOf) => {
    const opened = await open();
    const oid = gitOf(opened.history)('rev-parse', nameOf(opened)).trim();
    const again = await reopen(opened, () => ruin(fileOf(opened.history, oid)));
    expect((await verifyStore(again)).status).toBe('damaged');
    const repaired = await repairStore(again);
    await expectWhole(again, opened, repaired);
    const [time = ''] = readdirSync(join(again.store.places.cellar, 'damaged'));
    const aside = join(
      again.store.places.cellar,
      'damaged',
      time,
      'store.git/objects',
      oid.slice(0, 2),
      oid.slice(2),
    );
    expect(readFileSync(aside, 'utf8')).toBe('ruined');
    expect(
      readFileSync(join(again.store.places.cellar, 'damaged', time, 'list.ndjson'), 'utf8'),
    ).toContain(oid);
  });

  function stateAfterRename(history: History): string {
    const commit = gitOf(history)('log', '-1', '--format=%H', '--grep=^Rename', 'main').trim();
    const id = gitOf(history)(
      'log',
      '-1',
      '--format=%(trailers:key=Notebook-Id,valueonly)',
      commit,
    ).trim();
    return `${commit}:.cellar/notebooks/${id}/state.json`;
  }

  test('also where one bit of it was flipped, and nothing else has it', async () => {
    const opened = await open();
    rmSync(join(opened.root, 'a.ipynb'));
    const again = await reopen(opened, () => flip(fileOf(opened.history, opened.kept.blob)));
    const repaired = await repairStore(again);
    expect(repaired.repaired?.mended[0]?.how).toContain('flipped bit');
    await expectWhole(again, opened, repaired);
  });

  test('also out of a clone or a backup that is named', async () => {
    const opened = await open();
    rmSync(join(opened.root, 'a.ipynb'));
    const clone = await makeFolder();
    execFileSync('git', [
      'clone',
      '-q',
      '--bare',
      // A damaged file would else be damaged in both.
      '--no-hardlinks',
      opened.history.store.places.git,
      join(clone, 'c.git'),
    ]);
    const again = await reopen(opened, () => ruin(fileOf(opened.history, opened.kept.blob)));
    const repaired = await repairStore(again, { from: [join(clone, 'c.git')] });
    await expectWhole(again, opened, repaired);
  });
});

describe('packs', () => {
  const pack = (history: History, ending: string): string => {
    const folder = join(history.store.places.git, 'objects/pack');
    return join(folder, readdirSync(folder).find((name) => name.endsWith(ending)) ?? '');
  };

  test('whose index is ruined get it made anew', async () => {
    const opened = await open();
    gitOf(opened.history)('gc', '-q');
    const again = await reopen(opened, () => ruin(pack(opened.history, '.idx')));
    await expectWhole(again, opened, await repairStore(again));
  });

  test('in which a bit was flipped are emptied, and what it was in is set right', async () => {
    const opened = await open();
    gitOf(opened.history)('gc', '-q');
    const size = statSync(pack(opened.history, '.pack')).size;
    const again = await reopen(opened, () =>
      flip(pack(opened.history, '.pack'), Math.floor(size / 2)),
    );
    await expectWhole(again, opened, await repairStore(again));
    expect(listAside(again).filter((path) => path.endsWith('.pack'))).toHaveLength(1);
  });

  test('stay, where a loose copy is the damaged one', async () => {
    const opened = await open();
    gitOf(opened.history)('repack', '-a', '-q');
    const again = await reopen(opened, () => ruin(fileOf(opened.history, opened.kept.blob)));
    await expectWhole(again, opened, await repairStore(again));
  });

  test('whose refs were packed along get a damaged list of them mended', async () => {
    const opened = await open();
    gitOf(opened.history)('gc', '-q');
    const path = join(opened.history.store.places.git, 'packed-refs');
    const again = await reopen(opened, () =>
      spoil(path, (bytes) => bytes.toString().replace('heads/main', 'heads/ma\tn')),
    );
    await expectWhole(again, opened, await repairStore(again));
  });
});

describe('a ref', () => {
  test.each([
    ['main', MAIN, 'nonsense'],
    ['main', MAIN, `${'1'.repeat(40)}\n`],
    ['main', MAIN, ''],
    ['a day', DAY, 'nonsense'],
    ['a day', DAY, `${'1'.repeat(40)}\n`],
  ])('%s (%s) that holds %#: %j leads to its newest commit again', async (_, ref, text) => {
    const opened = await open();
    const before = gitOf(opened.history)('rev-parse', ref);
    const again = await reopen(opened, () =>
      writeFileSync(join(opened.history.store.places.git, ref), text),
    );
    const repaired = await repairStore(again);
    expect(gitOf(again)('merge-base', '--is-ancestor', before.trim(), ref)).toBe('');
    await expectWhole(again, opened, repaired);
  });

  test('main is found without the catalog, too', async () => {
    const opened = await open();
    const again = await reopen(opened, () => {
      writeFileSync(join(opened.history.store.places.git, MAIN), 'nonsense');
      rmSync(opened.history.store.places.catalog, { recursive: true });
    });
    await expectWhole(again, opened, await repairStore(again));
  });

  test('that was damaged to another name is brought back', async () => {
    const opened = await open();
    gitOf(opened.history)('pack-refs', '--all');
    const path = join(opened.history.store.places.git, 'packed-refs');
    const again = await reopen(opened, () =>
      spoil(path, (bytes) => bytes.toString().replace('2026-11-23', '2026-11-33')),
    );
    const repaired = await repairStore(again);
    expect(gitOf(again)('rev-parse', DAY)).toBeTruthy();
    await expectWhole(again, opened, repaired);
  });
});

test('rows of the catalog that git does not know are put aside, and those that it lacks come back', async () => {
  const opened = await open();
  const { catalog } = opened.history.store;
  await catalog.apply({
    snapshots: [{ ...opened.kept, message: 'another' }],
    gone: { snapshots: [opened.autos[0]?.id ?? ''] },
    notebooks: [{ id: 'z'.repeat(26), path: 'z.ipynb', formerPaths: [], origin: null, number: 1 }],
  });
  const repaired = await repairStore(opened.history);
  await expectWhole(opened.history, opened, repaired);
  const rows = listAside(opened.history).find((path) => path.endsWith('catalog-rows.ndjson')) ?? '';
  expect(readFileSync(join(opened.history.store.places.cellar, 'damaged', rows), 'utf8')).toContain(
    '"message":"another"',
  );
});
