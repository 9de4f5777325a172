import type { LiveRun } from '../../contract/live.js';
import type { HistoryRow } from '../../contract/history.js';

/** A series of executions that goes on, or has just ended; `started` in milliseconds since 1970. */
export interface RunningBurst {
  readonly started: number;
  /** How many cells have run or run now. */
  readonly cells: number;
  /** False in the moment between the last cell and the version that is kept of it. */
  readonly isRunning: boolean;
}

/** A run without anything logged to it for so long goes on only while cells run, in milliseconds: its kernel may have died. */
const SILENCE_MS = 5 * 60_000;
/** By how much the clocks of the browser and the server may differ. */
const SKEW_MS = 10_000;

/** Whether a run goes on, as far as one can tell: nobody says that of a run whose kernel has died, and its state stays. */
export function isGoingOn(
  run: LiveRun,
  { now, burst }: { readonly now: number; readonly burst: RunningBurst | undefined },
): boolean {
  if (run.status !== 'running') return false;
  if (now - run.changed < SILENCE_MS) return true;
  return burst?.isRunning === true && run.start >= burst.started - SKEW_MS;
}

/** What stands above the versions, and in the newest of them. */
export interface GoingOn {
  /** The runs above: those that go on, then those that have ended and that no version shows yet. */
  readonly above: readonly string[];
  /** Cells run, or the version of those that ran is about to come. */
  readonly burst: boolean;
  /** The runs of the newest version that still go on: it shows them itself. */
  readonly within: readonly string[];
}

export const NOTHING_GOES_ON: GoingOn = { above: [], burst: false, within: [] };

/** What goes on, before it is laid out with the versions. */
export interface Going {
  readonly runs: readonly (Pick<LiveRun, 'id' | 'start' | 'made'> & {
    readonly isOver: boolean;
  })[];
  readonly burst: 'running' | 'over' | undefined;
}

/**
 * Lays what goes on beside the versions, so that nothing moves when it ends: a run stands above them until the newest version has it,
 * and then in that version's place. What ends without a new version stays until the next one comes.
 */
export class GoingOnLayout {
  #going: Going = { runs: [], burst: undefined };
  /** The newest version at the time that something ended, by the id of a run; "" is the burst. */
  readonly #ended = new Map<string, string | undefined>();

  /** Takes what goes on now; `newest` is the newest version that is shown. */
  take(going: Going, newest: HistoryRow | undefined): void {
    this.#going = going;
    const over = new Set(going.runs.flatMap(({ id, isOver }) => (isOver ? [id] : [])));
    if (going.burst === 'over') over.add('');
    for (const id of this.#ended.keys()) if (!over.has(id)) this.#ended.delete(id);
    for (const id of over) if (!this.#ended.has(id)) this.#ended.set(id, newest?.id);
  }

  layOut(newest: HistoryRow | undefined): GoingOn {
    const claimed = new Map(newest?.runs.map(({ id, status }) => [id, status]));
    const isPast = (id: string): boolean =>
      this.#ended.has(id) && this.#ended.get(id) !== newest?.id;
    const above: string[] = [];
    const within: string[] = [];
    for (const run of this.#going.runs) {
      const { id, isOver } = run;
      const status = claimed.get(id);
      if (status !== undefined) {
        if (!isOver && status === 'running') within.push(id);
      } else if (this.#going.burst === undefined && willClaim(newest, run)) within.push(id);
      else if (!isOver || !isPast(id)) above.push(id);
    }
    const burst = this.#going.burst === 'running' || (this.#going.burst === 'over' && !isPast(''));
    return { above, burst, within };
  }
}

/** Whether a run that began after a version was kept will be that version's: a thread of one of its cells has made it. */
function willClaim(version: HistoryRow | undefined, run: Going['runs'][number]): boolean {
  if (version === undefined || run.start < Date.parse(version.time)) return false;
  return run.made.some(({ cell, count }) =>
    version.executions.some((ran) => ran.cell === cell && (count === null || count === ran.count)),
  );
}
