import type { CellarEvent } from '../../contract/events.js';
import type { Lineage, LineageNode } from '../../contract/lineage.js';
import { MAX_LIVE_METRICS } from '../../contract/live.js';
import type { RunPage } from '../../contract/run.js';
import type { Client } from '../client/client.js';
import type { Subscription } from '../client/events.js';
import { CoursesModel } from './courses.js';
import { withValues } from './lineage-values.js';
import { Pace } from './pace.js';
import { toProblem, type Problem } from './problem.js';
import { share } from './share.js';
import { Store } from './store.js';

export interface LineageState {
  /** What it is about, as it was asked for. */
  readonly node: string;
  /** Of a run: the cell to go to. */
  readonly cell?: string | undefined;
  readonly busy: boolean;
  /** What was loaded last; it stays while something else is loaded. */
  readonly graph?: Lineage | undefined;
  /** Of a run: all that is known of it. */
  readonly run?: RunPage | undefined;
  readonly problem?: Problem | undefined;
  /** Since when the server does not answer, in milliseconds since 1970; what is shown is as of then. */
  readonly away?: number | undefined;
}

/** Values come twice a second at most; all that is known of a run is asked for less often, since it is much. */
const VALUES_MS = 400;
const FACTS_MS = 1_000;

/** Where something comes from, and what came of it. It follows what becomes of it until it is disposed of. */
export class LineageModel extends Store<LineageState> {
  readonly courses: CoursesModel;
  readonly #client: Pick<Client, 'lineage' | 'run' | 'live' | 'events'>;
  readonly #facts = new Pace(() => this.#refresh(), FACTS_MS);
  readonly #values = new Pace(() => this.#askValues(), VALUES_MS);
  #events: Subscription | undefined;
  #asked = new AbortController();

  constructor(
    client: Pick<Client, 'lineage' | 'run' | 'live' | 'course' | 'events'>,
    node: string,
    cell?: string,
  ) {
    super({ node, cell, busy: false });
    this.#client = client;
    this.courses = new CoursesModel(client);
  }

  /** Shows another node. */
  async show(node: string, cell?: string): Promise<void> {
    this.#listen();
    this.#asked.abort();
    const asked = new AbortController();
    this.#asked = asked;
    const { signal } = asked;
    this.update({ node, cell, busy: true, problem: undefined });
    try {
      const found = await this.#find(signal);
      if (!signal.aborted) this.update({ ...found, busy: false });
    } catch (error) {
      if (!signal.aborted) this.update({ busy: false, problem: toProblem(error) });
    }
  }

  load(): Promise<void> {
    return this.show(this.state.node, this.state.cell);
  }

  /** Nothing is asked for while nobody sees it. */
  setShown(isShown: boolean): void {
    this.#facts.hold(!isShown);
    this.#values.hold(!isShown);
  }

  dispose(): void {
    this.#asked.abort();
    this.#facts.dispose();
    this.#values.dispose();
    this.courses.dispose();
    this.#events?.dispose();
    this.#events = undefined;
  }

  #listen(): void {
    this.#events ??= this.#client.events(
      (event) => {
        this.#hear(event);
      },
      (isAway) => {
        this.update({ away: isAway ? Date.now() : undefined });
      },
    );
  }

  #hear(event: CellarEvent): void {
    const { graph, run } = this.state;
    switch (event.kind) {
      case 'runs': {
        const mine = event.runs.find((each) => `run:${each.run}` === graph?.focus);
        if (mine?.what === 'facts') this.#facts.wish();
        else if (mine?.what === 'values') this.#values.wish();
        return;
      }
      case 'purged':
        // What was loaded may hold what is purged: it goes at once.
        this.update({ graph: undefined, run: undefined });
        void this.load();
        return;
      case 'notebook':
        // A run that goes on tells this each second, and all of it by itself.
        if (run?.status !== 'running') this.#facts.wish();
        return;
      case 'snapshot':
      case 'workspace':
      case 'links':
      case 'registry':
        this.#facts.wish();
        return;
      case 'generation':
      case 'progress':
    }
  }

  async #find(signal: AbortSignal): Promise<Pick<LineageState, 'graph' | 'run' | 'problem'>> {
    const { node } = this.state;
    const graph = await this.#client.lineage({ node }, signal);
    const run = graph.focus.startsWith('run:')
      ? await this.#client.run(graph.focus.slice('run:'.length), signal)
      : undefined;
    const { state } = this;
    return { graph: share(state.graph, graph), run: share(state.run, run), problem: undefined };
  }

  /** Asks again for what is shown; what is shown stays when that fails, and whoever listens to the server hears that it is away. */
  async #refresh(): Promise<void> {
    const { busy, graph } = this.state;
    if (busy || graph === undefined) return;
    const { signal } = this.#asked;
    try {
      const found = await this.#find(signal);
      if (!signal.aborted) this.update(found);
    } catch (error) {
      const problem = toProblem(error);
      if (!signal.aborted && problem.kind !== 'away') this.update({ problem });
    }
  }

  async #askValues(): Promise<void> {
    const { run: before } = this.state;
    if (before === undefined) return;
    const { signal } = this.#asked;
    try {
      const asked = { runs: [before.id], metrics: MAX_LIVE_METRICS };
      const [live] = (await this.#client.live(asked, signal)).runs;
      const { graph, run } = this.state;
      if (signal.aborted || graph === undefined || run?.id !== before.id) return;
      const next = live === undefined ? undefined : withValues({ graph, run }, live);
      if (next === undefined) this.#facts.wish();
      else this.update(next);
    } catch {
      // The server is away, and all is asked for again once it is back.
    }
  }
}

/** The node that a graph is about; undefined while nothing is loaded. */
export function focusOf(graph: Lineage | undefined): LineageNode | undefined {
  return graph?.nodes.find(({ id }) => id === graph.focus);
}
