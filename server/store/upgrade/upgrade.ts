import { MAIN } from '../create.js';
import { readFormat, STORE_FORMAT, type Format } from '../format.js';
import { keepBefore } from './keep-before.js';
import type { Step, UpgradeParts } from './step.js';
import { toFormat2 } from './to-format-2.js';

const STEPS: readonly Step[] = [toFormat2];

/**
 * Brings a store of an earlier format to this Cellar's, having first put aside what would be needed to go back. Whenever it is
 * ended, the store has the format before or after a step. Throws store_newer, store_damaged.
 */
export async function upgradeStore(parts: UpgradeParts): Promise<Format> {
  const { repository, now } = parts;
  const found = await readFormat(repository, MAIN);
  if (found.format >= STORE_FORMAT) return found;
  await keepBefore(parts, found.format);
  for (const step of STEPS) {
    if (step.to <= found.format) continue;
    await repository.commit({
      ref: MAIN,
      edits: await step.prepare(parts),
      facts: {
        author: { name: 'Cellar', email: 'cellar@localhost' },
        time: now(),
        subject: `Upgrade the store to format ${step.to}`,
        trailers: new Map(),
      },
    });
  }
  return readFormat(repository, MAIN);
}
