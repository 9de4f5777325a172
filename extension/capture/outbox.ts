import type { Kept } from '../../contract/capture.js';
import type { ErrorCode } from '../../contract/errors.js';
import { ClientError, isClientError } from '../client/errors.js';
import type { Clock } from './clock.js';
import { sizeOf, type OutboxStore, type Parcel, type Slip, type Waiting } from './outbox-store.js';

/** `held`: the server could not take it for the reason in `code`; it is tried again by itself. */
export type OutboxState =
  | { readonly kind: 'empty' }
  | { readonly kind: 'sending'; readonly waiting: number }
  | { readonly kind: 'held'; readonly waiting: number; readonly code: ErrorCode };

/** What became of a parcel; `elsewhere`: another tab delivered it, or a later version took its place. */
export type Outcome =
  | { readonly kind: 'kept'; readonly kept: Kept }
  | { readonly kind: 'done' }
  | { readonly kind: 'refused'; readonly error: ClientError }
  | { readonly kind: 'elsewhere' };

export interface OutboxOptions {
  readonly store: OutboxStore;
  /** Gives what was kept, undefined for a parcel that keeps nothing; rejects with a ClientError. */
  readonly deliver: (parcel: Parcel) => Promise<Kept | undefined>;
  readonly clock: Clock;
  /** The bytes that may wait. */
  readonly limit?: number;
  readonly onState?: (state: OutboxState) => void;
  readonly onOutcome?: (parcel: Parcel, outcome: Outcome) => void;
}

const DEFAULT_LIMIT = 256 * 1024 * 1024;
const FIRST_WAIT = 1_000;
const LONGEST_WAIT = 60_000;
/** A server that fails at one parcel this often would fail for ever, and hold up all that follow. */
const MOST_FAILURES = 6;

/** Reasons that lie in the server or the way to it, not in the parcel: waiting helps. */
const PASSING: ReadonlySet<ErrorCode> = new Set([
  'server_away',
  'unauthenticated',
  'forbidden',
  'disk_full',
  'store_read_only',
  'store_busy',
  'store_damaged',
  'store_missing',
  'store_newer',
  'changed_while_reading',
]);

/**
 * One ordered queue to the server for all tabs of a workspace. The next parcel is sent once the one before was acknowledged, so order
 * holds; a parcel is removed after its acknowledgement, so a crash may send one twice, which its key makes one.
 */
export class Outbox {
  readonly #options: OutboxOptions;
  readonly #waiters = new Map<number, (outcome: Outcome) => void>();
  #state: OutboxState = { kind: 'empty' };
  #wait = FIRST_WAIT;
  #failures = 0;
  #isDraining = false;
  #isDue = false;
  #cancelRetry: (() => void) | undefined;
  #isDisposed = false;
  /** Parcels take their places in the order in which `put` was called, though each place is given asynchronously. */
  #placing: Promise<unknown> = Promise.resolve();

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  get state(): OutboxState {
    return this.#state;
  }

  /** Adds a parcel and resolves once it reached its end, which with the server away can take days. Never rejects. */
  put(parcel: Parcel): Promise<Outcome> {
    const outcome = new Promise<Outcome>((resolve) => {
      this.#placing = this.#placing.then(async () => {
        try {
          await this.#makeRoom(sizeOf(parcel));
          const number = await this.#options.store.put(parcel);
          this.#waiters.set(number, resolve);
        } catch (cause) {
          const full = isClientError(cause) ? cause : noRoom(cause);
          resolve({ kind: 'refused', error: full });
          return;
        }
        void this.#drain();
      });
    });
    return outcome.then((end) => {
      this.#options.onOutcome?.(parcel, end);
      return end;
    });
  }

  /** Sends what waits now instead of after the back-off: at start, when the network is back, when a person asks. */
  retry(): void {
    this.#cancelRetry?.();
    this.#cancelRetry = undefined;
    this.#wait = FIRST_WAIT;
    void this.#drain();
  }

  /**
   * Puts in the place of each parcel that waits what `rewrite` makes of it, undefined for one that stays. Nothing is sent meanwhile, by
   * no tab. Rejects as `rewrite` does: then those before it are rewritten.
   */
  rewrite(rewrite: (parcel: Parcel) => Promise<Parcel | undefined>): Promise<void> {
    const { store } = this.#options;
    return store.alone(async () => {
      for (const { number } of await store.slips()) {
        const parcel = await store.read(number);
        const next = parcel && (await rewrite(parcel));
        if (next !== undefined) await store.replace(number, next);
      }
    });
  }

  /** Sends no more; what waits stays where it is. */
  dispose(): void {
    this.#isDisposed = true;
    this.#cancelRetry?.();
  }

  async #drain(): Promise<void> {
    this.#isDue = true;
    if (this.#isDraining) return;
    this.#isDraining = true;
    try {
      while (this.#isDue && !this.#isDisposed) {
        this.#isDue = false;
        await this.#options.store.alone(() => this.#sendAll());
      }
    } catch (cause) {
      // The browser's database failed, for instance because its profile was deleted: try again as for the server.
      this.#hold(toClientError(cause), 1);
    } finally {
      this.#isDraining = false;
    }
  }

  async #sendAll(): Promise<void> {
    const { store } = this.#options;
    for (;;) {
      const waiting = await store.first();
      if (waiting === undefined || this.#isDisposed) break;
      // A try after a refusal shows only when it succeeds: until then what was said holds.
      if (!this.#isHeld) await this.#tellSending();
      if (!(await this.#send(waiting))) return;
      if (this.#isHeld) await this.#tellSending();
    }
    for (const number of [...this.#waiters.keys()]) this.#settle(number, { kind: 'elsewhere' });
    this.#setState({ kind: 'empty' });
  }

  get #isHeld(): boolean {
    return this.#state.kind === 'held';
  }

  async #tellSending(): Promise<void> {
    this.#setState({ kind: 'sending', waiting: (await this.#options.store.slips()).length });
  }

  /** True when the parcel is through, one way or the other. */
  async #send({ number, parcel }: Waiting): Promise<boolean> {
    const { store, deliver } = this.#options;
    let outcome: Outcome;
    try {
      const kept = await deliver(parcel);
      outcome = kept === undefined ? { kind: 'done' } : { kind: 'kept', kept };
    } catch (cause) {
      const error = toClientError(cause);
      if (error.code === 'internal') this.#failures += 1;
      if (
        PASSING.has(error.code) ||
        (error.code === 'internal' && this.#failures < MOST_FAILURES)
      ) {
        this.#hold(error, (await store.slips()).length);
        return false;
      }
      outcome = { kind: 'refused', error };
    }
    await store.remove(number);
    this.#failures = 0;
    this.#wait = FIRST_WAIT;
    if (!this.#settle(number, outcome)) this.#options.onOutcome?.(parcel, outcome);
    return true;
  }

  #hold(error: ClientError, waiting: number): void {
    this.#setState({ kind: 'held', waiting, code: error.code });
    this.#cancelRetry?.();
    this.#cancelRetry = this.#options.clock.after(this.#wait, () => {
      void this.#drain();
    });
    this.#wait = Math.min(this.#wait * 2, LONGEST_WAIT);
  }

  #settle(number: number, outcome: Outcome): boolean {
    const resolve = this.#waiters.get(number);
    this.#waiters.delete(number);
    resolve?.(outcome);
    return resolve !== undefined;
  }

  #setState(state: OutboxState): void {
    this.#state = state;
    this.#options.onState?.(state);
  }

  /** Gives up the oldest automatic versions without results, those first that a newer one of their notebook follows. */
  async #makeRoom(size: number): Promise<void> {
    const { store, limit = DEFAULT_LIMIT } = this.#options;
    const slips = await store.slips();
    let over = slips.reduce((sum, slip) => sum + slip.size, size) - limit;
    for (const slip of inOrderOfLoss(slips)) {
      if (over <= 0) return;
      await store.remove(slip.number);
      this.#settle(slip.number, { kind: 'elsewhere' });
      over -= slip.size;
    }
    if (over > 0) throw noRoom(undefined);
  }
}

function inOrderOfLoss(slips: readonly Slip[]): readonly Slip[] {
  const newest = new Map(slips.map((slip) => [slip.path, slip.number]));
  const spare = slips.filter((slip) => slip.spare);
  const isFollowed = (slip: Slip): boolean => newest.get(slip.path) !== slip.number;
  return [...spare.filter(isFollowed), ...spare.filter((slip) => !isFollowed(slip))];
}

function toClientError(cause: unknown): ClientError {
  if (isClientError(cause)) return cause;
  const message = cause instanceof Error ? cause.message : String(cause);
  return new ClientError('internal', message, {}, { cause });
}

function noRoom(cause: unknown): ClientError {
  const message =
    'Cellar does not answer, and this browser has no room for more versions that wait for it. Start Cellar, then save again.';
  return new ClientError('disk_full', message, {}, { cause });
}
