import type { CellarEvent } from '../../contract/events.js';
import type { Progress } from '../../contract/progress.js';
import type { Intake } from '../store/artifacts/artifacts.js';

/** What is told of once its intake has lasted this long. */
const QUIET_MS = 1_000;
const EVERY_MS = 250;

/** Who follows the intake of files, and what ends it. */
export interface Watch {
  readonly report?: ((progress: Progress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Makes the intake of one file by its name. */
export type ToIntake = (file: string) => Intake;

/** What the intake of files needs from those who open the workspace. */
export interface IntakeParts {
  readonly events?: { emit(event: CellarEvent): void };
  /** Aborted when the workspace is about to be closed. */
  readonly ending?: AbortSignal;
}

/**
 * Follows the files of one notebook: whoever asked is told at once, everybody who listens of what lasts over a second, four times a
 * second at most. It ends with the workspace, or when whoever asked is gone.
 */
export function watchIntake(parts: IntakeParts, path: string, watch: Watch = {}): ToIntake {
  const signals = [parts.ending, watch.signal].filter((signal) => signal !== undefined);
  const signal = signals.length === 0 ? undefined : AbortSignal.any(signals);
  return (file) => {
    let next = performance.now() + QUIET_MS;
    let told = false;
    return {
      signal,
      report: (progress) => {
        watch.report?.(progress);
        const { done, total } = progress;
        const isLast = done === total;
        if (performance.now() < next && !(told && isLast)) return;
        told = true;
        next = performance.now() + EVERY_MS;
        parts.events?.emit({ kind: 'progress', path, file, what: progress.what, done, total });
      },
    };
  };
}
