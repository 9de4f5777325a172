import { CellarError } from '../../errors.js';

interface Turn {
  readonly controller: AbortController;
  readonly ended: Promise<unknown>;
}

/** Long work on the objects of repositories, by gitdir, in the order in which it was asked for. */
const turns = new Map<string, Turn[]>();

/** Does long work on a repository's objects after all that was asked for before. The signal it gets also ends it for `alone`. */
export function inTurn<Result>(
  gitdir: string,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const waiting = turns.get(gitdir) ?? [];
  turns.set(gitdir, waiting);
  const controller = new AbortController();
  const either = AbortSignal.any([signal, controller.signal]);
  const before = waiting.at(-1)?.ended ?? Promise.resolve();
  const result = before.then(async () => {
    either.throwIfAborted();
    return work(either);
  });
  const turn: Turn = {
    controller,
    ended: result
      .catch(() => undefined)
      .then(() => {
        waiting.splice(waiting.indexOf(turn), 1);
        if (waiting.length === 0 && turns.get(gitdir) === waiting) turns.delete(gitdir);
      }),
  };
  waiting.push(turn);
  return result;
}

/** Ends what is under way on a repository's objects with store_busy, and works before anything else does. */
export function alone<Result>(gitdir: string, work: () => Promise<Result>): Promise<Result> {
  const reason = new CellarError(
    'store_busy',
    `The history in ${gitdir} is being purged or mended, so that packing it, or freeing what nobody needs, was ended. Try again.`,
    { path: gitdir },
  );
  for (const { controller } of turns.get(gitdir) ?? []) controller.abort(reason);
  return inTurn(gitdir, new AbortController().signal, work);
}

/** Work that needs what refs led to when it began, by gitdir. */
const holds = new Map<string, Set<Promise<unknown>>>();

/** Does work for which whatever refs lead to when it begins has to stay until it ends, though they may be moved meanwhile. */
export async function whileHeld<Result>(
  gitdir: string,
  work: () => Promise<Result>,
): Promise<Result> {
  const held = holds.get(gitdir) ?? new Set();
  holds.set(gitdir, held);
  const result = work();
  const ended = result.catch(() => undefined);
  held.add(ended);
  try {
    return await result;
  } finally {
    held.delete(ended);
    if (held.size === 0 && holds.get(gitdir) === held) holds.delete(gitdir);
  }
}

/** Ends when all such work has ended that is under way now. */
export async function whenReleased(gitdir: string): Promise<void> {
  await Promise.all([...(holds.get(gitdir) ?? new Set())]);
}
