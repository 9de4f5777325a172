import { KEEP } from './keep-task.js';
import type { Pool } from './pool.js';
import { toMovable } from './task.js';

const TIME_BOX_MS = 20_000;
/** Up to here, in bytes and code units, a thread would only cost time. */
const SMALL = 64 * 1024;

/** What `keepBytes` makes of a file and what an editor holds in its place, on a thread where that is large. */
export async function keepEdited(
  pool: Pool,
  asked: {
    readonly file: Uint8Array | undefined;
    readonly content: string;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<Uint8Array> {
  const { file, content, signal } = asked;
  if (content.length <= SMALL && (file?.length ?? 0) <= SMALL) {
    const { run } = await import('./keep.task.js');
    return (await run({ file, content })).value;
  }
  const own = file === undefined ? undefined : toMovable(file);
  return pool.run(KEEP, {
    input: () =>
      Promise.resolve({
        value: { file: own, content },
        transfer: own === undefined ? [] : [own.buffer],
      }),
    timeBox: TIME_BOX_MS,
    signal,
  });
}
