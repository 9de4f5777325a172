import { listTips, type CollectParts, type CollectRequest } from './collecting.js';
import { markFrom, type ReachParts } from './reach.js';

/** Runs work while nobody writes a commit, with everything marked that refs lead to by then. */
export type Quietly = <Result>(work: () => Promise<Result>) => Promise<Result>;

/** `tips` are what was marked from already. */
export function createQuiet(
  parts: CollectParts,
  reach: ReachParts,
  tips: readonly string[],
  { exclusively, signal }: Pick<CollectRequest, 'exclusively' | 'signal'>,
): Quietly {
  const known = new Set(tips);
  const follow = async (): Promise<void> => {
    const fresh = (await listTips(parts)).filter((tip) => !known.has(tip));
    await markFrom(reach, fresh);
    for (const tip of fresh) known.add(tip);
  };
  return async (work) => {
    // What is new by now is read before anybody has to wait for it.
    await follow();
    const both = async (): ReturnType<typeof work> => {
      await follow();
      return work();
    };
    return waitFor(exclusively, both, signal);
  };
}

/** Waits for a turn until the signal is aborted; work that has begun goes to its end. */
export function waitFor<Result>(
  turn: (work: () => Promise<Result>) => Promise<Result>,
  work: () => Promise<Result>,
  signal: AbortSignal,
): Promise<Result> {
  return new Promise((resolve, reject) => {
    let hasBegun = false;
    const end = (): void => {
      if (!hasBegun) reject(signal.reason as Error);
    };
    signal.addEventListener('abort', end, { once: true });
    turn(async () => {
      signal.throwIfAborted();
      hasBegun = true;
      return work();
    })
      .then(resolve, reject)
      .finally(() => {
        signal.removeEventListener('abort', end);
      });
  });
}
