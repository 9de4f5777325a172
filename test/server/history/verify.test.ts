import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { symlink, unlink } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import type { Verified } from '../../../contract/upkeep.js';
import { burstSchema } from '../../../contract/capture.js';
import { keepBurst } from '../../../server/capture/keep.js';
import type { History } from '../../../server/history/history.js';
import { setPin } from '../../../server/history/pin.js';
import { reindex } from '../../../server/history/reindex.js';
import { verifyStore } from '../../../server/history/verify.js';
import { openOperatingState } from '../../../server/store/operating.js';
import type { SnapshotRow } from '../../../server/store/catalog/rows.js';
import { logPoints } from '../../../server/tracking/record-runs.js';
import { makeFolder, notebookText, openTestHistory } from '../scratch.js';
import { fileOf, flip, ruin, spoil } from './damage.js';
import { gitOf, keep, LONG } from './kept.js';

const DAY = 'refs/cellar/auto/2026-11-23';
const RUN = 'd'.repeat(32);

/** Two notebooks: one with a version kept for ever, one with an automatic one, one whose run made a file; points, a pin. */
async function fill(
  history: History,
): Promise<{ kept: SnapshotRow; auto: SnapshotRow; ran: SnapshotRow }> {
  const kept = await keep(history, 'a.ipynb', LONG, { message: 'good' });
  const auto = await keep(history, 'deep/b.ipynb', ['b = 1'], { trigger: 'save' });
  const { store } = history;
  await store.files.write('model.pkl', Buffer.from('model'.repeat(100)));
  const { row: ran } = await keepBurst(
    { history, operating: openOperatingState(store.places) },
    burstSchema.parse({
      key: 'burst-0001',
      content: notebookText([...LONG, 'fit()']),
      path: 'a.ipynb',
      trigger: 'run-all',
      bundles: [
        {
          cell: 'c0',
          bundle: {
            metrics: { loss: 0.5 },
            artifacts: [{ name: 'model.pkl', path: await store.files.locate('model.pkl') }],
          },
        },
      ],
    }),
  );
  await logPoints(history, RUN, { points: [{ name: 'loss', value: 1, step: 1, time: 1 }] });
  await setPin(history, kept.row.id, true);
  return { kept: kept.row, auto: auto.row, ran };
}

async function open(): Promise<{ history: History } & Awaited<ReturnType<typeof fill>>> {
  const history = await openTestHistory(await makeFolder(), { report: () => undefined });
  return { history, ...(await fill(history)) };
}

const kindsOf = ({ damages }: Verified): readonly string[] => damages.map(({ kind }) => kind);

describe('a sound store', () => {
  test('is called so, loose, packed and after a reindex, with all that reads', async () => {
    const { history } = await open();
    const steps = [
      () => Promise.resolve(0),
      () => reindex(history),
      () => Promise.resolve(gitOf(history)('gc', '-q')),
    ];
    for (const step of steps) {
      await step();
      const found = await verifyStore(history);
      expect(found).toMatchObject({
        status: 'ok',
        damages: [],
        lost: [],
        notebooks: 2,
        snapshots: 3,
        artifacts: 1,
      });
      expect(found.reads).toEqual({ notebooks: 2, snapshots: 3, artifacts: 1 });
    }
  });

  test('tells how far it is', async () => {
    const { history } = await open();
    const told = new Map<string, number>();
    await verifyStore(history, ({ what, done, total }) => {
      expect(done).toBeLessThanOrEqual(total ?? Infinity);
      told.set(what, done);
    });
    expect([...told.keys()]).toEqual(['objects', 'commits', 'files']);
    expect(told.get('objects')).toBeGreaterThan(20);
  });

  test('ends by the signal', async () => {
    const { history } = await open();
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(verifyStore(history, undefined, signal)).rejects.toThrow('enough');
  });
});

describe('a damaged object', () => {
  test('of a notebook makes that version unreadable, and is named by its path and file', async () => {
    const { history, kept } = await open();
    flip(fileOf(history, kept.blob));
    const found = await verifyStore(history);
    expect(found.damages).toMatchObject([
      {
        kind: 'object',
        object: kept.blob,
        file: `store.git/objects/${kept.blob.slice(0, 2)}/${kept.blob.slice(2)}`,
        snapshots: {
          count: 1,
          listed: [{ id: kept.id, path: 'a.ipynb', time: kept.time, reads: false }],
        },
      },
    ]);
    expect(found.damages[0]?.what).toContain('a.ipynb in commit');
    expect(found.reads).toEqual({ notebooks: 2, snapshots: 2, artifacts: 1 });
  });

  test('that a pack has whole is told as a file that nobody needs', async () => {
    const { history, kept } = await open();
    gitOf(history)('repack', '-a', '-q');
    ruin(fileOf(history, kept.blob));
    const { damages, reads } = await verifyStore(history);
    expect(damages).toMatchObject([{ kind: 'object', snapshots: { count: 0 } }]);
    expect(damages[0]?.reason).toContain('all that is needed of it can be read');
    expect(reads.snapshots).toBe(3);
  });

  test.each(['commit', 'tree'] as const)(
    'that is a %s concerns the version, which still reads',
    async (kind) => {
      const { history, auto } = await open();
      const oid =
        kind === 'commit' ? auto.commit : gitOf(history)('rev-parse', `${auto.commit}:deep`).trim();
      ruin(fileOf(history, oid));
      const found = await verifyStore(history);
      expect(found.damages).toMatchObject([
        { object: oid, snapshots: { count: 1, listed: [{ id: auto.id, reads: true }] } },
      ]);
      expect(found.reads.snapshots).toBe(3);
    },
  );

  test('of a run names the run', async () => {
    const { history, ran } = await open();
    const [run = ''] = ran.runs;
    const path = `.cellar/runs/${run.slice(0, 2)}/${run}/run.json`;
    rmSync(fileOf(history, gitOf(history)('rev-parse', `main:${path}`).trim()));
    const { damages } = await verifyStore(history);
    expect(damages).toMatchObject([{ kind: 'object', runs: [run] }]);
    expect(damages[0]?.reason).toContain('is missing');
  });
});

describe('a damaged ref', () => {
  test('that leads to no object is named, with the version it led to', async () => {
    const { history, auto } = await open();
    writeFileSync(join(history.store.places.git, DAY), `${'1'.repeat(40)}\n`);
    const { damages, reads } = await verifyStore(history);
    expect(damages).toMatchObject([{ kind: 'ref', what: DAY, file: `store.git/${DAY}` }]);
    expect(reads.snapshots).toBe(3);
    expect(await history.store.catalog.findSnapshot(auto.id)).toBeDefined();
  });

  test.each(['', 'x', `${'g'.repeat(40)}\n`])('that holds %j is named', async (text) => {
    const { history } = await open();
    writeFileSync(join(history.store.places.git, DAY), text);
    expect((await verifyStore(history)).damages).toMatchObject([{ kind: 'ref', what: DAY }]);
  });

  test('that git has packed, and whose name was damaged, is named and forgotten by nobody', async () => {
    const { history, auto } = await open();
    gitOf(history)('pack-refs', '--all');
    const packed = join(history.store.places.git, 'packed-refs');
    spoil(packed, (bytes) => bytes.toString().replace('2026-11-23', '2026-11-33'));
    await keep(history, 'c.ipynb', ['c'], { message: 'm' });
    const { damages } = await verifyStore(history);
    expect(damages).toMatchObject([{ kind: 'ref', what: DAY }]);
    expect(await history.store.catalog.findSnapshot(auto.id)).toBeDefined();
  });
});

describe('the catalog', () => {
  test('is compared row for row with one made anew', async () => {
    const { history, kept, auto } = await open();
    const { catalog } = history.store;
    await catalog.apply({
      snapshots: [{ ...kept, message: 'another', size: 1, blob: auto.blob }],
      gone: { snapshots: [auto.id], pins: [kept.id] },
      notebooks: [
        { id: 'z'.repeat(26), path: 'z.ipynb', formerPaths: [], origin: null, number: 1 },
      ],
    });
    const { damages } = await verifyStore(history);
    expect(damages.map(({ what, reason }) => `${what}: ${reason}`)).toEqual([
      `catalog: notebook ${'z'.repeat(26)}: the catalog has it, and neither git nor the journal does`,
      `catalog: version ${kept.id}: git and the catalog differ in message, size, blob`,
      `catalog: version ${auto.id}: git has it and the catalog does not`,
      `catalog: the pin of version ${kept.id}: git has it and the catalog does not`,
    ]);
    expect(damages[1]?.snapshots.listed).toMatchObject([{ id: kept.id, path: 'a.ipynb' }]);
    await reindex(history);
    expect((await verifyStore(history)).damages).toEqual([]);
  });

  test('says which record of the journal is gone', async () => {
    const { history, kept } = await open();
    const number = history.store.nextNumber();
    await history.store.catalog.apply({
      pins: [{ id: 'y'.repeat(26), notebook: kept.notebook, number, time: kept.time }],
    });
    const { damages } = await verifyStore(history);
    expect(damages).toMatchObject([
      { kind: 'journal', reason: `record ${number} of the journal, which it came from, is gone` },
    ]);
  });
});

describe('the journal', () => {
  test('names a record that no file holds any more', async () => {
    const { history } = await open();
    const number = await logPoints(history, RUN, {
      points: [{ name: 'loss', value: 2, step: 2, time: 2 }],
    });
    const folder = history.store.places.journal;
    rmSync(folder, { recursive: true });
    const { damages } = await verifyStore(history);
    expect(damages).toMatchObject([{ kind: 'journal' }]);
    expect(damages[0]?.what).toContain(String(number));
  });

  test('names a record that was damaged before the store was opened', async () => {
    const { history } = await open();
    const number = await logPoints(history, RUN, {
      points: [{ name: 'loss', value: 2, step: 2, time: 2 }],
    });
    await logPoints(history, RUN, { points: [{ name: 'loss', value: 3, step: 3, time: 3 }] });
    const { places, journal } = history.store;
    await history.store.close();
    const [name = ''] = readdirSync(places.journal);
    spoil(join(places.journal, name), (bytes) =>
      bytes
        .toString()
        .replace(
          `"number":${number},"kind":"run","time"`,
          `"number":${number},"kind":"run","xxxx"`,
        ),
    );
    const again = await openTestHistory(places.root, { report: () => undefined });
    const { damages } = await verifyStore(again);
    expect(damages[0]).toMatchObject({
      kind: 'journal',
      what: `record ${number} (run) in journal/${name}.damaged`,
    });
    expect(journal.lastNumber()).toBe(number + 1);
  });
});

describe('files', () => {
  test('are read against their hashes, with the runs and versions that made them', async () => {
    const { history, ran } = await open();
    const [file] = (await history.store.catalog.findRun(ran.runs[0] ?? ''))?.artifacts ?? [];
    const { sha256 = '' } = file ?? {};
    const path = join(
      history.store.places.artifacts,
      'sha256',
      sha256.slice(0, 2),
      sha256.slice(2, 4),
      sha256,
    );
    flip(path);
    const wrong = await verifyStore(history);
    expect(wrong.damages).toMatchObject([
      {
        kind: 'artifact',
        object: sha256,
        runs: ran.runs,
        snapshots: { listed: [{ id: ran.id, reads: true }] },
      },
    ]);
    expect(wrong.reads.artifacts).toBe(0);
    rmSync(path);
    const gone = await verifyStore(history);
    expect(gone.damages).toMatchObject([{ kind: 'artifact', reason: 'it is missing' }]);
  });

  test('are missed too where only a pointer of git names them', async () => {
    const { history } = await open();
    const { repository, author } = history.store;
    const sha256 = 'e'.repeat(64);
    await repository.commit({
      ref: 'refs/heads/main',
      edits: [
        {
          path: `.cellar/runs/aa/${'a'.repeat(32)}/artifacts/m.pkl`,
          content: Buffer.from(
            `version https://git-lfs.github.com/spec/v1\noid sha256:${sha256}\nsize 5\n`,
          ),
        },
      ],
      facts: { author, time: 0, subject: 'by hand', trailers: new Map() },
    });
    expect((await verifyStore(history)).damages).toMatchObject([
      { kind: 'artifact', object: sha256 },
    ]);
  });
});

test('the way for git-lfs, and git’s own settings, are looked at', async () => {
  const { history } = await open();
  const { git } = history.store.places;
  await unlink(join(git, 'lfs/objects'));
  await symlink('/nowhere', join(git, 'lfs/objects'), 'dir');
  writeFileSync(join(git, 'config'), '[cor');
  expect([...kindsOf(await verifyStore(history))].sort()).toEqual(['format', 'link']);
});
