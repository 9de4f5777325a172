import type { Progress } from '../../contract/progress.js';
import { CellarError } from '../errors.js';
import type { Store } from '../store/store.js';

/** An import that goes on. */
interface Running {
  readonly controller: AbortController;
  progress: Progress;
}

const importing = new WeakMap<Store, Running>();

/** How far the import into a store has come that goes on now; undefined when there is none. */
export function findImport(store: Store): Progress | undefined {
  return importing.get(store)?.progress;
}

/** Ends the import that goes on, if there is one; what it has brought in stays. */
export function cancelImport(store: Store): void {
  importing
    .get(store)
    ?.controller.abort(new CellarError('timed_out', 'The import was ended. What it had is kept.'));
}

/** How whoever asked for an import follows it. */
export interface ImportWatch {
  readonly report?: ((progress: Progress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Does an import, one at a time into a store, so that anybody can follow and end it. Throws store_busy while another goes on. */
export async function whileImporting<Result>(
  store: Store,
  first: Progress,
  watch: ImportWatch,
  work: (
    watch: Required<{ [Name in keyof ImportWatch]: NonNullable<ImportWatch[Name]> }>,
  ) => Promise<Result>,
): Promise<Result> {
  if (importing.has(store))
    throw new CellarError('store_busy', 'Another import is under way. Wait for its end.');
  const running: Running = { controller: new AbortController(), progress: first };
  importing.set(store, running);
  const own = running.controller.signal;
  try {
    return await work({
      signal: watch.signal === undefined ? own : AbortSignal.any([watch.signal, own]),
      report: (progress) => {
        running.progress = progress;
        watch.report?.(progress);
      },
    });
  } finally {
    importing.delete(store);
  }
}
