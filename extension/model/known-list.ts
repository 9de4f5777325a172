import type { CellarEvent } from '../../contract/events.js';
import { follow, type EventSource, type Following } from './following.js';
import { Store } from './store.js';

/** What is known of all things of a kind, for lists that say it beside their own; it follows the server. A server that is away leaves what was known. */
export class KnownList<State extends object> extends Store<State> {
  readonly #ask: () => Promise<State>;
  readonly #following: Following;

  /** `kinds` are the events after which it may be another; `none` stands until the first answer. */
  constructor(
    source: EventSource,
    kinds: readonly CellarEvent['kind'][],
    { none, ask }: { readonly none: State; readonly ask: () => Promise<State> },
  ) {
    super(none);
    this.#ask = ask;
    this.#following = follow(
      source,
      (kind) => kinds.includes(kind),
      () => void this.load(),
    );
  }

  async load(): Promise<void> {
    try {
      this.update(await this.#ask());
    } catch {
      // Whoever looks at the list is told by the list that the server is away.
    }
  }

  dispose(): void {
    this.#following.dispose();
  }
}
