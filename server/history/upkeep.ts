const TICK_MS = 1_000;

/** Something that a server does by itself, when nobody waits for it. */
export interface UpkeepJob {
  readonly name: string;
  /** May take minutes; one that is not runs beside it. */
  readonly long?: boolean;
  /** Runs once the workspace has been quiet for so many milliseconds after a change, or after the start. */
  readonly idle?: number;
  /** Runs when so many milliseconds have passed since it last ran, or since the start. */
  readonly every?: number;
  /** Asked when its time has come; false leaves it for the next. */
  readonly isDue?: () => boolean | Promise<boolean>;
  /** Ends early, with whatever is done being whole, when the signal is aborted. */
  run(signal: AbortSignal): Promise<void>;
}

export interface UpkeepOptions {
  /** A figure that changes with every change of the workspace, e.g. the last number. */
  readonly activity: () => number;
  readonly report: (error: unknown) => void;
  /** Milliseconds that only go on, whatever is done to the clock; by default the process's. */
  readonly now?: () => number;
  /** How often it looks, in milliseconds. */
  readonly tick?: number;
}

export interface Upkeep {
  /** Runs every job whose time has come: the long ones one after another, and beside them the others one after another. */
  look(): Promise<void>;
  /** Ends the jobs that run, and runs no more; resolves when they have ended. */
  stop(): Promise<void>;
}

interface Scheduled {
  readonly job: UpkeepJob;
  ranAt: number;
  /** The activity that it ran after; undefined before its first run. */
  seen: number | undefined;
}

/**
 * Starts to look after a workspace: never two long jobs at a time, nor two of the others, those first in the list first. A job that
 * fails is reported.
 */
export function startUpkeep(jobs: readonly UpkeepJob[], options: UpkeepOptions): Upkeep {
  const now = options.now ?? (() => performance.now());
  const { activity, report } = options;
  const start = now();
  // What was written before the start, e.g. by a command, may have left work for each of them.
  const scheduled = jobs.map((job): Scheduled => ({ job, ranAt: start, seen: undefined }));
  const stopping = new AbortController();
  let last = { activity: activity(), at: start };

  const isTime = ({ job, ranAt, seen }: Scheduled): boolean => {
    const quiet = now() - last.at;
    const isIdle = job.idle !== undefined && last.activity !== seen && quiet >= job.idle;
    return isIdle || (job.every !== undefined && now() - ranAt >= job.every);
  };

  const runOne = async (each: Scheduled): Promise<void> => {
    each.seen = last.activity;
    try {
      if ((await each.job.isDue?.()) ?? true) await each.job.run(stopping.signal);
    } catch (error) {
      if (!stopping.signal.aborted) report(error);
    }
    each.ranAt = now();
  };

  const lookAt = async (lane: readonly Scheduled[]): Promise<void> => {
    for (const each of lane) {
      if (stopping.signal.aborted) return;
      const current = activity();
      if (current !== last.activity) last = { activity: current, at: now() };
      if (isTime(each)) await runOne(each);
    }
  };

  const toLane = (isLong: boolean): (() => Promise<void>) => {
    const lane = scheduled.filter(({ job }) => (job.long ?? false) === isLong);
    let looking: Promise<void> | undefined;
    return () => {
      looking ??= lookAt(lane).finally(() => {
        looking = undefined;
      });
      return looking;
    };
  };

  const lanes = [toLane(false), toLane(true)];
  const look = async (): Promise<void> => {
    await Promise.all(lanes.map((lookAtLane) => lookAtLane()));
  };

  const timer = setInterval(() => void look(), options.tick ?? TICK_MS).unref();
  return {
    look,
    stop: async () => {
      clearInterval(timer);
      stopping.abort();
      await look();
    },
  };
}
