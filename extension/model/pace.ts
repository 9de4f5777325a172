/** Does something again whenever it is wished for, but one at a time and not too often; what is wished for meanwhile is done once, after. */
export class Pace {
  readonly #work: () => Promise<void>;
  readonly #wait: number;
  #isWished = false;
  #isWorking = false;
  #isHeld = false;
  #isEnded = false;
  #next = -Infinity;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Between the beginnings of two there are at least `wait` milliseconds. */
  constructor(work: () => Promise<void>, wait: number) {
    this.#work = work;
    this.#wait = wait;
  }

  wish(): void {
    this.#isWished = true;
    this.#plan();
  }

  /** As long as it is held nothing is done; what was wished for meanwhile is done after. */
  hold(isHeld: boolean): void {
    this.#isHeld = isHeld;
    this.#plan();
  }

  /** Nothing that was wished for is done any more, until it is wished for again. */
  forget(): void {
    this.#isWished = false;
  }

  dispose(): void {
    this.#isEnded = true;
    clearTimeout(this.#timer);
  }

  #plan(): void {
    if (!this.#isWished || this.#isWorking || this.#isHeld || this.#isEnded) return;
    this.#timer ??= setTimeout(
      () => {
        this.#timer = undefined;
        void this.#begin();
      },
      Math.max(0, this.#next - performance.now()),
    );
  }

  async #begin(): Promise<void> {
    if (!this.#isWished || this.#isHeld || this.#isEnded) return;
    this.#isWished = false;
    this.#isWorking = true;
    this.#next = performance.now() + this.#wait;
    try {
      await this.#work();
    } finally {
      this.#isWorking = false;
      this.#plan();
    }
  }
}
