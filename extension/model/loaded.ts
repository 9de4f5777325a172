import { follow, type EventSource, type Following } from './following.js';
import { toProblem, type Problem } from './problem.js';
import { Store } from './store.js';

/** Something that is asked for, and asked for again when it may have changed. */
export interface LoadedState<Value> {
  /** Stays until the new one is there. */
  readonly value: Value | undefined;
  /** Why it could not be asked for. */
  readonly problem: Problem | undefined;
  /** Why what was done was refused. */
  readonly refused: Problem | undefined;
  readonly busy: boolean;
}

/** One answer of the server and what a person does to it. */
export class Loaded<Value> extends Store<LoadedState<Value>> {
  readonly #ask: () => Promise<Value>;
  readonly #following: Following;
  #asked = 0;

  constructor(source: EventSource, ask: () => Promise<Value>) {
    super({ value: undefined, problem: undefined, refused: undefined, busy: false });
    this.#ask = ask;
    const isAbout = (kind: string): boolean => !['progress', 'generation', 'runs'].includes(kind);
    this.#following = follow(source, isAbout, () => void this.load());
  }

  /** Asks, also again; of several answers the last one that was asked for counts. */
  async load(): Promise<void> {
    this.#asked += 1;
    const mine = this.#asked;
    try {
      const value = await this.#ask();
      if (mine === this.#asked) this.update({ value, problem: undefined });
    } catch (error) {
      if (mine === this.#asked) this.update({ problem: toProblem(error) });
    }
  }

  /** Does something and shows what came of it; true when it was done. */
  async act(work: () => Promise<unknown>): Promise<boolean> {
    this.update({ busy: true, refused: undefined });
    try {
      await work();
      await this.load();
      return true;
    } catch (error) {
      this.update({ refused: toProblem(error) });
      return false;
    } finally {
      this.update({ busy: false });
    }
  }

  /** Ends the subscription. */
  dispose(): void {
    this.#asked += 1;
    this.#following.dispose();
  }
}
