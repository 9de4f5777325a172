import type { Lineage, LineageNode } from '../../contract/lineage.js';
import type { RunPage } from '../../contract/run.js';
import type { Client } from '../client/client.js';
import { toProblem, type Problem } from './problem.js';
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
}

/** Where something comes from, and what came of it. */
export class LineageModel extends Store<LineageState> {
  #asked = new AbortController();

  constructor(
    private readonly client: Pick<Client, 'lineage' | 'run'>,
    node: string,
    cell?: string,
  ) {
    super({ node, cell, busy: false });
  }

  /** Shows another node. */
  async show(node: string, cell?: string): Promise<void> {
    this.#asked.abort();
    const asked = new AbortController();
    this.#asked = asked;
    const { signal } = asked;
    this.update({ node, cell, busy: true, problem: undefined });
    try {
      const graph = await this.client.lineage({ node }, signal);
      const run = graph.focus.startsWith('run:')
        ? await this.client.run(graph.focus.slice('run:'.length), signal)
        : undefined;
      if (!signal.aborted) this.update({ graph, run, busy: false });
    } catch (error) {
      if (!signal.aborted) this.update({ busy: false, problem: toProblem(error) });
    }
  }

  load(): Promise<void> {
    return this.show(this.state.node, this.state.cell);
  }

  dispose(): void {
    this.#asked.abort();
  }
}

/** The node that a graph is about; undefined while nothing is loaded. */
export function focusOf(graph: Lineage | undefined): LineageNode | undefined {
  return graph?.nodes.find(({ id }) => id === graph.focus);
}
