import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

import { describe, quantile, time } from './figures.js';
import { fillStore, idOf, notebookOf } from './fill.js';
import { cloneAsPeer } from './git-peer.js';
import type { Part, Row } from './part.js';
import { makeFolder } from './places.js';
import { startServer } from './server.js';

const NOTEBOOKS = 200;
const FILL_BYTES = 20_000;
const NOTEBOOK_BYTES = 1_000_000;
/** About what the state of such a notebook takes. */
const STATE_BYTES = 2_500;

interface Measured {
  readonly ours: readonly number[];
  readonly porcelain: readonly number[];
  readonly plumbing: readonly number[];
  readonly rows: readonly Row[];
}

/** Snapshots of 1 MB acknowledged, synced, in a store of 10,000 and in one of 100,000, in turns with git doing the same. */
export const snapshotsPart: Part = {
  name: 'snapshots',
  run: async (quick) => {
    const samples = quick ? 10 : 100;
    const small = await measure(quick ? 200 : 10_000, samples);
    const large = await measure(quick ? 400 : 100_000, samples);
    const p95 = quantile(small.ours, 0.95);
    const [at10, at100] = [quantile(small.ours, 0.5), quantile(large.ours, 0.5)];
    return [
      ...small.rows,
      { what: 'p95 of it', figure: ms(p95), goal: { text: '< 100 ms', met: p95 < 100 } },
      ratio('git add + git commit / Cellar, medians', small.porcelain, small.ours),
      ratio('git by plumbing / Cellar, medians', small.plumbing, small.ours),
      ...large.rows,
      {
        what: 'Cellar, the large store / the small one, medians',
        figure: (at100 / at10).toFixed(2),
        goal: { text: '<= 1.5', met: at100 <= 1.5 * at10 },
      },
      {
        what: 'Cellar, the large store / the small one, p95',
        figure: (quantile(large.ours, 0.95) / p95).toFixed(2),
      },
      {
        what: 'git by plumbing, the large store / the small one, medians',
        figure: (quantile(large.plumbing, 0.5) / quantile(small.plumbing, 0.5)).toFixed(2),
      },
    ];
  },
};

async function measure(snapshots: number, samples: number): Promise<Measured> {
  const root = makeFolder();
  const store = join(root, '.cellar/store.git');
  const filling = await time(() =>
    fillStore(root, { snapshots, notebooks: NOTEBOOKS, bytes: FILL_BYTES }),
  );
  execFileSync('git', ['--git-dir', store, '-c', 'pack.packSizeLimit=256m', 'repack', '-adq']);
  const peer = cloneAsPeer(store);
  // The first start reads every commit; what is measured is a server's daily work.
  const first = await startServer(root);
  await first.stop();
  const server = await startServer(root);
  const [ours, porcelain, plumbing]: number[][] = [[], [], []];
  try {
    for (let at = 0; at < samples; at += 1) {
      const which = at % NOTEBOOKS;
      const path = `notebook-${which}.ipynb`;
      const texts = [0, 1, 2].map(() => notebookOf(at, NOTEBOOK_BYTES));
      const files = (text: string): { path: string; text: string }[] => [
        { path, text },
        {
          path: `.cellar/notebooks/${idOf(1_000_000_000 + which)}/state.json`,
          text: `${'x'.repeat(STATE_BYTES)}${at}`,
        },
      ];
      const body = {
        key: `sample-${String(at).padStart(6, '0')}`,
        path,
        trigger: 'manual',
        content: texts[0],
      };
      const taken = await time(
        async () =>
          (await server.post('api/v1/bursts', body)).json() as Promise<{ created?: boolean }>,
      );
      if (taken.result.created !== true)
        throw new Error(`not kept: ${JSON.stringify(taken.result)}`);
      ours?.push(taken.ms);
      porcelain?.push(timeOf(() => peer.byPorcelain(files(texts[1] ?? ''))));
      plumbing?.push(timeOf(() => peer.byPlumbing(files(texts[2] ?? ''))));
    }
    const among = `${snapshots.toLocaleString('en')} snapshots`;
    return {
      ours: ours ?? [],
      porcelain: porcelain ?? [],
      plumbing: plumbing ?? [],
      rows: [
        { what: `filled with ${among} by git fast-import`, figure: seconds(filling.ms) },
        { what: 'first start, which reads every commit', figure: seconds(first.ready) },
        { what: 'a start after it', figure: ms(server.ready) },
        { what: `1 MB acknowledged, synced, among ${among}`, figure: describe(ours ?? []) },
        { what: 'git add + git commit, synced', figure: describe(porcelain ?? []) },
        { what: 'git by plumbing, synced', figure: describe(plumbing ?? []) },
        { what: 'memory of the server', figure: `${Math.round(server.memory())} MB` },
      ],
    };
  } finally {
    await server.stop();
  }
}

function timeOf(work: () => void): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}

function ratio(what: string, theirs: readonly number[], ours: readonly number[]): Row {
  const value = quantile(theirs, 0.5) / quantile(ours, 0.5);
  return { what, figure: value.toFixed(2), goal: { text: '>= 2', met: value >= 2 } };
}

function ms(value: number): string {
  return `${value.toFixed(1)} ms`;
}

function seconds(value: number): string {
  return `${(value / 1000).toFixed(1)} s`;
}
