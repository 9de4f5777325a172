import { expect } from 'vitest';

import { Chance } from '../../fuzz/mutate.js';
import { makeSources } from '../import-source.js';
import { ROWS, SEED, STRIDE } from '../options.js';
import { inFolder } from '../proof.js';
import { actsOfLife, countCalls, liveThrough, type Trouble } from './trouble.js';

/** Of a kind of call of which there are few, at least so many are tried. */
const LEAST = 8;
/** In a row, trouble comes again after so many calls at least, and at most so many more. */
const PAUSE = { least: 30, more: 90 };

/**
 * Tries trouble at every STRIDEth call that it could befall, each in a life of its own, from one on that the seed chooses; and, unless
 * it lasts, in rows, where it comes again and again in one life.
 */
export async function tryTrouble(trouble: Trouble): Promise<void> {
  const start = performance.now();
  const chance = new Chance(SEED);
  await inFolder(async (folder) => {
    const acts = actsOfLife(makeSources(folder, 1, 2));
    const calls = await countCalls(trouble, acts);
    const stride = Math.max(1, Math.min(STRIDE, Math.floor(calls / LEAST)));
    let alone = 0;
    for (let at = chance.below(stride); at < calls; at += stride)
      if ((await liveThrough(trouble, { at }, acts)) > 0) alone += 1;
    let inRows = 0;
    for (let row = 0; row < ROWS && !trouble.lasting; row += 1) {
      const again = Math.min(PAUSE.least + chance.below(PAUSE.more), Math.ceil(calls / 2));
      inRows += await liveThrough(trouble, { at: chance.below(again), again }, acts);
    }
    const seconds = Math.round((performance.now() - start) / 1000);
    console.log(
      `errors: ${trouble.name}: ${alone} of ${calls} calls, ${inRows} in rows, ${seconds} s, seed ${SEED}`,
    );
    expect(alone).toBeGreaterThan(calls / stride / 2);
  });
}
