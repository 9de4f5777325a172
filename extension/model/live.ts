import type { CellarEvent } from '../../contract/events.js';
import type { LiveRun } from '../../contract/live.js';
import type { Client } from '../client/client.js';
import type { Subscription } from '../client/events.js';
import { isClientError } from '../client/errors.js';
import { CoursesModel } from './courses.js';
import { isGoingOn, type Going, type RunningBurst } from './going-on.js';
import { Pace } from './pace.js';
import { share } from './share.js';
import { Store } from './store.js';

/** Whose runs are looked for. */
export interface LivePlace {
  readonly path: string | undefined;
  /** The notebook's id; undefined while nothing of it was kept. */
  readonly notebook: string | undefined;
  /** Jupyter's id of the kernel that it has now. */
  readonly kernel: string | undefined;
  /** The metric that it is read by; undefined while none is chosen. */
  readonly metric: string | undefined;
}

export interface ShownRun extends LiveRun {
  /** It has ended, or nothing was heard of it for long. */
  readonly isOver: boolean;
}

export interface LiveState {
  /** Those that go on, then those that have ended since; in each the last that began first. */
  readonly runs: readonly ShownRun[];
  /** How many more go on. */
  readonly more: number;
  readonly burst: RunningBurst | undefined;
}

/** Twice a second at most, which is as often as the server tells of them. */
const PAUSE_MS = 400;
/** A short burst is over before anybody has read that it goes on. */
const SHORT_MS = 700;
/** How long the version of a burst may take to be listed once it is kept. */
const LISTED_MS = 2_000;
/** How often it is thought over whether what is silent still goes on. */
const RENEW_MS = 30_000;
const MOST_ENDED = 20;

const NOTHING: LiveState = { runs: [], more: 0, burst: undefined };

/** What goes on in one notebook: its runs with their latest values, and the cells that run. It follows the server's events. */
export class LiveModel extends Store<LiveState> {
  readonly courses: CoursesModel;
  readonly #client: Pick<Client, 'live' | 'events'>;
  readonly #events: Subscription;
  readonly #pace = new Pace(() => this.#ask(), PAUSE_MS);
  #place: LivePlace = {
    ...{ path: undefined, notebook: undefined, kernel: undefined, metric: undefined },
  };
  /** Runs as the server told them last. */
  #runs: readonly LiveRun[] = [];
  /** Runs whose kernel has died, with when something was logged to them last. */
  readonly #lost = new Map<string, number>();
  /** How far the server's clock is ahead, in milliseconds. */
  #ahead = 0;
  #burst: RunningBurst | undefined;
  #shortTimer: ReturnType<typeof setTimeout> | undefined;
  #listedTimer: ReturnType<typeof setTimeout> | undefined;
  readonly #renewTimer: ReturnType<typeof setInterval>;
  #asked = new AbortController();

  constructor(client: Pick<Client, 'live' | 'course' | 'events'>) {
    super(NOTHING);
    this.#client = client;
    this.courses = new CoursesModel(client);
    this.#events = client.events((event) => {
      this.#hear(event);
    });
    this.#renewTimer = setInterval(() => {
      if (this.#runs.length > 0) this.#tell();
    }, RENEW_MS);
  }

  /** Looks at another notebook, or the same with another kernel. */
  show(place: LivePlace): void {
    const before = this.#place;
    this.#place = place;
    if (before.path !== place.path) {
      this.#forget();
      this.#burst = undefined;
      this.#stopTimers();
      this.update(NOTHING);
    }
    const { notebook, kernel, metric } = place;
    if (before.notebook !== notebook || before.kernel !== kernel || before.metric !== metric)
      this.#pace.wish();
  }

  /** Nothing is asked for while nobody sees it. */
  setShown(isShown: boolean): void {
    this.#pace.hold(!isShown);
    if (isShown) this.#pace.wish();
  }

  /** What the notebook's cells do; undefined once what they did is kept, or is not to be. */
  setBurst(burst: RunningBurst | undefined): void {
    const before = this.#burst;
    if (burst === before) return;
    this.#burst = burst;
    if (burst !== undefined && burst.started !== before?.started)
      // What has ended before is of no interest any more.
      this.#runs = this.#runs.filter((run) => !this.#isOver(run));
    this.#showBurst(burst);
    this.#tell();
  }

  #showBurst(burst: RunningBurst | undefined): void {
    const shown = this.state.burst;
    if (shown === undefined) {
      if (burst?.isRunning !== true) return;
      this.#shortTimer ??= setTimeout(() => {
        this.#shortTimer = undefined;
        if (this.#burst?.isRunning === true) this.update({ burst: this.#burst });
      }, SHORT_MS);
      return;
    }
    clearTimeout(this.#listedTimer);
    if (burst !== undefined) {
      this.update({ burst: share(shown, burst) });
      return;
    }
    this.update({ burst: { ...shown, isRunning: false } });
    this.#listedTimer = setTimeout(() => {
      this.update({ burst: undefined });
    }, LISTED_MS);
  }

  /** The notebook's kernel was restarted or has died: what ran in it does not go on. */
  kernelGone(): void {
    for (const { id, changed, status } of this.#runs)
      if (status === 'running') this.#lost.set(id, changed);
    this.#tell();
  }

  /** Whether there is something to lay out beside the versions. */
  get going(): Going {
    const { runs, burst } = this.state;
    return {
      runs: runs.map(({ id, start, made, isOver }) => ({ id, start, made, isOver })),
      burst: burst === undefined ? undefined : burst.isRunning ? 'running' : 'over',
    };
  }

  /** Ends requests and the subscription. */
  dispose(): void {
    clearInterval(this.#renewTimer);
    this.#stopTimers();
    this.#asked.abort();
    this.#pace.dispose();
    this.courses.dispose();
    this.#events.dispose();
  }

  #stopTimers(): void {
    clearTimeout(this.#shortTimer);
    clearTimeout(this.#listedTimer);
    this.#shortTimer = undefined;
  }

  #hear(event: CellarEvent): void {
    switch (event.kind) {
      case 'runs':
        if (event.runs.some((run) => this.#isMine(run))) this.#pace.wish();
        return;
      case 'purged':
        // A name may be what was purged.
        this.#forget();
        this.#tell();
        this.#pace.wish();
        return;
      case 'workspace':
      case 'snapshot':
      case 'notebook':
        if (this.#runs.length > 0 || event.kind === 'workspace') this.#pace.wish();
        return;
      case 'generation':
      case 'links':
      case 'progress':
      case 'registry':
    }
  }

  #isMine({
    run,
    notebook,
    kernels,
  }: Extract<CellarEvent, { kind: 'runs' }>['runs'][number]): boolean {
    const place = this.#place;
    if (notebook !== null && notebook === place.notebook) return true;
    if (place.kernel !== undefined && kernels.includes(place.kernel)) return true;
    return this.#runs.some(({ id }) => id === run);
  }

  #forget(): void {
    this.#asked.abort();
    this.#asked = new AbortController();
    this.#runs = [];
    this.#lost.clear();
    this.courses.want([]);
  }

  async #ask(): Promise<void> {
    const { notebook, kernel, metric } = this.#place;
    const runs = this.#runs.map(({ id }) => id).slice(0, MOST_ENDED);
    if (notebook === undefined && kernel === undefined && runs.length === 0) return;
    const { signal } = this.#asked;
    try {
      const live = await this.#client.live({ notebook, kernel, metric, runs }, signal);
      if (signal.aborted) return;
      this.#ahead = live.now - Date.now();
      // One that had ended before anybody looked is a version's already.
      const known = new Set(runs);
      const found = live.runs.filter((run) => known.has(run.id) || !this.#isOver(run));
      this.#runs = share(this.#runs, found);
      this.#tell(live.more);
    } catch (error) {
      // The panel says that the server is away; the values stand until it is back.
      if (!signal.aborted && !isClientError(error)) throw error;
    }
  }

  #isOver(run: LiveRun): boolean {
    const lost = this.#lost.get(run.id);
    if (lost !== undefined && run.changed <= lost) return true;
    return !isGoingOn(run, { now: Date.now() + this.#ahead, burst: this.#burst });
  }

  #tell(more = this.state.more): void {
    const all = this.#runs.map((run): ShownRun => ({ ...run, isOver: this.#isOver(run) }));
    const sorted = [...all.filter(({ isOver }) => !isOver), ...all.filter(({ isOver }) => isOver)];
    this.courses.want(
      sorted
        .slice(0, MOST_LINES)
        .flatMap(({ id, metrics: [main], isOver }) =>
          main === undefined ? [] : [{ run: id, name: main.name, last: main, isOver }],
        ),
    );
    this.update({ runs: share(this.state.runs, sorted), more });
  }
}

/** So many runs have a line of their own. */
export const MOST_LINES = 3;
