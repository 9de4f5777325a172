import { execFileSync, spawn } from 'node:child_process';
import { randomFillSync } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';

import { openArtifactFolder } from '../server/store/artifacts/artifact-folder.js';
import { quantile, time } from './figures.js';
import type { Part, Row } from './part.js';
import { makeFolder } from './places.js';

const ROUNDS = 5;
const MEGABYTE = 1_000_000;
/** CELLAR_BENCH_GIGABYTES=10 measures the memory of a file of that size. */
const LARGE_GIGABYTES = Number(process.env['CELLAR_BENCH_GIGABYTES'] ?? 2);

/** Files taken in from a warm page cache, synced; in turns with `git lfs clean` and `sha256sum`, and the memory of a large one. */
export const artifactsPart: Part = {
  name: 'artifacts',
  run: async (quick) => {
    const folder = makeFolder();
    const path = join(folder, 'model.bin');
    const megabytes = quick ? 100 : 700;
    writeRandom(path, megabytes);
    const speeds = { ours: [] as number[], lfs: [] as number[], sum: [] as number[] };
    const delay = monitorEventLoopDelay({ resolution: 5 });
    delay.enable();
    for (let round = 0; round < ROUNDS; round += 1) {
      speeds.ours.push(await speedOf(megabytes, () => takeIn(folder, path)));
      speeds.lfs.push(await speedOf(megabytes, () => cleanByLfs(folder, path)));
      speeds.sum.push(await speedOf(megabytes, () => run('sha256sum', [path], folder)));
    }
    delay.disable();
    const [ours, lfs, sum] = [speeds.ours, speeds.lfs, speeds.sum].map((each) =>
      quantile(each, 0.5),
    );
    rmSync(path);
    return [
      {
        what: `intake of ${megabytes} MB, warm, synced (median of ${ROUNDS})`,
        figure: perSecond(ours),
        goal: { text: '≥ 600 MB/s', met: (ours ?? 0) >= 600 },
      },
      { what: 'git lfs clean', figure: perSecond(lfs) },
      { what: 'sha256sum', figure: perSecond(sum) },
      {
        what: 'ratio to git lfs clean',
        figure: ((ours ?? 0) / (lfs ?? NaN)).toFixed(2),
        goal: { text: '≥ 2', met: (ours ?? 0) >= 2 * (lfs ?? NaN) },
      },
      {
        what: 'longest wait of the event loop meanwhile',
        figure: `${(delay.max / 1e6).toFixed(1)} ms`,
        goal: { text: '< 100 ms', met: delay.max < 100e6 },
      },
      await measureLarge(folder, quick ? 300 : LARGE_GIGABYTES * 1000),
    ];
  },
};

/** How much more memory the process has at most while a file is taken in. */
async function measureLarge(folder: string, megabytes: number): Promise<Row> {
  const path = join(folder, 'large.bin');
  writeRandom(path, megabytes);
  const before = process.memoryUsage().rss;
  let most = before;
  const artifacts = openArtifactFolder(join(folder, 'large'));
  await artifacts.addFile(path, {
    report: () => {
      most = Math.max(most, process.memoryUsage().rss);
    },
  });
  const grown = (most - before) / MEGABYTE;
  return {
    what: `memory taken by the intake of ${megabytes} MB`,
    figure: `${grown.toFixed(0)} MB (process ${(most / MEGABYTE).toFixed(0)} MB)`,
    goal: { text: '< 100 MB', met: grown < 100 },
  };
}

async function takeIn(folder: string, path: string): Promise<void> {
  const place = join(folder, 'artifacts');
  await openArtifactFolder(place).addFile(path);
  rmSync(place, { recursive: true });
}

/** In a repository of its own, whose objects go afterwards: else the next round finds the file there. */
async function cleanByLfs(folder: string, path: string): Promise<void> {
  const repository = join(folder, 'lfs');
  execFileSync('git', ['init', '-q', repository]);
  await run('sh', ['-c', 'exec git lfs clean < "$1" > pointer', 'sh', path], repository);
  if (!readFileSync(join(repository, 'pointer'), 'utf8').startsWith('version https://git-lfs'))
    throw new Error('git lfs gave no pointer');
  rmSync(repository, { recursive: true });
}

function run(program: string, args: readonly string[], cwd: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, stdio: 'ignore' });
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`${program} ended with ${String(code)}`));
    });
  });
}

/** Written whole, not sparse, and no two blocks alike; in the page cache afterwards as far as that has room. */
function writeRandom(path: string, megabytes: number): void {
  const block = Buffer.alloc(10 * MEGABYTE);
  const file = openSync(path, 'w');
  for (let at = 0; at < megabytes; at += 10) {
    randomFillSync(block, 0, 4096);
    writeSync(file, block);
  }
  // Else the disk would still be busy with it while others are measured.
  fsyncSync(file);
  closeSync(file);
}

async function speedOf(megabytes: number, work: () => Promise<void>): Promise<number> {
  return megabytes / ((await time(work)).ms / 1000);
}

function perSecond(speed: number | undefined): string {
  return `${Math.round(speed ?? NaN)} MB/s`;
}
