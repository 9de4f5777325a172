import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, print, quantile, time } from './figures.js';
import { fillStore, idOf, notebookOf } from './fill.js';
import { CELLAR, makeFolder } from './places.js';
import { startServer } from './server.js';

const SNAPSHOTS = 10_000;
const SAMPLES = 60;
const NOTEBOOK_BYTES = 1_000_000;

/** What a person feels: snapshots of 1 MB in a store of 10,000, beside git doing the same; the server's start, memory and pages. */
async function main(): Promise<void> {
  const root = makeFolder();
  const filling = await time(() =>
    fillStore(root, { snapshots: SNAPSHOTS, notebooks: 2, bytes: 20_000 }),
  );
  print(
    'filled through git fast-import',
    `${SNAPSHOTS} snapshots in ${(filling.ms / 1000).toFixed(1)} s`,
  );
  execFileSync('git', ['--git-dir', join(root, '.cellar/store.git'), 'repack', '-adq']);
  const index = await startServer(root);
  print('start with no catalog (all commits indexed)', `${(index.ready / 1000).toFixed(1)} s`);
  await index.stop();

  const starts = [];
  for (let at = 0; at < 5; at += 1) {
    const server = await startServer(root);
    starts.push(server.ready);
    await server.stop();
  }
  const start = quantile(starts, 0.5);
  print('server ready, 10,000 snapshots (median of 5)', `${Math.round(start)} ms`, {
    text: '< 1 s',
    met: start < 1000,
  });

  const empty = makeFolder();
  const small = await startServer(empty);
  print('server ready, empty store', `${Math.round(small.ready)} ms`, {
    text: '< 1 s',
    met: small.ready < 1000,
  });
  print('memory, empty store', `${Math.round(small.memory())} MB`, {
    text: '< 150 MB',
    met: small.memory() < 150,
  });
  await small.stop();

  const server = await startServer(root);
  print('memory after the start, 10,000 snapshots', `${Math.round(server.memory())} MB`);
  const page = await time(async () =>
    (await server.get(`api/v1/notebooks/${idOf(1_000_000_000)}/history?limit=100`)).json(),
  );
  print('first 100 rows of a history of 5,000', `${page.ms.toFixed(1)} ms`, {
    text: '< 300 ms',
    met: page.ms < 300,
  });

  const peer = makeFolder();
  execFileSync('git', ['clone', '-q', '--no-hardlinks', join(root, '.cellar/store.git'), peer], {
    env: { ...process.env, GIT_LFS_SKIP_SMUDGE: '1' },
  });
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let at = 0; at < SAMPLES; at += 1) {
    const content = notebookOf(at, NOTEBOOK_BYTES);
    const body = {
      key: `sample-${String(at).padStart(6, '0')}`,
      path: 'notebook-1.ipynb',
      trigger: 'manual',
      content,
    };
    const taken = await time(
      async () =>
        (await server.post('api/v1/bursts', body)).json() as Promise<{ created?: boolean }>,
    );
    if (taken.result.created !== true) throw new Error(`not kept: ${JSON.stringify(taken.result)}`);
    ours.push(taken.ms);
    writeFileSync(join(peer, 'notebook-1.ipynb'), content);
    const git = (...args: string[]): Buffer =>
      execFileSync(
        'git',
        ['-c', 'core.fsync=committed', '-c', 'user.name=g', '-c', 'user.email=g', ...args],
        { cwd: peer },
      );
    const committed = await time(() => {
      git('add', 'notebook-1.ipynb');
      git('commit', '-q', '-m', 'sample');
      return Promise.resolve();
    });
    theirs.push(committed.ms);
  }
  const p95 = quantile(ours, 0.95);
  print('snapshot of 1 MB acknowledged, synced', describe(ours), {
    text: 'p95 < 100 ms',
    met: p95 < 100,
  });
  print('the same by git add + git commit, core.fsync=committed', describe(theirs));
  print(
    'ratio of the medians (git / Cellar)',
    (quantile(theirs, 0.5) / quantile(ours, 0.5)).toFixed(2),
  );
  print('memory after it', `${Math.round(server.memory())} MB`);
  await server.stop();

  const versions = [];
  for (let at = 0; at < 9; at += 1)
    versions.push(
      (await time(() => Promise.resolve(execFileSync(process.execPath, [CELLAR, '--version'])))).ms,
    );
  const version = quantile(versions, 0.5);
  print('cellar --version (median of 9)', `${Math.round(version)} ms`, {
    text: '< 150 ms',
    met: version < 150,
  });
}

await main();
