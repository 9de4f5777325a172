import type { CellarEvent } from '../../contract/events.js';
import type { Progress } from '../../contract/progress.js';
import type { Intake } from '../store/artifacts/artifacts.js';
import { Intakes, isCancelled } from './intakes.js';

/** What is told of once its intake has lasted this long. */
const QUIET_MS = 1_000;
const EVERY_MS = 250;

/** Who follows the intake of files, and what ends it. */
export interface Watch {
  readonly report?: ((progress: Progress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The intake of the files of one notebook. */
export interface FileIntakes {
  /** Ends all of them. */
  readonly signal: AbortSignal | undefined;
  /** Every name of those that a person has ended here. */
  readonly leftOut: ReadonlySet<string>;
  /** Runs the intake of one file by its name, and the other name by which it may be found. Throws cancelled when a person ends it. */
  run<Result>(
    names: readonly [string, ...string[]],
    work: (intake: Intake) => Promise<Result>,
  ): Promise<Result>;
}

/** What the intake of files needs from those who open the workspace. */
export interface IntakeParts {
  readonly events?: { emit(event: CellarEvent): void };
  /** Aborted when the workspace is about to be closed. */
  readonly ending?: AbortSignal;
  /** Without it nobody can end the intake of a single file. */
  readonly intakes?: Intakes;
}

/**
 * Follows the files of one notebook: whoever asked is told at once, everybody who listens of what lasts over a second, four times a
 * second at most, and of its end. All of them end with the workspace, or when whoever asked is gone.
 */
export function watchIntake(parts: IntakeParts, path: string, watch: Watch = {}): FileIntakes {
  const { intakes = new Intakes() } = parts;
  const signal = anyOf([parts.ending, watch.signal]);
  const leftOut = new Set<string>();
  return {
    signal,
    leftOut,
    run: async (names, work) => {
      const teller = tell(parts, path, names[0]);
      const report = (progress: Progress): void => {
        watch.report?.(progress);
        teller.report(progress);
      };
      try {
        return await intakes.run(path, names, (own) =>
          work({ report, signal: anyOf([signal, own]) }),
        );
      } catch (error) {
        if (isCancelled(error)) for (const name of names) leftOut.add(name);
        throw error;
      } finally {
        teller.end();
      }
    },
  };
}

/** Tells those who listen how far a file is, once that takes a while. */
function tell(
  parts: IntakeParts,
  path: string,
  file: string,
): { readonly report: (progress: Progress) => void; readonly end: () => void } {
  let next = performance.now() + QUIET_MS;
  let last: Progress | undefined;
  let told = false;
  const emit = ({ what, done, total }: Progress, ended: boolean): void => {
    parts.events?.emit({ kind: 'progress', path, file, what, done, total, ended });
  };
  return {
    report: (progress) => {
      last = progress;
      if (performance.now() < next) return;
      told = true;
      next = performance.now() + EVERY_MS;
      emit(progress, false);
    },
    end: () => {
      if (told && last !== undefined) emit(last, true);
    },
  };
}

function anyOf(signals: readonly (AbortSignal | undefined)[]): AbortSignal | undefined {
  const present = signals.filter((signal) => signal !== undefined);
  return present.length === 0 ? undefined : AbortSignal.any(present);
}
