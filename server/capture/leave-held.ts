import type { ReadyRun } from './attach.js';
import type { Warning } from './warning.js';

/** Why a run's file may not become other bytes, in words for a person; undefined where it may. */
export type WhyHeld = (run: string, name: string, sha256: string) => Promise<string | undefined>;

/** Runs as they may be kept, and what is told of them. */
interface Free {
  readonly runs: readonly ReadyRun[];
  readonly warnings: readonly Warning[];
}

/**
 * Runs without the files that would replace what must stay: a cell may name any run as the one that it adds to. Without `whyHeld` all
 * of them may come in.
 */
export async function leaveHeld(
  whyHeld: WhyHeld | undefined,
  runs: readonly ReadyRun[],
  warnings: readonly Warning[],
): Promise<Free> {
  if (whyHeld === undefined) return { runs, warnings };
  const held: Warning[] = [];
  const free: ReadyRun[] = [];
  for (const run of runs) {
    const artifacts: ReadyRun['artifacts'][number][] = [];
    for (const artifact of run.artifacts) {
      const reason = await whyHeld(run.draft.id, artifact.name, artifact.sha256);
      if (reason === undefined) artifacts.push(artifact);
      else
        held.push({
          code: 'artifact_left_out',
          message: `${reason} The version is kept without it.`,
        });
    }
    free.push({ ...run, artifacts });
  }
  return { runs: free, warnings: [...warnings, ...held] };
}
