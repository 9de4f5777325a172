import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { print, quantile, time } from './figures.js';
import { makeFolder } from './places.js';
import { startServer, type Server } from './server.js';

const PAIR_BYTES = 100_000_000;
const PAUSE_MS = 10;

/** A notebook of about this many bytes: many cells with pictures and long streams, a third of them changed by `seed`. */
function notebookText(bytes: number, seed: number): string {
  const cells = [];
  for (let at = 0, used = 0; used < bytes; at += 1) {
    const own = at % 3 === 0 ? seed : 0;
    const picture = Buffer.alloc(60_000, (at * 7 + own) % 256).toString('base64');
    const lines = Array.from({ length: 800 }, (_, n) => `step ${n} loss ${(n * 31 + own) % 977}\n`);
    cells.push({
      cell_type: 'code',
      execution_count: at,
      id: `cell-${at}`,
      metadata: {},
      source: [`plot(${at}, ${own})`],
      outputs: [
        { output_type: 'stream', name: 'stdout', text: lines },
        { output_type: 'display_data', metadata: {}, data: { 'image/gif': picture } },
      ],
    });
    used += picture.length + 20 * lines.length;
  }
  return JSON.stringify({ cells, metadata: {}, nbformat: 4, nbformat_minor: 5 });
}

/** How long each request took that was answered while something else ran, in milliseconds. */
async function askWhile(server: Server, work: Promise<unknown>): Promise<readonly number[]> {
  const state = { running: true };
  const done = work.finally(() => {
    state.running = false;
  });
  const times: number[] = [];
  while (state.running) {
    times.push((await time(async () => (await server.get('api/v1/notebooks')).text())).ms);
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  await done;
  return times;
}

/** Whether others are still answered while two notebooks of 100 MB together, and of 100 MB each, are compared. */
async function main(): Promise<void> {
  const root = makeFolder();
  const server = await startServer(root);
  for (const [name, bytes] of [
    ['100 MB', PAIR_BYTES / 2],
    ['200 MB', PAIR_BYTES],
  ] as const) {
    writeFileSync(join(root, 'a.ipynb'), notebookText(bytes, 0));
    writeFileSync(join(root, 'b.ipynb'), notebookText(bytes, 1));
    const sides = {
      base: { kind: 'file', path: 'a.ipynb' },
      head: { kind: 'file', path: 'b.ipynb' },
    };
    let size = 0;
    const compared = time(async () => {
      const answer = await server.post('api/v1/compare', sides);
      size = (await answer.arrayBuffer()).byteLength;
      if (!answer.ok) throw new Error(`the comparison was answered with ${answer.status}`);
    });
    const times = await askWhile(server, compared);
    const { ms } = await compared;
    const most = Math.max(...times);
    print(
      `a pair of ${name} compared`,
      `${(ms / 1000).toFixed(1)} s, ${Math.round(size / 1e6)} MB`,
    );
    print('  others answered meanwhile', `${times.length}`);
    print('  the slowest of them', `${Math.round(most)} ms`, { text: '< 100 ms', met: most < 100 });
    print('  half of them within', `${quantile(times, 0.5).toFixed(1)} ms`);
  }
  await server.stop();
}

await main();
