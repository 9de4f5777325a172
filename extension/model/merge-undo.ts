/** The states before and after the present one, for undo and redo; the present one is its owner's. */
export class Undo<T> {
  #past: readonly T[] = [];
  #future: readonly T[] = [];

  get canUndo(): boolean {
    return this.#past.length > 0;
  }

  get canRedo(): boolean {
    return this.#future.length > 0;
  }

  /** Remembers what stood before a step; what was taken back before it cannot be done again. */
  push(before: T): void {
    this.#past = [...this.#past, before];
    this.#future = [];
  }

  /** What stood before the last step; undefined when there was none. */
  undo(now: T): T | undefined {
    const before = this.#past.at(-1);
    if (before === undefined) return undefined;
    this.#past = this.#past.slice(0, -1);
    this.#future = [...this.#future, now];
    return before;
  }

  /** What was taken back last; undefined when nothing was. */
  redo(now: T): T | undefined {
    const next = this.#future.at(-1);
    if (next === undefined) return undefined;
    this.#future = this.#future.slice(0, -1);
    this.#past = [...this.#past, now];
    return next;
  }

  /** Forgets every step. */
  clear(): void {
    this.#past = [];
    this.#future = [];
  }
}
