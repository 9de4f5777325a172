const TICK_MS = 1_000;

/** Something that a server does by itself, when nobody waits for it. */
export interface UpkeepJob {
  readonly name: string;
  /** Runs once the workspace has been quiet for so many milliseconds after a change. */
  readonly idle?: number;
  /** Runs when so many milliseconds have passed since it last ran, or since the start. */
  readonly every?: number;
  /** True for one that is short and must not wait for those that are long: it runs beside them. */
  readonly isShort?: boolean;
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
  /** Runs every job whose time has come, unless it runs already. */
  look(): Promise<void>;
  /** Ends the jobs that run, and runs no more; resolves when they have ended. */
  stop(): Promise<void>;
}

interface Scheduled {
  readonly job: UpkeepJob;
  ranAt: number;
  /** The activity that it ran after. */
  seen: number;
}

/**
 * Starts to look after a workspace: never two long jobs at a time, those first in the list first; a short one waits for none. A job that
 * fails is reported.
 */
export function startUpkeep(jobs: readonly UpkeepJob[], options: UpkeepOptions): Upkeep {
  const now = options.now ?? (() => performance.now());
  const { activity, report } = options;
  const start = now();
  const scheduled = jobs.map((job): Scheduled => ({ job, ranAt: start, seen: activity() }));
  const long = scheduled.filter(({ job }) => job.isShort !== true);
  const lines = [long, ...scheduled.filter((each) => !long.includes(each)).map((each) => [each])];
  const stopping = new AbortController();
  let last = { activity: activity(), at: start };
  /** By the line of jobs that is looked through. */
  const looking = new Map<readonly Scheduled[], Promise<void>>();

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

  const lookThrough = async (line: readonly Scheduled[]): Promise<void> => {
    for (const each of line) {
      if (stopping.signal.aborted) return;
      const current = activity();
      if (current !== last.activity) last = { activity: current, at: now() };
      if (isTime(each)) await runOne(each);
    }
  };

  const look = async (): Promise<void> => {
    for (const line of lines) {
      if (looking.has(line)) continue;
      looking.set(
        line,
        lookThrough(line).finally(() => looking.delete(line)),
      );
    }
    await Promise.all(looking.values());
  };

  const timer = setInterval(() => void look(), options.tick ?? TICK_MS).unref();
  return {
    look,
    stop: async () => {
      clearInterval(timer);
      stopping.abort();
      await Promise.all(looking.values());
    },
  };
}
