import { describe, test } from 'vitest';

import { SEED, STRIDE } from '../options.js';
import { tryTrouble } from './try-trouble.js';
import { FULL } from './troubles.js';

describe(`trouble with the disk (seed ${SEED}, every ${STRIDE}th call)`, () => {
  for (const trouble of FULL)
    test(`${trouble.name} loses nothing acknowledged, and work goes on after it`, async () => {
      await tryTrouble(trouble);
    });
});
