import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { getSnapshot, readSnapshotState } from '../../../../server/history/history.js';
import { repairStore } from '../../../../server/history/repair/repair.js';
import { sealPending } from '../../../../server/history/seal.js';
import { verifyStore } from '../../../../server/history/verify.js';
import { MAIN } from '../../../../server/store/create.js';
import { readCourse } from '../../../../server/tracking/read-course.js';
import { logPoints } from '../../../../server/tracking/record-runs.js';
import { commitByHand } from '../../git.js';
import { makeFolder, notebookText, openTestHistory } from '../../scratch.js';
import { fileOf, ruin, spoil } from '../damage.js';
import { fill, readAll, RUN } from '../filled.js';
import { gitOf, keep, LONG } from '../kept.js';

import {
  expectGoesOn,
  expectWhole,
  fsck,
  listAside,
  open,
  quiet,
  reopen,
  type Opened,
} from './opened.js';

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
            `"number":${number},"kind":"run","time"`,
            `"number":${number},"kind":"run","xxxx"`,
          ),
      );
    });
    const repaired = await repairStore(again);
    expect(
      repaired.repaired?.lost.some(
        ({ kind, what }) => kind === 'journal' && what.includes(`record ${number} (run)`),
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
