import type { NotebookSource } from './compare.js';
import type { Pool } from './pool.js';
import { toMovable } from './task.js';
import { FIND_VALUE } from './value-task.js';

const TIME_BOX_MS = 20_000;

/** Looks for a value of notebooks by its hash, on a thread; its text in UTF-8, undefined where none has it. */
export function findValueIn(
  pool: Pool,
  sources: readonly NotebookSource[],
  hash: string,
): Promise<Uint8Array | undefined> {
  return pool.run(FIND_VALUE, {
    input: async () => {
      const notebooks = await Promise.all(
        sources.map(async (source) => ({
          bytes: toMovable(await source.read()),
          path: source.path,
        })),
      );
      return {
        value: { notebooks, hash },
        transfer: notebooks.map(({ bytes }) => bytes.buffer),
      };
    },
    timeBox: TIME_BOX_MS,
  });
}
