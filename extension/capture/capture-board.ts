import type { Kept } from '../../contract/capture.js';
import type { CaptureState, Workspace } from '../../contract/workspace.js';
import type { ClientError } from '../client/errors.js';
import type { CaptureStatus } from '../model/capture-status.js';
import { describeObstacle, type Obstacle } from '../model/obstacle-words.js';
import { Store } from '../model/store.js';
import type { BurstProgress } from './burst-tracker.js';
import type { Outcome, OutboxState } from './outbox.js';
import type { Parcel } from './outbox-store.js';

interface Board {
  readonly outbox: OutboxState;
  /** By path: whether the server captures it; as long as it did not say, it is taken to. */
  readonly states: ReadonlyMap<string, CaptureState>;
  readonly kept: ReadonlyMap<string, number>;
  readonly errors: ReadonlyMap<string, CaptureError>;
  /** By path: the cells that run, until the version of them is kept. */
  readonly bursts: ReadonlyMap<string, BurstProgress>;
  /** By path: how often the kernel was restarted or has died. */
  readonly kernelsGone: ReadonlyMap<string, number>;
  /** What the server was asked to pause. */
  readonly paused: Workspace['paused'];
  readonly isOff: boolean;
  /** Why nothing can be written; undefined while nothing is known to stand in the way. */
  readonly obstacle: Obstacle | undefined;
}

type CaptureError = Extract<CaptureStatus, { kind: 'error' }>;

/** What is known of the capture of every notebook, for all who show it. */
export class CaptureBoard extends Store<Board> {
  readonly #now: () => number;

  constructor(now: () => number) {
    super({
      outbox: { kind: 'empty' },
      states: new Map(),
      kept: new Map(),
      errors: new Map(),
      bursts: new Map(),
      kernelsGone: new Map(),
      paused: { notebooks: [], folders: [] },
      isOff: false,
      obstacle: undefined,
    });
    this.#now = now;
  }

  /** Whether versions of this notebook are to be sent. */
  isOn(path: string): boolean {
    return !this.state.isOff && (this.state.states.get(path)?.state ?? 'on') === 'on';
  }

  /** The one thing to say of a notebook's capture, the most pressing first. */
  statusOf(path: string): CaptureStatus {
    const { outbox, states, kept, errors, isOff, obstacle } = this.state;
    const state = states.get(path);
    if (isOff) return { kind: 'paused', by: '' };
    if (state !== undefined && state.state !== 'on')
      return { kind: state.state, by: state.by ?? path };
    if (outbox.kind === 'held') return toHeldStatus(outbox);
    if (obstacle !== undefined)
      return { kind: 'error', message: describeObstacle(obstacle), told: true };
    const error = errors.get(path);
    if (error !== undefined) return error;
    if (outbox.kind === 'sending') return { kind: 'keeping' };
    const time = kept.get(path);
    return time === undefined ? { kind: 'kept' } : { kind: 'kept', time };
  }

  setOutbox(outbox: OutboxState): void {
    this.update({ outbox });
  }

  setObstacle(obstacle: Obstacle | undefined): void {
    this.update({ obstacle });
  }

  setOff(isOff: boolean): void {
    this.update({ isOff });
  }

  setPaused(paused: Workspace['paused']): void {
    this.update({ paused });
  }

  setState(state: CaptureState): void {
    this.update({ states: new Map(this.state.states).set(state.path, state) });
  }

  /** How the cells of a notebook that run go on; undefined when no version is to come of it. */
  setBurst(path: string, burst: BurstProgress | undefined): void {
    const bursts = new Map(this.state.bursts);
    if (burst === undefined) {
      if (!bursts.delete(path)) return;
    } else bursts.set(path, burst);
    this.update({ bursts });
  }

  /** The kernel of a notebook was restarted, or has died. */
  kernelGone(path: string): void {
    const before = this.state.kernelsGone.get(path) ?? 0;
    this.update({ kernelsGone: new Map(this.state.kernelsGone).set(path, before + 1) });
  }

  /** A parcel reached its end. */
  settled(parcel: Parcel, outcome: Outcome): void {
    if (parcel.kind !== 'burst') {
      if (outcome.kind === 'refused') this.#refused(parcel.to, outcome.error);
      return;
    }
    const { path } = parcel.burst;
    // What runs by now is another burst.
    if (this.state.bursts.get(path)?.isRunning === false) this.setBurst(path, undefined);
    switch (outcome.kind) {
      case 'kept':
        this.#kept(path, outcome.kept);
        return;
      case 'refused':
        // Paused in between, in another tab or by the command: as was asked, so no error.
        if (outcome.error.code !== 'paused') this.#refused(path, outcome.error);
        return;
      case 'done':
      case 'elsewhere':
        return;
    }
  }

  #kept(path: string, { created, snapshot }: Kept): void {
    const time = created ? this.#now() : Date.parse(snapshot.time);
    const errors = new Map(this.state.errors);
    errors.delete(path);
    this.update({ kept: new Map(this.state.kept).set(path, time), errors });
  }

  #refused(path: string, error: ClientError): void {
    this.update({ errors: new Map(this.state.errors).set(path, toCaptureError(error)) });
  }
}

/** Why something was refused; which secret a version holds is said by its notice. */
function toCaptureError({ code, message }: ClientError): CaptureError {
  return code === 'secret_found'
    ? { kind: 'error', message: 'It holds what looks like a secret.', told: true }
    : { kind: 'error', message };
}

function toHeldStatus(outbox: OutboxState & { readonly kind: 'held' }): CaptureStatus {
  const { code, waiting } = outbox;
  const wait = `${String(waiting)} ${waiting === 1 ? 'version waits' : 'versions wait'} in this browser`;
  if (code === 'disk_full')
    return {
      kind: 'error',
      message: `The disk is full. ${wait} and will be kept when there is room.`,
    };
  if (code === 'store_read_only')
    return { kind: 'error', message: `The store is read-only. ${wait} until it can be written.` };
  if (code === 'store_damaged')
    return {
      kind: 'error',
      message: `The store is damaged. ${wait} until it is mended: run "cellar verify --repair" in a terminal.`,
    };
  return { kind: 'waiting', count: waiting };
}
