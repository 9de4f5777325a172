import { pathTo } from '../../contract/routes.js';
import type { Address } from '../cli/address.js';
import { connectTo } from '../cli/connection.js';

const EVERY_MS = 10_000;
const PATIENCE_MS = 5_000;

/**
 * Asks a store's owner now and then whether it is well, for as long as something waits for its answer, which may take its time;
 * `dead` is called when it does not answer twice in a row. The result stops asking.
 */
export function watchOwner(address: Address, dead: () => void): () => void {
  const owner = connectTo(address, () => Promise.resolve());
  let missed = 0;
  const ask = async (): Promise<void> => {
    const answered = await owner
      .json({ path: pathTo('health'), patience: PATIENCE_MS })
      .then(() => true)
      .catch(() => false);
    missed = answered ? 0 : missed + 1;
    if (missed === 2) dead();
  };
  const timer = setInterval(() => void ask(), EVERY_MS).unref();
  return () => {
    clearInterval(timer);
  };
}
