import type { CellarEvent } from '../../contract/events.js';
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

/** Tells of what is new, as the client does. */
export interface EventSource {
  events(listener: (event: CellarEvent) => void): { dispose(): void };
}

const PAUSE = 100;

/** One answer of the server and what a person does to it. */
export class Loaded<Value> extends Store<LoadedState<Value>> {
  readonly #ask: () => Promise<Value>;
  readonly #events: { dispose(): void };
  #asked = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(source: EventSource, ask: () => Promise<Value>) {
    super({ value: undefined, problem: undefined, refused: undefined, busy: false });
    this.#ask = ask;
    this.#events = source.events(({ kind }) => {
      if (kind === 'progress' || kind === 'generation' || kind === 'runs') return;
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => void this.load(), PAUSE);
    });
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
    clearTimeout(this.#timer);
    this.#asked += 1;
    this.#events.dispose();
  }
}
