import { join } from 'node:path';

import { expect, onTestFinished, test, vi } from 'vitest';

import { openAccess, openWorkspace, type OpenWorkspace } from '../../../server/main/open.js';
import { readCourse } from '../../../server/tracking/read-course.js';
import { logPoints } from '../../../server/tracking/record-runs.js';
import { cellar, serve } from '../cli/cellar.js';
import { gitOn } from '../git.js';
import { AUTHOR, makeFolder, notebookText, writeInto } from '../scratch.js';
import { buildWorkers } from '../work/built.js';

const RUN = 'a'.repeat(32);

interface Clock {
  now: number;
}

/** A server's workspace, whose background work looks every few milliseconds what time the test says it is. */
async function open(root: string, clock: Clock): Promise<OpenWorkspace> {
  const access = openAccess(
    { token: 't', kernelToken: 'k', proxySecret: 'p' },
    () => [],
    () => 0,
  );
  const workspace = await openWorkspace({
    ...{ root, author: AUTHOR, access, version: '0.0.0', pageFolder: root },
    workers: await buildWorkers(),
    upkeep: { now: () => clock.now, tick: 5 },
    link: () => undefined,
    report: (error) => {
      throw error;
    },
  });
  onTestFinished(() => workspace.close());
  return workspace;
}

const subjects = (root: string): readonly string[] =>
  gitOn(join(root, '.cellar/store.git'))('log', '--format=%s', 'main').trim().split('\n');

const seals = (root: string): number =>
  subjects(root).filter((subject) => subject.startsWith('Seal ')).length;

async function log({ history }: OpenWorkspace, step: number): Promise<void> {
  await logPoints(history, RUN, { points: [{ name: 'loss', value: step, step, time: step }] });
}

/** Long enough for many looks of the background. */
const looks = (): Promise<unknown> => new Promise((resolve) => setTimeout(resolve, 100));

test('a server seals what only its journal holds once it is idle, and not before', async () => {
  const root = await makeFolder();
  const clock = { now: 0 };
  const workspace = await open(root, clock);
  clock.now = 1_000;
  await log(workspace, 1);
  await looks();
  clock.now = 5_900;
  await looks();
  expect(seals(root)).toBe(0);
  clock.now = 6_000;
  await vi.waitUntil(() => seals(root) === 1, { timeout: 10_000 });
  clock.now = 50_000;
  await looks();
  expect(seals(root)).toBe(1);
  expect(workspace.history.store.journal.pending(0)).toEqual([]);
});

test('a server that is never idle seals each minute', async () => {
  const root = await makeFolder();
  const clock = { now: 0 };
  const workspace = await open(root, clock);
  const until = async (seconds: number): Promise<void> => {
    for (; clock.now < seconds * 1_000; clock.now += 4_000) {
      await log(workspace, clock.now);
      await looks();
    }
  };
  await until(56);
  expect(seals(root)).toBe(0);
  await until(64);
  await vi.waitUntil(() => seals(root) === 1, { timeout: 10_000 });
  await until(116);
  expect(seals(root)).toBe(1);
  await until(128);
  await vi.waitUntil(() => seals(root) === 2, { timeout: 10_000 });
}, 60_000);

test('a server that ends has sealed everything, and a git command alone sees it', async () => {
  const root = await makeFolder();
  const workspace = await open(root, { now: 0 });
  for (let step = 0; step < 3; step += 1) await log(workspace, step);
  expect(seals(root)).toBe(0);
  await workspace.close();
  expect(seals(root)).toBe(1);
  const git = gitOn(join(root, '.cellar/store.git'));
  expect(git('ls-tree', '-r', '--name-only', 'main')).toContain(`${RUN}/metrics/`);
  const again = await open(root, { now: 0 });
  const course = await readCourse(again.history.store, { run: RUN, name: 'loss', buckets: 100 });
  expect(course.points.map(({ step }) => step)).toEqual([0, 1, 2]);
});

test('the real server seals when it is told to end', async () => {
  const root = await makeFolder();
  await writeInto(root, 'a.ipynb', notebookText(['a = 1']));
  const { id } = (await cellar(root, ['snapshot', 'a.ipynb', '--json'])).json<{ id: string }>();
  const server = await serve(root);
  expect((await cellar(root, ['pin', id])).code).toBe(0);
  const before = subjects(root);
  expect(await server.stop()).toBe(0);
  expect(subjects(root)).toHaveLength(before.length + 1);
  expect(subjects(root)[0]).toMatch(/^Seal /);
});
