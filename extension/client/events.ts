import { eventSchema, type CellarEvent } from '../../contract/events.js';

/** Ends a subscription; may be called more than once. */
export interface Subscription {
  dispose(): void;
}

/** The part of EventSource that is used. */
export interface Source {
  onopen: (() => void) | null;
  onmessage: ((event: { readonly data: unknown }) => void) | null;
  onerror: (() => void) | null;
  readonly readyState: number;
  close(): void;
}

const CLOSED = 2;
const FIRST_WAIT = 1000;
const LONGEST_WAIT = 30_000;
/** A shorter gap is no absence: a proxy may end a connection at any time. */
const AWAY_AFTER = 1500;

/**
 * The server's events over one connection, however many listen: browsers allow six to a host. It is opened for the first
 * listener and closed after the last. After a gap each listener gets a `workspace` event, since anything may have been missed, and a
 * `purged` event where the server says that something was purged meanwhile.
 */
export class EventStream {
  readonly #open: () => Source;
  readonly #listeners = new Set<(event: CellarEvent) => void>();
  readonly #watchers = new Set<(isAway: boolean) => void>();
  #isAway = false;
  #awayTimer: ReturnType<typeof setTimeout> | undefined;
  #source: Source | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #wait = FIRST_WAIT;
  #gap = false;
  #generation: number | undefined;

  constructor(open: () => Source) {
    this.#open = open;
  }

  /** Calls the listener for each event until disposed; `onAway` when the server goes away (at once where it is) and comes back. */
  listen(
    listener: (event: CellarEvent) => void,
    onAway: (isAway: boolean) => void = () => undefined,
  ): Subscription {
    // A wrapper of its own, so that one function may listen twice.
    const own = (event: CellarEvent): void => {
      listener(event);
    };
    const watcher = (isAway: boolean): void => {
      onAway(isAway);
    };
    this.#listeners.add(own);
    this.#watchers.add(watcher);
    if (this.#isAway) onAway(true);
    if (this.#source === undefined && this.#timer === undefined) this.#connect();
    return {
      dispose: () => {
        this.#watchers.delete(watcher);
        if (this.#listeners.delete(own) && this.#listeners.size === 0) this.#disconnect();
      },
    };
  }

  #connect(): void {
    const source = this.#open();
    this.#source = source;
    source.onopen = () => {
      this.#wait = FIRST_WAIT;
      this.#back();
      if (this.#gap) this.#emit({ kind: 'workspace' });
      this.#gap = false;
    };
    source.onmessage = ({ data }) => {
      const event = readEvent(data);
      if (event !== undefined) this.#take(event);
    };
    source.onerror = () => {
      this.#gap = true;
      this.#awayTimer ??= setTimeout(() => {
        this.#setAway(true);
      }, AWAY_AFTER);
      // The browser itself tries again after a lost connection, but gives up for good on an answer such as 502.
      if (source.readyState === CLOSED) this.#retry();
    };
  }

  #take(event: CellarEvent): void {
    if (event.kind === 'generation' || event.kind === 'purged') {
      const { kind, generation } = event;
      const before = this.#generation ?? Infinity;
      this.#generation = Math.max(this.#generation ?? 0, generation);
      if (kind === 'generation' && generation > before) this.#emit({ kind: 'purged', generation });
    }
    this.#emit(event);
  }

  #retry(): void {
    this.#source?.close();
    this.#source = undefined;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#connect();
    }, this.#wait);
    this.#wait = Math.min(this.#wait * 2, LONGEST_WAIT);
  }

  #back(): void {
    clearTimeout(this.#awayTimer);
    this.#awayTimer = undefined;
    this.#setAway(false);
  }

  #setAway(isAway: boolean): void {
    if (isAway === this.#isAway) return;
    this.#isAway = isAway;
    for (const watcher of [...this.#watchers]) watcher(isAway);
  }

  #disconnect(): void {
    this.#back();
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#source?.close();
    this.#source = undefined;
    this.#gap = false;
    this.#wait = FIRST_WAIT;
  }

  #emit(event: CellarEvent): void {
    for (const listener of [...this.#listeners]) listener(event);
  }
}

/** An event's data, or undefined for one that this version does not know. */
function readEvent(data: unknown): CellarEvent | undefined {
  if (typeof data !== 'string') return undefined;
  try {
    return eventSchema.safeParse(JSON.parse(data)).data;
  } catch {
    return undefined;
  }
}
