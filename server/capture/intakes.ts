import { CellarError } from '../errors.js';

/** The files that are being taken in now, by the notebook they belong to, and those that a person wants left out of its next version. */
export class Intakes {
  readonly #running = new Map<string, Set<AbortController>>();
  readonly #leftOut = new Map<string, Set<string>>();

  /**
   * Runs the intake of a file that goes by these names, with a signal that `cancel` fires. Throws cancelled, at once for one that is
   * to be left out already.
   */
  async run<Result>(
    notebook: string,
    names: readonly string[],
    work: (signal: AbortSignal) => Promise<Result>,
  ): Promise<Result> {
    const [name = ''] = names;
    if (names.some((each) => this.#leftOut.get(notebook)?.has(each) === true))
      throw toCancelled(notebook, name);
    const controller = new AbortController();
    const keys = names.map((each) => toKey(notebook, each));
    for (const key of keys)
      this.#running.set(key, (this.#running.get(key) ?? new Set()).add(controller));
    try {
      const result = await work(controller.signal);
      // Whoever cancelled came too late.
      this.again(notebook, names);
      return result;
    } catch (error) {
      // The file may be found under its other name too.
      if (isCancelled(error)) this.#leaveOut(notebook, names);
      throw error;
    } finally {
      for (const key of keys) this.#end(key, controller);
    }
  }

  /** Ends the intake of a file, which stays out of the notebook's next version; false when there is none under way. */
  cancel(notebook: string, name: string): boolean {
    const running = this.#running.get(toKey(notebook, name));
    if (running === undefined) return false;
    this.#leaveOut(notebook, [name]);
    for (const controller of running) controller.abort(toCancelled(notebook, name));
    return true;
  }

  /** Code hands a file in by itself: what was wanted before holds no more. */
  again(notebook: string, names: readonly string[]): void {
    for (const name of names) this.#leftOut.get(notebook)?.delete(name);
  }

  /** A version of the notebook was kept. */
  forget(notebook: string): void {
    this.#leftOut.delete(notebook);
  }

  #leaveOut(notebook: string, names: readonly string[]): void {
    const all = this.#leftOut.get(notebook) ?? new Set();
    for (const name of names) all.add(name);
    this.#leftOut.set(notebook, all);
  }

  #end(key: string, controller: AbortController): void {
    const running = this.#running.get(key);
    running?.delete(controller);
    if (running?.size === 0) this.#running.delete(key);
  }
}

/** True for what an intake throws that a person has ended. */
export function isCancelled(error: unknown): boolean {
  return error instanceof CellarError && error.code === 'cancelled';
}

function toCancelled(notebook: string, name: string): CellarError {
  const message = `${name} was left out, as you asked while it was being kept.`;
  return new CellarError('cancelled', message, { path: notebook });
}

function toKey(notebook: string, name: string): string {
  return `${notebook}\0${name}`;
}
