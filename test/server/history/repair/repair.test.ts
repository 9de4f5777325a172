import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import type { Verified } from '../../../../contract/upkeep.js';
import {
  getSnapshot,
  readSnapshotState,
  type History,
} from '../../../../server/history/history.js';
import { reindex } from '../../../../server/history/reindex.js';
import { repairStore } from '../../../../server/history/repair/repair.js';
import { sealPending } from '../../../../server/history/seal.js';
import { verifyStore } from '../../../../server/history/verify.js';
import { MAIN } from '../../../../server/store/create.js';
import { readCourse } from '../../../../server/tracking/read-course.js';
import { logPoints } from '../../../../server/tracking/record-points.js';
import { commitByHand } from '../../git.js';
import { makeFolder, notebookText, openTestHistory } from '../../scratch.js';
import { fileOf, flip, ruin, spoil } from '../damage.js';
import { DAY, fill, readAll, RUN, type Filled } from '../filled.js';
import { gitOf, keep, LONG } from '../kept.js';

type Opened = Filled & {
  history: History;
  root: string;
  texts: ReadonlyMap<string, string | undefined>;
};

const quiet = { report: (): void => undefined };

async function open(): Promise<Opened> {
  const root = await makeFolder();
  const history = await openTestHistory(root, quiet);
  const filled = await fill(history);
  return { ...filled, history, root, texts: await readAll(history) };
}

/** Closes the store, damages it, and opens it again. */
async function reopen({ history, root }: Opened, damage: () => void): Promise<History> {
  await history.store.close();
  damage();
  return openTestHistory(root, quiet);
}

function fsck(history: History): string {
  const args = [
    '--git-dir',
    history.store.places.git,
    'fsck',
    '--full',
    '--strict',
    '--no-dangling',
  ];
  try {
    return execFileSync('git', args, { encoding: 'utf8', stdio: 'pipe' });
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    return `${stdout}${stderr}`;
  }
}

/** Everything is as it was, git finds nothing, the catalog is what git says, and versions are kept. */
async function expectWhole(history: History, { texts }: Opened, repaired: Verified): Promise<void> {
  expect(repaired).toMatchObject({ status: 'ok', damages: [], lost: [], repaired: { lost: [] } });
  expect(repaired.repaired?.mended.length).toBeGreaterThan(0);
  expect(history.store.readOnly).toBe(false);
  expect(await readAll(history)).toEqual(texts);
  expect(fsck(history)).toBe('');
  for (const id of texts.keys())
    expect(
      (await readSnapshotState(history.store, await getSnapshot(history.store, id))).snapshot?.id,
    ).toBe(id);
  await expectGoesOn(history);
}

async function expectGoesOn(history: History): Promise<void> {
  const { row } = await keep(history, 'a.ipynb', [...LONG, 'on()'], { message: 'goes on' });
  await keep(history, 'deep/b.ipynb', ['on()'], { trigger: 'save' });
  await logPoints(history, RUN, { points: [{ name: 'loss', value: 2, step: 2, time: 2 }] });
  const rows = await history.store.catalog.rows();
  await reindex(history);
  expect({ ...(await history.store.catalog.rows()), position: {} }).toEqual({
    ...rows,
    position: {},
  });
  expect((await verifyStore(history)).damages).toEqual([]);
  expect(await history.store.catalog.findSnapshot(row.id)).toBeDefined();
}

/** Every file that was put aside, below .cellar. */
function listAside(history: History): readonly string[] {
  const folder = join(history.store.places.cellar, 'damaged');
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) =>
    statSync(join(folder, path)).isFile(),
  );
}

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

describe('what is lost for good', () => {
  test('is named once as lost, then as known, and everything else goes on', async () => {
    const opened = await open();
    const { kept } = opened;
    const again = await reopen(opened, () => ruin(fileOf(opened.history, kept.blob)));
    const repaired = await repairStore(again);
    expect(repaired).toMatchObject({ status: 'ok', damages: [] });
    expect(repaired.repaired?.lost).toMatchObject([
      { kind: 'object', object: kept.blob, snapshots: { listed: [{ id: kept.id, reads: false }] } },
    ]);
    const texts = await readAll(again);
    expect(texts).toEqual(new Map([...opened.texts, [kept.id, undefined]]));
    expect(fsck(again).match(/^missing .*$/gm)).toEqual([`missing blob ${kept.blob}`]);
    await expectGoesOn(again);
    const later = await verifyStore(again);
    expect(later).toMatchObject({ status: 'ok', damages: [], lost: [{ object: kept.blob }] });
    expect((await repairStore(again)).repaired).toEqual({ mended: [], lost: [], aside: null });
  });

  test('names the run whose points went with the commit that sealed them, also where all are of one time', async () => {
    const opened = await open();
    const { history } = opened;
    await sealPending(history);
    await logPoints(history, RUN, { points: [{ name: 'loss', value: 3, step: 9, time: 1 }] });
    await sealPending(history);
    const tip = gitOf(history)('rev-parse', 'main').trim();
    const again = await reopen(opened, () => ruin(fileOf(history, tip)));
    const repaired = await repairStore(again);
    expect(repaired).toMatchObject({ status: 'ok', damages: [] });
    expect(repaired.lost.flatMap(({ runs }) => runs)).toContain(RUN);
    // The last value of each is what the catalog still had.
    expect((await again.store.catalog.findRun(RUN))?.metrics['loss']).toMatchObject({ step: 9 });
    expect((await verifyStore(again)).damages).toEqual([]);
  });

  test('names records of a lost newest commit, also where later ones of the same run are there', async () => {
    const opened = await open();
    const { history } = opened;
    const log = (step: number): Promise<unknown> =>
      logPoints(history, RUN, { points: [{ name: 'loss', value: 3, step, time: 1 }] });
    await sealPending(history);
    await log(8);
    await sealPending(history);
    const tip = gitOf(history)('rev-parse', 'main').trim();
    await log(9);
    const again = await reopen(opened, () => ruin(fileOf(history, tip)));
    const repaired = await repairStore(again);
    expect(repaired).toMatchObject({ status: 'ok', damages: [], lost: [{ kind: 'journal' }] });
    const query = { run: RUN, name: 'loss', buckets: 10 };
    expect((await readCourse(again.store, query)).points.map(({ step }) => step)).toEqual([1, 9]);
    expect((await verifyStore(again)).lost).toMatchObject([{ kind: 'journal' }]);
  });

  test('is not lost any more once its bytes are in the workspace again', async () => {
    const opened = await open();
    const { kept } = opened;
    const again = await reopen(opened, () => ruin(fileOf(opened.history, kept.blob)));
    await repairStore(again);
    await again.store.files.write('found.ipynb', Buffer.from(notebookText(LONG)));
    const repaired = await repairStore(again);
    expect(repaired).toMatchObject({ status: 'ok', damages: [], lost: [] });
    expect(await readAll(again)).toEqual(opened.texts);
  });

  test('a commit of somebody’s hand in the midst of main costs nothing of ours', async () => {
    const root = await makeFolder();
    const history = await openTestHistory(root, quiet);
    const first = await keep(history, 'a.ipynb', LONG, { message: 'first' });
    const lost = commitByHand(gitOf(history), first.row.commit, 'nothing of ours');
    gitOf(history)('update-ref', MAIN, lost);
    await keep(history, 'a.ipynb', ['x', ...LONG], { message: 'second' });
    const opened = { ...(await fill(history)), history, root, texts: await readAll(history) };
    const again = await reopen(opened, () => ruin(fileOf(history, lost)));
    const repaired = await repairStore(again);
    expect(repaired).toMatchObject({ status: 'ok', damages: [] });
    expect(await readAll(again)).toEqual(opened.texts);
    expect(fsck(again)).toBe('');
    expect(gitOf(again)('log', '--format=%s', 'main')).toContain('first');
    await expectGoesOn(again);
    const clone = await makeFolder();
    execFileSync('git', ['clone', '-q', `file://${again.store.places.git}`, join(clone, 'c')], {
      stdio: 'pipe',
    });
    expect(
      execFileSync('git', ['-C', join(clone, 'c'), 'log', '--format=%s'], { encoding: 'utf8' }),
    ).toContain('first');
  });

  test('an automatic version whose commit and folders are gone leaves the rest of its day', async () => {
    const opened = await open();
    const [first, gone, last] = opened.autos;
    if (first === undefined || gone === undefined || last === undefined) throw new Error('three');
    const oids = [
      gone.commit,
      gone.blob,
      ...['^{tree}', ':deep'].map((part) =>
        gitOf(opened.history)('rev-parse', `${gone.commit}${part}`).trim(),
      ),
    ];
    const again = await reopen(opened, () =>
      oids.forEach((oid) => ruin(fileOf(opened.history, oid))),
    );
    const repaired = await repairStore(again);
    expect(
      repaired.repaired?.lost.flatMap(({ snapshots }) => snapshots.listed.map(({ id }) => id)),
    ).toContain(gone.id);
    expect(fsck(again)).toBe('');
    const texts = await readAll(again);
    expect(texts.get(first.id)).toBe(notebookText(['b = 1']));
    expect(texts.get(last.id)).toBe(notebookText(['b = 3']));
    await expectGoesOn(again);
  });

  test('a version whose commit is lost and whose bytes are not is put into git again', async () => {
    const opened = await open();
    const { ran } = opened;
    const names = [
      '',
      '^{tree}',
      ':.cellar',
      ':.cellar/notebooks',
      `:.cellar/notebooks/${ran.notebook}`,
      `:.cellar/notebooks/${ran.notebook}/state.json`,
    ];
    const oids = names.map((name) =>
      gitOf(opened.history)('rev-parse', `${ran.commit}${name}`).trim(),
    );
    const again = await reopen(opened, () =>
      oids.forEach((oid) => ruin(fileOf(opened.history, oid))),
    );
    const repaired = await repairStore(again);
    expect(repaired).toMatchObject({ status: 'ok', damages: [] });
    expect(await readAll(again)).toEqual(opened.texts);
    expect(
      (await readSnapshotState(again.store, await getSnapshot(again.store, ran.id))).snapshot?.id,
    ).toBe(ran.id);
    await expectGoesOn(again);
  });
});

describe('the journal', () => {
  test('loses a damaged record only, which is put aside and named', async () => {
    const opened = await open();
    const number = opened.history.store.lastNumber();
    const { journal } = opened.history.store.places;
    await logPoints(opened.history, 'e'.repeat(32), {
      points: [{ name: 'n', value: 1, step: 1, time: 1 }],
    });
    const again = await reopen(opened, () => {
      const [name = ''] = readdirSync(journal);
      spoil(join(journal, name), (bytes) =>
        bytes
          .toString()
          .replace(
            `"number":${number},"kind":"points","time"`,
            `"number":${number},"kind":"points","xxxx"`,
          ),
      );
    });
    const repaired = await repairStore(again);
    expect(
      repaired.repaired?.lost.some(
        ({ kind, what }) => kind === 'journal' && what.includes(`record ${number} (points)`),
      ),
    ).toBe(true);
    expect(repaired.status).toBe('ok');
    expect(await again.store.catalog.findRun('e'.repeat(32))).toBeDefined();
    expect(readdirSync(journal)).toEqual([]);
    await expectGoesOn(again);
  });

  test('is put into git where only memory has it', async () => {
    const opened = await open();
    const { places } = opened.history.store;
    rmSync(places.journal, { recursive: true });
    const repaired = await repairStore(opened.history);
    expect(repaired).toMatchObject({ status: 'ok', repaired: { lost: [] } });
    expect(opened.history.store.journal.pending(0)).toEqual([]);
    expect(await opened.history.store.catalog.findRun(RUN)).toBeDefined();
    await expectGoesOn(opened.history);
  });
});

describe('files', () => {
  const fileOfRun = async ({ history, ran }: Opened): Promise<string> => {
    const sha256 =
      (await history.store.catalog.findRun(ran.runs[0] ?? ''))?.artifacts[0]?.sha256 ?? '';
    return join(
      history.store.places.artifacts,
      'sha256',
      sha256.slice(0, 2),
      sha256.slice(2, 4),
      sha256,
    );
  };

  test.each(['ruined', 'gone'])('that are %s come back from the workspace', async (how) => {
    const opened = await open();
    const path = await fileOfRun(opened);
    const before = readFileSync(path);
    const again = await reopen(opened, () => (how === 'gone' ? rmSync(path) : ruin(path)));
    await expectWhole(again, opened, await repairStore(again));
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  test('that nothing has any more are lost, with the run that made them', async () => {
    const opened = await open();
    const path = await fileOfRun(opened);
    const again = await reopen(opened, () => {
      ruin(path);
      rmSync(join(opened.root, 'model.pkl'));
    });
    const repaired = await repairStore(again);
    expect(repaired.repaired?.lost).toMatchObject([{ kind: 'artifact', runs: opened.ran.runs }]);
    expect(repaired.status).toBe('ok');
    expect(listAside(again).some((each) => each.includes('artifacts/sha256'))).toBe(true);
    await expectGoesOn(again);
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
