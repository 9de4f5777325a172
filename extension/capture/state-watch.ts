import type { Client } from '../client/client.js';
import { isClientError } from '../client/errors.js';
import type { CaptureBoard } from './capture-board.js';

export interface StateWatchOptions {
  readonly client: Client;
  readonly board: CaptureBoard;
  readonly openPaths: () => readonly string[];
}

/**
 * Keeps the board's knowledge of what is paused and ignored: asked when a notebook opens or moves, and again whenever the workspace
 * changed, also by another tab or the command. While the server is away the last answer stands.
 */
export class StateWatch {
  readonly #options: StateWatchOptions;

  constructor(options: StateWatchOptions) {
    this.#options = options;
    options.client.events((event) => {
      if (event.kind === 'workspace') this.refresh();
    });
  }

  /** Asks for one notebook. */
  ask(path: string): void {
    const { client, board } = this.#options;
    client.captureState(path).then((state) => {
      board.setState(state);
    }, ignoreAway);
  }

  /** Asks for all that is open, and what the workspace has paused. */
  refresh(): void {
    const { client, board, openPaths } = this.#options;
    client.workspace().then(({ paused }) => {
      board.setPaused(paused);
    }, ignoreAway);
    for (const path of openPaths()) this.ask(path);
  }
}

function ignoreAway(error: unknown): void {
  // The event stream's next connection says "workspace", and all is asked again.
  if (!isClientError(error)) throw error;
}
