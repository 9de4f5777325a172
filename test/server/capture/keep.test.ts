import { createHash, randomBytes } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { readdirSync, symlinkSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { describe, expect, test } from 'vitest';

import { Intakes } from '../../../server/capture/intakes.js';
import { keepFile } from '../../../server/capture/keep.js';
import { readNotebook } from '../../../server/history/history.js';
import { reindex } from '../../../server/history/reindex.js';
import { toSnapshot } from '../../../server/tracking/snapshots.js';
import { makeFolder, notebookText, writeInto } from '../scratch.js';
import { keep, openParts, ran } from './opened.js';

const RUN_A = { id: 'a'.repeat(32), name: 'first' };
const RUN_B = { id: 'b'.repeat(32) };

describe('a burst', () => {
  test('whose key stood for another state is refused, and delivered twice answers as the first time', async () => {
    const parts = await openParts();
    const key = 'a-key-used-twice';
    const { row } = await keep(parts, { key, content: notebookText(['x = 1']) });
    const again = await keep(parts, { key, content: notebookText(['x = 1']) });
    expect(again.row.id).toBe(row.id);
    await expect(keep(parts, { key, content: notebookText(['x = 2']) })).rejects.toMatchObject({
      code: 'conflict',
    });
    await writeInto(parts.root, 'b.ipynb', notebookText(['x = 3']));
    await expect(keep(parts, { key, path: 'b.ipynb' })).rejects.toMatchObject({
      code: 'conflict',
    });
  });

  test('delivered by two at once under one key is kept once', async () => {
    const parts = await openParts();
    const burst = { key: 'a-key-used-at-once', content: notebookText(['x = 1']) };
    const kept = await Promise.all([1, 2, 3].map(() => keep(parts, burst)));
    expect(new Set(kept.map(({ row }) => row.id)).size).toBe(1);
    expect(await parts.history.store.catalog.snapshotCount()).toBe(1);
  });

  test('of a notebook reached through a link out of the workspace is refused, unsaved text or not', async () => {
    const parts = await openParts();
    const other = await makeFolder();
    await writeInto(other, 'a.ipynb', notebookText(['x']));
    symlinkSync(other, join(parts.root, 'out'));
    for (const content of [undefined, notebookText(['y'])])
      await expect(
        keep(parts, { path: 'out/a.ipynb', ...(content === undefined ? {} : { content }) }),
      ).rejects.toMatchObject({ code: 'outside_workspace' });
  });

  test('keeps what the editor holds, not what is on disk', async () => {
    const parts = await openParts();
    await writeInto(parts.root, 'a.ipynb', notebookText(['saved']));
    const { row } = await keep(parts, { content: notebookText(['unsaved']) });
    expect((await readNotebook(parts.history.store, row)).toString()).toBe(
      notebookText(['unsaved']),
    );
  });

  test('without content keeps the file, byte for byte, however it is written', async () => {
    const parts = await openParts();
    const odd = `\ufeff${JSON.stringify(JSON.parse(notebookText(['1'])))}\r\n`;
    await writeInto(parts.root, 'a.ipynb', odd);
    const { row } = await keep(parts, {});
    expect((await readNotebook(parts.history.store, row)).toString()).toBe(odd);
    const same = await keep(parts, { content: notebookText(['1']) });
    expect(same).toMatchObject({ created: false });
  });

  test('gives the metrics and params of its bundles to a run, the last value of each', async () => {
    const parts = await openParts();
    const { row } = await keep(parts, {
      content: notebookText(['x']),
      executions: [ran('c0', 1000, 2000)],
      clean: true,
      bundles: [
        {
          cell: 'c0',
          bundle: {
            metrics: {
              accuracy: 0.9,
              loss: [
                { value: 2, step: 0 },
                { value: 'NaN', step: 1 },
              ],
            },
            params: { trees: 60, flag: true },
          },
        },
        { cell: 'c0', bundle: { metrics: { accuracy: 0.95 } } },
      ],
    });
    const { store } = parts.history;
    const snapshot = await toSnapshot(store, row);
    expect(snapshot.runs).toMatchObject([
      {
        status: 'finished',
        metrics: { accuracy: 0.95, loss: 'NaN' },
        params: { trees: '60', flag: 'true' },
      },
    ]);
    expect(snapshot.line).toBe('main');
    const run = snapshot.runs[0]?.id ?? '';
    const file = `main:.cellar/runs/${run.slice(0, 2)}/${run}/metrics/${String(row.number).padStart(10, '0')}.ndjson`;
    const points = execFileSync('git', ['--git-dir', store.places.git, 'show', file], {
      encoding: 'utf8',
    });
    expect(points.trim().split('\n')).toHaveLength(4);
  });

  test('keeps how a run ended, its tags, and the run around it', async () => {
    const parts = await openParts();
    const { store } = parts.history;
    await keep(parts, {
      content: notebookText(['x']),
      // The cell went on after the inner run had failed, and failed itself later.
      executions: [{ ...ran('c0', 1000, 2000), status: 'error' }],
      bundles: [
        {
          cell: 'c0',
          bundle: {
            run: { ...RUN_B, parent: RUN_A.id, status: 'failed' },
            tags: { stage: 'trial', round: 3, key: `ghp_${'a1B2c3D4e5'.repeat(3)}F6g7h8` },
          },
        },
        { cell: 'c0', bundle: { run: { ...RUN_A, status: 'finished' } } },
        { cell: 'c0', bundle: { run: RUN_B, tags: { stage: 'last' } } },
      ],
    });
    const [inner, outer] = [
      await store.catalog.findRun(RUN_B.id),
      await store.catalog.findRun(RUN_A.id),
    ];
    expect(inner).toMatchObject({
      status: 'failed',
      tags: { 'mlflow.parentRunId': RUN_A.id, stage: 'last', round: '3' },
    });
    expect(inner?.tags['key']).toContain('[redacted');
    expect(outer).toMatchObject({ status: 'finished', tags: {} });
    // Bundles of a later burst go on with the run: what it has stays.
    await keep(parts, {
      content: notebookText(['x', 'y']),
      bundles: [{ cell: 'c1', bundle: { run: RUN_B, tags: { more: 'yes' } } }],
    });
    expect((await store.catalog.findRun(RUN_B.id))?.tags).toMatchObject({
      ...{ 'mlflow.parentRunId': RUN_A.id, stage: 'last', more: 'yes' },
    });
    const live = await store.catalog.runs();
    await reindex(parts.history);
    expect(await store.catalog.runs()).toEqual(live);
  });

  test('keeps a file whose bytes came along in the bundle, if they are those that it names', async () => {
    const parts = await openParts();
    const { store } = parts.history;
    const bytes = Buffer.from('a picture');
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const content = bytes.toString('base64');
    const { row, warnings } = await keep(parts, {
      content: notebookText(['x']),
      bundles: [
        {
          cell: 'c0',
          bundle: {
            artifacts: [
              { name: 'a.png', sha256, size: bytes.length, content },
              { name: 'b.png', sha256: 'c'.repeat(64), content },
            ],
          },
        },
      ],
    });
    expect((await toSnapshot(store, row)).artifacts).toMatchObject([
      { name: 'a.png', sha256, size: 9, source: 'logged', certainty: 'sure' },
    ]);
    expect(warnings).toMatchObject([
      { code: 'artifact_missing', message: expect.stringContaining('b.png') as string },
    ]);
  });

  test('has what its cells printed once the names are set, and not before', async () => {
    const parts = await openParts();
    const stream = { output_type: 'stream', name: 'stdout', text: 'accuracy: 0.9\nloss: 1' };
    const cell = (id: string, text: string) => ({
      ...{ cell_type: 'code', id, source: 'x', metadata: {}, execution_count: 1 },
      outputs: [{ ...stream, text }],
    });
    const cells = [cell('c0', 'accuracy: 0.9\nloss: 1'), cell('c1', 'accuracy: 0.1')];
    const content = JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells });
    const burst = { content, executions: [ran('c0', 1, 2)] };
    const { store } = parts.history;
    expect((await toSnapshot(store, (await keep(parts, burst)).row)).runs).toEqual([]);
    await parts.operating.writeSettings({ spaceLimit: 0, printedMetrics: ['accuracy'] });
    expect((await toSnapshot(store, (await keep(parts, burst)).row)).runs).toMatchObject([
      { metrics: { accuracy: 0.9 } },
    ]);
  });

  test('keeps several runs apart, with files of one name', async () => {
    const parts = await openParts();
    const { store } = parts.history;
    const files = [];
    for (const bytes of ['one', 'two']) {
      const stored = await store.artifacts.add(
        (async function* () {
          yield Buffer.from(bytes);
          await Promise.resolve();
        })(),
      );
      files.push({ name: 'model.pkl', stored: true, ...stored });
    }
    const { row } = await keep(parts, {
      content: notebookText(['x']),
      bundles: [
        {
          cell: 'c0',
          bundle: { run: RUN_A, metrics: { accuracy: 0.1 }, artifacts: files.slice(0, 1) },
        },
        {
          cell: 'c0',
          bundle: { run: RUN_B, metrics: { accuracy: 0.2 }, artifacts: files.slice(1) },
        },
      ],
    });
    expect((await toSnapshot(store, row)).artifacts).toMatchObject([
      { name: 'model.pkl', run: RUN_A.id, sha256: files[0]?.sha256, certainty: 'sure' },
      { name: 'model.pkl', run: RUN_B.id, sha256: files[1]?.sha256 },
    ]);
    const live = await store.catalog.runs();
    await reindex(parts.history);
    expect(await store.catalog.runs()).toEqual(live);
  });

  test('takes a file that it wrote and that matches the globs; an older one stays out', async () => {
    const parts = await openParts();
    await writeInto(parts.root, 'sub/a.ipynb', notebookText(['x']));
    await writeInto(parts.root, 'sub/models/wine.joblib', 'model');
    await writeInto(parts.root, 'sub/old.pkl', 'old');
    await writeInto(parts.root, 'sub/notes.txt', 'text');
    await writeInto(parts.root, 'beside.pkl', 'beside');
    const now = Date.now();
    utimesSync(join(parts.root, 'sub/old.pkl'), now / 1000 - 3600, now / 1000 - 3600);
    const { row } = await keep(parts, {
      path: 'sub/a.ipynb',
      executions: [ran('c0', now - 100, now)],
      started: now - 100,
      finished: now,
      sent: now,
      alone: false,
    });
    const sha256 = createHash('sha256').update('model').digest('hex');
    expect((await toSnapshot(parts.history.store, row)).artifacts).toMatchObject([
      { name: 'models/wine.joblib', sha256, size: 5, source: 'found', certainty: 'unsure' },
    ]);
  });

  test('from a browser whose clock is an hour off finds its files all the same', async () => {
    const parts = await openParts();
    await writeInto(parts.root, 'a.ipynb', notebookText(['x']));
    await writeInto(parts.root, 'm.pkl', 'model');
    const theirs = Date.now() - 3_600_000;
    const { row } = await keep(parts, {
      executions: [ran('c0', theirs, theirs)],
      started: theirs,
      finished: theirs,
      sent: theirs,
    });
    expect((await toSnapshot(parts.history.store, row)).artifacts).toMatchObject([
      { name: 'm.pkl' },
    ]);
  });

  test('says which named file could not be kept, and keeps the version', async () => {
    const parts = await openParts();
    const { created, warnings } = await keep(parts, {
      content: notebookText(['x']),
      bundles: [
        {
          cell: 'c0',
          bundle: {
            artifacts: [
              { name: 'never-sent.pkl', sha256: 'c'.repeat(64) },
              { name: 'outside.pkl', path: '/etc/hostname' },
              { name: 'gone.pkl', path: 'gone.pkl' },
            ],
          },
        },
      ],
    });
    expect(created).toBe(true);
    expect(warnings.map(({ message }) => message.split(' ')[0])).toEqual([
      'never-sent.pkl',
      'outside.pkl',
      'gone.pkl',
    ]);
  });

  test('is kept without a file whose intake was cancelled, and nothing stays of that', async () => {
    const intakes = new Intakes();
    const parts = { ...(await openParts()), intakes };
    await writeInto(parts.root, 'a.ipynb', notebookText(['x']));
    await writeInto(parts.root, 'big.pkl', randomBytes(40_000_000));
    await writeInto(parts.root, 'small.pkl', 'small');
    const now = Date.now();
    const burst = {
      ...{ executions: [ran('c0', now, now)], started: now, finished: now, sent: now },
      bundles: [{ cell: 'c0', bundle: { artifacts: [{ name: 'best', path: 'big.pkl' }] } }],
    };
    const keeping = keep(parts, burst);
    while (!intakes.cancel('a.ipynb', 'best')) await sleep(1);
    const { row, created, warnings } = await keeping;
    expect(created).toBe(true);
    // It matches the globs too, under the name that it has there.
    expect(warnings).toEqual([
      {
        code: 'artifact_left_out',
        message:
          'best was left out, as you asked while it was being kept. The version is kept without it.',
      },
    ]);
    const { store } = parts.history;
    expect((await toSnapshot(store, row)).artifacts).toMatchObject([{ name: 'small.pkl' }]);
    expect(readdirSync(join(store.places.artifacts, 'incoming'))).toEqual([]);
    expect(await store.artifacts.measure()).toEqual({ count: 1, bytes: 5 });

    // The next run is a new question.
    const again = await keep(parts, burst);
    expect(again.warnings).toEqual([]);
    expect((await toSnapshot(store, again.row)).artifacts).toMatchObject([
      { name: 'best', size: 40_000_000 },
      { name: 'small.pkl' },
    ]);
  });

  test('delivered twice makes one snapshot and one run', async () => {
    const parts = await openParts();
    const burst = {
      key: 'twice-12345',
      content: notebookText(['x']),
      bundles: [{ cell: 'c0', bundle: { metrics: { a: 1 } } }],
    };
    const [first, second] = [await keep(parts, burst), await keep(parts, burst)];
    expect(second.row).toEqual(first.row);
    expect(await parts.history.store.catalog.runs()).toHaveLength(1);
  });

  test('metrics and params of any name survive, __proto__ too', async () => {
    const parts = await openParts();
    const bundle: unknown = JSON.parse(
      '{"metrics":{"__proto__":1,"constructor":2},"params":{"__proto__":"p"}}',
    );
    await writeInto(parts.root, 'a.ipynb', notebookText(['x']));
    const text = notebookText(['x']).replace(
      '"outputs": []',
      `"outputs": [{"output_type":"display_data","metadata":{},"data":{"application/vnd.cellar.v1+json":${JSON.stringify(bundle)}}}]`,
    );
    await writeInto(parts.root, 'a.ipynb', text);
    const { row } = await keepFile(parts, { path: 'a.ipynb', trigger: 'manual' });
    const [run] = (await toSnapshot(parts.history.store, row)).runs;
    expect(Object.entries(run?.metrics ?? {})).toEqual([
      ['__proto__', 1],
      ['constructor', 2],
    ]);
    expect(Object.entries(run?.params ?? {})).toEqual([['__proto__', 'p']]);
    expect(await keepFile(parts, { path: 'a.ipynb', trigger: 'manual' })).toMatchObject({
      created: false,
    });
  });
});
