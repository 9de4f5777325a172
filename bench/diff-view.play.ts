import { test } from '@playwright/test';

import { snapshot, test as site } from '../test/browser/site.js';
import { code, notebook, writeNotebook } from '../test/browser/notebooks.js';
import { describe, print, quantile } from './figures.js';

const CELLS = 1000;
const FRAMES = 240;

/** A notebook of which every second cell differs from the other version's, with some output each. */
function large(version: number) {
  const cells = Array.from({ length: CELLS }, (_, at) => {
    const lines = Array.from(
      { length: 12 },
      (_line, line) => `value_${String(line)} = load(${String(at)}, ${String(line)})`,
    );
    if (at % 2 === 0) lines[5] = `changed = ${String(version)}`;
    const text = `loaded ${String(at % 2 === 0 ? at + version : at)}\n`;
    const output = { output_type: 'stream', name: 'stdout', text };
    return code(`cell-${String(at)}`, lines.join('\n'), [output]);
  });
  return notebook(...cells);
}

/** In the page: milliseconds from the change of address until the first cell is drawn, with the server's part of it. */
const OPEN = (hash: string): string => `(async () => {
  const start = performance.now();
  location.hash = ${JSON.stringify(hash)};
  while (!document.querySelector('.cellar-Diff .cellar-Cell'))
    await new Promise((resolve) => requestAnimationFrame(resolve));
  const shown = performance.now() - start;
  const [request] = performance.getEntriesByType('resource').filter(({ name }) => /api.v1.diff/.test(name)).slice(-1);
  return [shown, request.duration];
})()`;

/** In the page: the milliseconds that each frame took while the diff was scrolled by 60 pixels a frame. */
const SCROLL = `(async () => {
  const box = document.querySelector('.cellar-Blocks');
  const frames = [];
  let last = performance.now();
  for (let at = 0; at < ${String(FRAMES)}; at += 1) {
    box.scrollTop += 60;
    await new Promise((resolve) => requestAnimationFrame(resolve));
    const now = performance.now();
    frames.push(now - last);
    last = now;
  }
  return frames;
})()`;

site('a diff of 1,000 cells, opened and scrolled', async ({ site: workspace, page }) => {
  test.setTimeout(120_000);
  await writeNotebook(workspace.root, 'large.ipynb', large(1));
  const base = await snapshot(workspace.root, 'large.ipynb');
  await writeNotebook(workspace.root, 'large.ipynb', large(2));
  const head = await snapshot(workspace.root, 'large.ipynb');
  const { login } = await workspace.serve();
  await page.goto(login);
  await page.getByRole('link', { name: 'large.ipynb' }).waitFor();
  // The thread's own time, which a busy machine does not lengthen.
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  const threadTime = async (): Promise<number> => {
    const { metrics } = await session.send('Performance.getMetrics');
    return (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? NaN) * 1000;
  };
  const opened: number[] = [];
  const asked: number[] = [];
  const drawn: number[] = [];
  for (const hash of [`#/diff/${base}/${head}`, `#/diff/${head}/${base}`]) {
    const before = await threadTime();
    const [shown, request] = await page.evaluate<[number, number]>(OPEN(hash));
    opened.push(shown);
    asked.push(request);
    drawn.push((await threadTime()) - before);
    if (hash !== `#/diff/${head}/${base}`) await page.evaluate(`location.hash = '#/'`);
    await page.waitForTimeout(300);
  }
  print('click to a diff of 1,000 cells, half of them changed', describe(opened), {
    text: '< 1,000 ms',
    met: Math.max(...opened) < 1000,
  });
  print('of it, the request', describe(asked));
  print("of it, the page's own thread", describe(drawn));
  const still = await threadTime();
  const frames = await page.evaluate<number[]>(SCROLL);
  const worked = ((await threadTime()) - still) / FRAMES;
  print("the page's own thread, a frame scrolled by 60 pixels", `${worked.toFixed(1)} ms`, {
    text: '< 16 ms',
    met: worked < 16,
  });
  print('a frame while that diff is scrolled', describe(frames), {
    text: 'p95 < 50 ms',
    met: quantile(frames, 0.95) < 50,
  });
});
