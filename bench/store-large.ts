import { execFileSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { describe, quantile, time } from './figures.js';
import { fillStore, idOf, notebookOf, rerunOf } from './fill.js';
import { mixRequests } from './mixed-requests.js';
import type { Part, Row } from './part.js';
import { makeFolder } from './places.js';
import { startServer, type Server } from './server.js';

const NOTEBOOKS = 200;
const BYTES = 247_000;
const READS = 300;
/** CELLAR_BENCH_MINUTES of mixed requests. */
const MINUTES = Number(process.env['CELLAR_BENCH_MINUTES'] ?? 10);

/** A store of 10,000 versions of 247 KB, about 1 GB: the first snapshot after a start, old versions, one history, memory. */
export const largePart: Part = {
  name: 'large',
  run: async (quick) => {
    const root = makeFolder();
    const git = join(root, '.cellar/store.git');
    const snapshots = quick ? 600 : 10_000;
    await fillStore(root, {
      snapshots,
      notebooks: NOTEBOOKS,
      bytes: BYTES,
      text: (notebook, version) => rerunOf(notebook, version, BYTES),
    });
    repack(git, []);
    const rows: Row[] = [
      {
        what: `${snapshots.toLocaleString('en')} versions, repacked by git`,
        figure: `${packsOf(git)}, ${(bytesOf(git) / snapshots / 1000).toFixed(1)} KB a version`,
      },
    ];
    // The first start reads every commit; what is measured is that of every day.
    await (await startServer(root)).stop();
    rows.push(await measureFirst(root, 'one big pack', 0));
    repack(git, ['-c', 'pack.packSizeLimit=256m']);
    rows.push(await measureFirst(root, packsOf(git), 1));
    const server = await startServer(root);
    try {
      rows.push(...(await measureVersions(server, git, snapshots)));
      rows.push(...(await mixRequests(server, { minutes: quick ? 0.1 : MINUTES, snapshots })));
    } finally {
      await server.stop();
    }
    return rows;
  },
};

/** The first snapshot that a server takes, of a notebook whose file changed while it was away. */
async function measureFirst(root: string, packs: string, round: number): Promise<Row> {
  const server = await startServer(root);
  try {
    const taken = await time(() =>
      takeOne(server, `first-${round}-of-a-start`, rerunOf(0, 1_000 + round, BYTES)),
    );
    return {
      what: `first snapshot after the start, ${packs}`,
      figure: `${taken.ms.toFixed(0)} ms (start ${server.ready.toFixed(0)} ms)`,
      goal: { text: '< 1 s', met: taken.ms < 1000 },
    };
  } finally {
    await server.stop();
  }
}

async function measureVersions(
  server: Server,
  git: string,
  snapshots: number,
): Promise<readonly Row[]> {
  const packed: number[] = [];
  const peer: number[] = [];
  for (let at = 0; at < READS; at += 1) {
    const number = 1 + Math.floor((snapshots - 1) * Math.random());
    packed.push((await time(() => readVersion(server, idOf(number)))).ms);
    if (at % 10 > 0) continue;
    const commit = `${execFileSync('git', ['--git-dir', git, 'rev-list', '-1', `--skip=${snapshots - number + 2}`, 'main'], { encoding: 'utf8' }).trim()}:notebook-${number % NOTEBOOKS}.ipynb`;
    peer.push(
      (
        await time(() =>
          Promise.resolve(
            execFileSync('git', ['--git-dir', git, 'show', commit], { maxBuffer: 1 << 26 }),
          ),
        )
      ).ms,
    );
  }
  const loose: number[] = [];
  for (let at = 0; at < 60; at += 1) {
    const kept = await takeOne(server, `loose-${at}-version`, notebookOf(at, BYTES));
    loose.push((await time(() => readVersion(server, kept))).ms);
  }
  const history: number[] = [];
  for (let at = 0; at < 100; at += 1) {
    const id = idOf(1_000_000_000 + (1 + (at % (NOTEBOOKS - 1))));
    history.push(
      (
        await time(async () =>
          (await server.get(`api/v1/notebooks/${id}/history?limit=100`)).text(),
        )
      ).ms,
    );
  }
  const log = await time(() =>
    Promise.resolve(
      execFileSync('git', [
        '--git-dir',
        git,
        'log',
        '--format=%H',
        'main',
        '--',
        'notebook-7.ipynb',
      ]),
    ),
  );
  return [
    goal('an old version by HTTP, packed', packed, 30),
    { what: 'the same by git show, a process each', figure: describe(peer) },
    goal('a version by HTTP, loose', loose, 30),
    goal(`history of one notebook (${snapshots / NOTEBOOKS} versions) by HTTP`, history, 10),
    { what: 'the same by git log', figure: `${log.ms.toFixed(1)} ms` },
  ];
}

function goal(what: string, samples: readonly number[], most: number): Row {
  const high = quantile(samples, 0.95);
  return {
    what,
    figure: describe(samples),
    goal: { text: `p95 < ${most} ms`, met: high < most },
  };
}

async function readVersion(server: Server, id: string): Promise<void> {
  const response = await server.get(`api/v1/snapshots/${id}/notebook`);
  const bytes = (await response.arrayBuffer()).byteLength;
  if (!response.ok || bytes < BYTES / 2) throw new Error(`version ${id} was not given: ${bytes}`);
}

async function takeOne(server: Server, key: string, content: string): Promise<string> {
  const body = { key, path: 'notebook-0.ipynb', trigger: 'manual', content };
  const kept = (await (await server.post('api/v1/bursts', body)).json()) as {
    readonly created?: boolean;
    readonly snapshot?: { readonly id: string };
  };
  if (kept.created !== true || kept.snapshot === undefined)
    throw new Error(`not kept: ${JSON.stringify(kept)}`);
  return kept.snapshot.id;
}

function repack(git: string, settings: readonly string[]): void {
  execFileSync('git', [
    ...['--git-dir', git, ...settings, '-c', 'repack.writeBitmaps=false'],
    ...['repack', '-a', '-d', '-q'],
  ]);
}

function packFiles(git: string): readonly string[] {
  const folder = join(git, 'objects/pack');
  return readdirSync(folder)
    .filter((name) => name.endsWith('.pack'))
    .map((name) => join(folder, name));
}

function bytesOf(git: string): number {
  return packFiles(git).reduce((sum, path) => sum + statSync(path).size, 0);
}

function packsOf(git: string): string {
  const count = packFiles(git).length;
  return `${count} pack${count === 1 ? '' : 's'} of ${(bytesOf(git) / 1e6).toFixed(0)} MB in all`;
}
