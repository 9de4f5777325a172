import { join } from 'node:path';

import { expect } from 'vitest';

import { Chance } from '../../fuzz/mutate.js';
import { buildChild } from '../children.js';
import { makeSources } from '../import-source.js';
import { ROWS, SEED, STRIDE } from '../options.js';
import { inFolder } from '../proof.js';
import { Crew } from './crew.js';
import { LIVES, type Trial } from './trouble.js';
import type { Trouble } from './troubles.js';

/** Of a kind of call of which there are few, at least so many are tried. */
const LEAST = 8;
/** In a row, trouble comes again after so many calls at least, and at most so many more. */
const PAUSE = { least: 30, more: 90 };

/**
 * Tries trouble at every STRIDEth call that it could befall, each in a life of its own, from one on that the seed chooses; and, unless
 * it lasts, in rows, where it comes again and again in one life.
 */
export async function tryTrouble(trouble: Trouble): Promise<void> {
  await inFolder(async (folder) => {
    const crew = new Crew(await buildChild('errors/worker.ts', join(folder, 'program')));
    try {
      const sources = makeSources(join(folder, 'sources'), 1, 2);
      for (const life of LIVES) await tryIn(crew, trouble, { life, sources });
    } finally {
      crew.close();
    }
  });
}

async function tryIn(
  crew: Crew,
  trouble: Trouble,
  what: Pick<Trial, 'life' | 'sources'>,
): Promise<void> {
  const start = performance.now();
  const trial = { ...what, trouble: trouble.name };
  const [whole] = await crew.run([{ ...trial, at: Number.MAX_SAFE_INTEGER }]);
  const calls = whole?.calls ?? 0;
  const chance = new Chance(SEED);
  const stride = Math.max(1, Math.min(STRIDE, Math.floor(calls / LEAST)));
  const alone: Trial[] = [];
  for (let at = chance.below(stride); at < calls; at += stride) alone.push({ ...trial, at });
  const rows = Array.from({ length: trouble.lasting ? 0 : ROWS }, (): Trial => {
    const again = Math.min(PAUSE.least + chance.below(PAUSE.more), Math.ceil(calls / 2));
    return { ...trial, at: chance.below(again), again };
  });
  // Which calls are made differs a little with the machine's pace: the last ones may not come.
  const struck = (await crew.run(alone)).filter((each) => each.struck > 0).length;
  const inRows = (await crew.run(rows)).reduce((sum, each) => sum + each.struck, 0);
  const seconds = Math.round((performance.now() - start) / 1000);
  console.log(
    `errors: ${trouble.name}, ${what.life}: at ${struck} of ${calls} calls, ${inRows} more in ${rows.length} rows, ${seconds} s, seed ${SEED}`,
  );
  expect(struck).toBeGreaterThan(alone.length * 0.9 - 2);
}
