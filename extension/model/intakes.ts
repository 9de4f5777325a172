import type { CellarEvent } from '../../contract/events.js';
import type { Client } from '../client/client.js';
import type { Subscription } from '../client/events.js';
import { toProblem, type Problem } from './problem.js';
import { Store } from './store.js';

/** A large file of a notebook that is being kept; `done` and `total` in bytes, null where nobody knows the total. */
export interface RunningIntake {
  /** The notebook's. */
  readonly path: string;
  readonly file: string;
  readonly done: number;
  readonly total: number | null;
  readonly isCancelling: boolean;
  /** Why it could not be cancelled. */
  readonly problem?: Problem;
}

interface Intakes {
  readonly running: readonly RunningIntake[];
}

type Told = Extract<CellarEvent, { kind: 'progress' }>;

/** A server that ends tells no end: what was not told of for so many milliseconds is not shown any more. */
const SILENCE = 10_000;

/** The large files that are being kept now, as the server tells of them, and the way to end that. */
export class IntakesModel extends Store<Intakes> {
  readonly #client: Pick<Client, 'cancelIntake'>;
  readonly #events: Subscription;
  readonly #timers = new Map<string, ReturnType<typeof setTimeout>>();

  constructor(client: Pick<Client, 'cancelIntake' | 'events'>) {
    super({ running: [] });
    this.#client = client;
    this.#events = client.events((event) => {
      if (event.kind === 'progress') this.#follow(event);
    });
  }

  /** Those of one notebook. */
  at(path: string | undefined): readonly RunningIntake[] {
    return this.state.running.filter((each) => each.path === path);
  }

  /** Ends the intake of a file; the version that it is of is kept without it. */
  async cancel({ path, file }: Pick<RunningIntake, 'path' | 'file'>): Promise<void> {
    this.#change(path, file, { isCancelling: true, problem: undefined });
    try {
      await this.#client.cancelIntake(path, file);
    } catch (error) {
      this.#change(path, file, { isCancelling: false, problem: toProblem(error) });
    }
  }

  /** Ends the subscription. */
  dispose(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#events.dispose();
  }

  #follow({ path, file, done, total, ended }: Told): void {
    const key = `${path}\0${file}`;
    clearTimeout(this.#timers.get(key));
    this.#timers.delete(key);
    if (ended) {
      this.#drop(path, file);
      return;
    }
    this.#timers.set(
      key,
      setTimeout(() => {
        this.#drop(path, file);
      }, SILENCE),
    );
    if (this.state.running.some((each) => isOf(each, path, file)))
      this.#change(path, file, { done, total });
    else {
      const intake = { path, file, done, total, isCancelling: false };
      this.update({ running: [...this.state.running, intake] });
    }
  }

  #change(path: string, file: string, patch: Partial<RunningIntake>): void {
    const running = this.state.running.map((each) =>
      isOf(each, path, file) ? { ...each, ...patch } : each,
    );
    this.update({ running });
  }

  #drop(path: string, file: string): void {
    const running = this.state.running.filter((each) => !isOf(each, path, file));
    if (running.length < this.state.running.length) this.update({ running });
  }
}

function isOf(intake: RunningIntake, path: string, file: string): boolean {
  return intake.path === path && intake.file === file;
}
