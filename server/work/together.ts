interface Running<Result> {
  readonly result: Promise<Result>;
  readonly controller: AbortController;
  waiting: number;
}

/** Runs what several ask for at once a single time. It is aborted when the last of them leaves. */
export class Together<Result> {
  private readonly running = new Map<string, Running<Result>>();

  /** Joins what runs under a key, else starts it. Rejects with the signal's reason for a caller that leaves. */
  run(
    key: string,
    signal: AbortSignal | undefined,
    start: (signal: AbortSignal) => Promise<Result>,
  ): Promise<Result> {
    const running = this.running.get(key) ?? this.start(key, start);
    running.waiting += 1;
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        running.waiting -= 1;
        if (running.waiting === 0) {
          // Whoever asks from now on must not join what is ending.
          this.forget(key, running);
          running.controller.abort(signal?.reason);
        }
        reject(signal?.reason instanceof Error ? signal.reason : new Error('left'));
      };
      if (signal?.aborted === true) leave();
      else signal?.addEventListener('abort', leave, { once: true });
      running.result.then(resolve, reject).finally(() => {
        signal?.removeEventListener('abort', leave);
      });
    });
  }

  private start(key: string, start: (signal: AbortSignal) => Promise<Result>): Running<Result> {
    const controller = new AbortController();
    const running = { result: start(controller.signal), controller, waiting: 0 };
    this.running.set(key, running);
    const done = (): void => this.forget(key, running);
    running.result.then(done, done);
    return running;
  }

  private forget(key: string, running: Running<Result>): void {
    if (this.running.get(key) === running) this.running.delete(key);
  }
}
