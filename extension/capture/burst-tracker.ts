import type { Execution } from '../../contract/snapshot.js';
import type { Clock } from './clock.js';

/** An execution before its cell's position is known. */
export type Ran = Omit<Execution, 'index'>;

/** A series of executions that is over. `attempted` holds every code cell that was to run, in the order they were asked for. */
export interface EndedBurst {
  readonly started: number;
  readonly finished: number;
  readonly executions: readonly Ran[];
  readonly attempted: readonly string[];
}

/** `away`: not connected or starting, so it says nothing about what runs. */
export type KernelActivity = 'busy' | 'idle' | 'away';

/** How a code cell ended, as JupyterLab tells it; `count` is null when the kernel never began it. */
export interface CellEnd {
  readonly cell: string;
  readonly ok: boolean;
  readonly count: number | null;
  readonly started?: number | undefined;
  readonly finished?: number | undefined;
}

export interface BurstOptions {
  readonly clock: Clock;
  /** How long nothing may happen before a burst is over, in milliseconds. */
  readonly quiet: () => number;
  readonly onEnd: (burst: EndedBurst) => void;
  /** Told how a burst goes on, from its first execution to its last; not of its end. */
  readonly onProgress?: (progress: BurstProgress) => void;
}

/** A burst that is not over; times in milliseconds since 1970. */
export interface BurstProgress {
  readonly started: number;
  /** How many cells have run or run now. */
  readonly cells: number;
  /** False once nothing runs nor waits, until something does again or the burst is over. */
  readonly isRunning: boolean;
}

/** With nothing of ours pending, a kernel that stays busy is busy for someone else. */
const LONGEST_BUSY = 30_000;
/** With something of ours pending, a kernel that stays idle has lost it: the cell was moved or deleted, or its reply never came. */
const LONGEST_IDLE = 5_000;

interface Open {
  readonly started: number;
  readonly executions: Ran[];
  readonly attempted: string[];
}

/**
 * Finds the end of a series of executions of one notebook from the signals that JupyterLab gives, none of which says it:
 * a cell is pending from `scheduled` until `executed`, and what the kernel, the user or the tab took away is settled as aborted.
 */
export class BurstTracker {
  readonly #options: BurstOptions;
  readonly #pending = new Map<string, number>();
  #open: Open | undefined;
  #kernel: KernelActivity = 'away';
  #cancel: (() => void) | undefined;

  constructor(options: BurstOptions) {
    this.#options = options;
  }

  /** True from the first execution until the burst was handed over. */
  get isOpen(): boolean {
    return this.#open !== undefined;
  }

  /** True while a cell of this notebook runs or waits for the kernel. */
  get isRunning(): boolean {
    return this.#pending.size > 0;
  }

  /** A code cell was sent to the kernel. Sent again before it ended, it is one execution: JupyterLab forgets the first. */
  scheduled(cell: string): void {
    const open = this.#begin();
    if (!open.attempted.includes(cell)) open.attempted.push(cell);
    this.#pending.set(cell, this.#options.clock.now());
    this.#wait();
    this.#tell();
  }

  /** A code cell ended. */
  executed(end: CellEnd): void {
    const open = this.#begin();
    if (!open.attempted.includes(end.cell)) open.attempted.push(end.cell);
    this.#pending.delete(end.cell);
    const skipped = !end.ok && end.count === null;
    open.executions.push({
      cell: end.cell,
      count: end.count,
      status: end.ok ? 'ok' : skipped ? 'skipped' : 'error',
      ...(end.started === undefined || skipped ? {} : { started: end.started }),
      ...(skipped ? {} : { finished: end.finished ?? this.#options.clock.now() }),
    });
    this.#wait();
    this.#tell();
  }

  /** A cell that gives the kernel nothing to do was run: text, or code without a character. */
  rendered(cell: string): void {
    this.#begin();
    this.#pending.delete(cell);
    this.#wait();
    this.#tell();
  }

  /** These cells are in the notebook now: one that is pending and gone will never be heard of again. */
  keepOnly(cells: ReadonlySet<string>): void {
    this.#abort((cell) => !cells.has(cell));
  }

  /** The kernel's state changed. */
  kernel(activity: KernelActivity): void {
    if (activity === this.#kernel) return;
    this.#kernel = activity;
    this.#wait();
  }

  /** The kernel was restarted, changed, interrupted by its death, or shut down: whatever was pending has ended. */
  kernelGone(): void {
    this.#kernel = 'away';
    this.#abort(() => true);
  }

  /** Hands over what has ended, without waiting; cells still pending open a burst of their own when they end. */
  flush(): void {
    const open = this.#open;
    if (open === undefined || (open.executions.length === 0 && this.#pending.size > 0)) return;
    this.#end();
    if (this.#pending.size > 0) {
      this.#begin().attempted.push(...this.#pending.keys());
      this.#wait();
    }
  }

  /** Forgets everything; nothing is handed over any more. */
  dispose(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#pending.clear();
    this.#open = undefined;
  }

  #tell(): void {
    const open = this.#open;
    if (open === undefined) return;
    const isRunning = this.isRunning;
    const cells = open.executions.length + (isRunning ? 1 : 0);
    this.#options.onProgress?.({ started: open.started, cells, isRunning });
  }

  #begin(): Open {
    this.#open ??= { started: this.#options.clock.now(), executions: [], attempted: [] };
    return this.#open;
  }

  #abort(isLost: (cell: string) => boolean): void {
    const open = this.#open;
    if (open === undefined) return;
    for (const cell of [...this.#pending.keys()].filter(isLost)) {
      this.#pending.delete(cell);
      open.executions.push({ cell, count: null, status: 'aborted' });
    }
    this.#wait();
    this.#tell();
  }

  /** Sets the one timer anew that the present state calls for. */
  #wait(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    if (this.#open === undefined) return;
    const { clock, quiet } = this.#options;
    if (this.#pending.size === 0) {
      const ms = this.#kernel === 'busy' ? LONGEST_BUSY : quiet();
      this.#cancel = clock.after(ms, () => {
        this.#end();
      });
    } else if (this.#kernel === 'idle') {
      this.#cancel = clock.after(LONGEST_IDLE, () => {
        this.#abort(() => true);
      });
    }
  }

  #end(): void {
    const open = this.#open;
    this.#cancel?.();
    this.#cancel = undefined;
    this.#open = undefined;
    if (open === undefined) return;
    this.#options.onEnd({ ...open, finished: this.#options.clock.now() });
  }
}
