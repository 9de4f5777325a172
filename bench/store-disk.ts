import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

import { INDEXERS, RECORDERS } from '../server/main/subjects.js';
import { openHistory } from '../server/history/history.js';
import { takeSnapshot } from '../server/history/take.js';
import { parseNotebook } from '../server/notebook/read.js';
import { openStore } from '../server/store/store.js';
import { rerunOf } from './fill.js';
import type { Part } from './part.js';
import { makeFolder } from './places.js';

const BYTES = 247_000;
const NOTEBOOKS = 5;
/** About as many as a server keeps before it packs. */
const BETWEEN = 250;

/** The disk that a version of 247 KB takes, kept and packed as a server does it, beside git's own best. */
export const diskPart: Part = {
  name: 'disk',
  run: async (quick) => {
    const count = quick ? 50 : 1_500;
    const usual = await measure(count, 4);
    // Git makes no delta of more than half of what it stands for: from there on it keeps versions whole.
    const half = await measure(count, 5);
    return [
      {
        what: `disk of one of ${count} versions of 247 KB, 2 of 5 pictures new`,
        figure: kilobytes(usual.ours),
        goal: { text: '<= 95 KB', met: usual.ours <= 95_000 },
      },
      { what: 'after git repack -a -d -f', figure: kilobytes(usual.best) },
      { what: 'with every second picture new', figure: kilobytes(half.ours) },
      { what: 'after git repack -a -d -f', figure: kilobytes(half.best) },
    ];
  },
};

/** The bytes of a version as they were packed, and as git packs all of them anew. */
async function measure(
  count: number,
  tenths: number,
): Promise<{ readonly ours: number; readonly best: number }> {
  const root = makeFolder();
  const store = await openStore({
    root,
    author: { name: 'Ada', email: 'ada@example.org' },
    now: Date.now,
    report: (error) => {
      throw error;
    },
  });
  const history = await openHistory(store, INDEXERS, RECORDERS);
  const pack = (): Promise<void> => store.repository.pack(new AbortController().signal);
  for (let at = 0; at < count; at += 1) {
    const which = at % NOTEBOOKS;
    const bytes = Buffer.from(rerunOf(which, Math.floor(at / NOTEBOOKS), BYTES, tenths));
    const path = `notebook-${which}.ipynb`;
    const notebook = parseNotebook(bytes, { path });
    await takeSnapshot(history, { path, bytes, notebook, trigger: 'manual' });
    if ((at + 1) % BETWEEN === 0) await pack();
  }
  await pack();
  await store.close();
  const git = join(root, '.cellar/store.git');
  const ours = sizeOf(git) / count;
  execFileSync('git', ['--git-dir', git, 'repack', '-a', '-d', '-f', '-q']);
  return { ours, best: sizeOf(git) / count };
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1000).toFixed(1)} KB`;
}

/** All objects, packs with their indexes and loose ones, in bytes. */
function sizeOf(git: string): number {
  const text = execFileSync('git', ['--git-dir', git, 'count-objects', '-v'], { encoding: 'utf8' });
  const figure = (name: string): number =>
    Number(new RegExp(`^${name}: (\\d+)`, 'm').exec(text)?.[1] ?? NaN);
  return (figure('size') + figure('size-pack')) * 1024;
}
