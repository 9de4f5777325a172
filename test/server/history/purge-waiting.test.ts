import { execFileSync } from 'node:child_process';
import { setImmediate } from 'node:timers/promises';

import { expect, test } from 'vitest';

import { attachRuns } from '../../../server/capture/attach.js';
import { emptyDraft } from '../../../server/capture/runs.js';
import { readSnapshotState, type History } from '../../../server/history/history.js';
import { importGit } from '../../../server/history/import.js';
import { purge } from '../../../server/history/purge.js';
import { sealPending } from '../../../server/history/seal.js';
import { takeSnapshot } from '../../../server/history/take.js';
import { parseNotebook } from '../../../server/notebook/read.js';
import { readCourse } from '../../../server/tracking/read-course.js';
import { logPoints } from '../../../server/tracking/record-runs.js';
import { makeRepository } from '../checkout/repository.js';
import { notebookText, openTestHistory, readHistories } from '../scratch.js';
import { gitOf, keep } from './kept.js';

const SECRET = 'hunter2hunter2';
const MARK = '[redacted: purged]';
const RUN = 'a'.repeat(32);

async function purgeIt(history: History): Promise<void> {
  await purge(history, {
    texts: [SECRET],
    dryRun: false,
    signal: new AbortController().signal,
  });
}

function objects({ store }: History): string {
  const args = ['--git-dir', store.places.git, 'cat-file', '--batch', '--batch-all-objects'];
  return execFileSync('git', args).toString('utf8');
}

test('runs that were made ready before a purge are kept without the text', async () => {
  const history = await openTestHistory();
  const { store } = history;
  await keep(history, 'a.ipynb', [`key = "${SECRET}"`]);
  const sha256 = 'b'.repeat(64);
  const draft = {
    ...{ ...emptyDraft(RUN), name: `run ${SECRET}`, cells: ['c0'] },
    points: [{ name: `loss ${SECRET}`, value: 0.5, step: 1, time: 1 }],
    params: new Map([[`of ${SECRET}`, SECRET]]),
    tags: new Map([[`of ${SECRET}`, SECRET]]),
  };
  const file = { sha256, size: 1, source: 'found', certainty: 'sure' } as const;
  const input = { kind: 'dataset', id: 'd1', tags: [{ name: SECRET, value: SECRET }] } as const;
  const artifacts = [{ ...file, name: `m/${SECRET}: a.pkl` }];
  const runs = [{ draft, artifacts, inputs: [input] }];
  await purgeIt(history);
  const bytes = Buffer.from(notebookText(['clean']));
  await takeSnapshot(history, {
    ...{ path: 'a.ipynb', bytes, notebook: parseNotebook(bytes), trigger: 'burst', attaches: true },
    attach: (claim) => attachRuns(store, claim, runs, { executions: [], started: 1, finished: 2 }),
  });
  expect(objects(history)).not.toContain(SECRET);
  const below = `.cellar/runs/aa/${RUN}`;
  const record = gitOf(history)('show', `main:${below}/run.json`);
  expect(JSON.parse(record)).toMatchObject({
    ...{ id: RUN, name: `run ${MARK}`, cells: ['c0'] },
    metrics: [{ name: `loss ${MARK}`, value: 0.5 }],
    params: [{ name: `of ${MARK}`, value: MARK }],
    tags: [{ name: `of ${MARK}`, value: MARK }],
    artifacts: [{ name: `m/${MARK}: a.pkl`, sha256 }],
  });
  const pointer = `${below}/artifacts/m/[redacted%3A purged]%3A a.pkl`;
  expect(gitOf(history)('show', `main:${pointer}`)).toContain(sha256);
  expect(await store.catalog.findRun(RUN)).toMatchObject({
    ...{ name: `run ${MARK}`, params: { [`of ${MARK}`]: MARK } },
    metrics: { [`loss ${MARK}`]: { value: 0.5 } },
  });
});

test('points that are logged all the while keep no purge from its end, and those behind it are without the text', async () => {
  const history = await openTestHistory();
  for (let turn = 0; turn < 5; turn += 1)
    await keep(history, 'a.ipynb', [`key = "${SECRET}" # ${turn}`]);
  let [logged, isOver] = [0, false];
  const log = async (): Promise<void> => {
    while (!isOver) {
      const points = [{ name: `loss ${SECRET}`, value: 1, step: logged, time: logged }];
      await logPoints(history, RUN, { points });
      logged += 1;
      await setImmediate();
    }
  };
  const logging = log();
  await purgeIt(history);
  const before = logged;
  await purgeIt(history);
  isOver = true;
  await logging;
  expect(before).toBeGreaterThan(0);
  expect(objects(history)).not.toContain(SECRET);
  await sealPending(history);
  expect(objects(history)).not.toContain(SECRET);
  const course = { run: RUN, name: `loss ${MARK}`, buckets: 1_000 };
  expect((await readCourse(history.store, course)).total).toBe(logged);
});

test('what an import has read before a purge is brought in without the text', async () => {
  const history = await openTestHistory();
  const repository = await makeRepository();
  const source = `key = "${SECRET}"`;
  const text = notebookText([source, 'x']).replace(
    '"outputs": []',
    '"outputs": [{"output_type": "stream", "name": "stdout", "text": "AKIAIOSFODNN7EXAMPL2"}]',
  );
  await repository.commit(`use ${SECRET}\n\nIt is ${SECRET}.`, { 'b.ipynb': text });
  await keep(history, 'a.ipynb', [source]);
  let isPurged = false;
  await importGit(history, {
    folder: repository.folder,
    wants: () => Promise.resolve(true),
    attach: async () => {
      if (!isPurged) await purgeIt(history);
      isPurged = true;
      return undefined;
    },
  });
  expect(objects(history)).not.toContain(SECRET);
  const rows = (await readHistories(history.store)).flat();
  const row = rows.find(({ path }) => path === 'b.ipynb');
  expect(row?.message).toBe(`use ${MARK}`);
  const { snapshot } = row === undefined ? {} : await readSnapshotState(history.store, row);
  expect(snapshot?.imported?.body).toBe(`It is ${MARK}.`);
  expect(snapshot?.redactions.map(({ rule }) => rule)).toContain('purged');
  expect(snapshot?.redactions.length).toBeGreaterThan(1);
});
