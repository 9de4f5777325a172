import type { Workspace } from '../../contract/workspace.js';
import type { Client } from '../client/client.js';
import { isClientError } from '../client/errors.js';
import type { Subscription } from '../client/events.js';
import { formatSize } from './size.js';
import { Store } from './store.js';

/** Many versions may be kept in one go; milliseconds. */
const PAUSE = 2_000;

export interface SpaceState {
  /** Undefined until the server has answered once. */
  readonly workspace: Workspace | undefined;
}

/** What the store of the workspace takes, measured again as versions are kept. */
export class SpaceModel extends Store<SpaceState> {
  readonly #client: Pick<Client, 'workspace' | 'events'>;
  readonly #events: Subscription;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(client: Pick<Client, 'workspace' | 'events'>) {
    super({ workspace: undefined });
    this.#client = client;
    this.#events = client.events((event) => {
      if (event.kind === 'workspace') void this.load();
      else if (event.kind === 'snapshot')
        this.#timer ??= setTimeout(() => {
          this.#timer = undefined;
          void this.load();
        }, PAUSE);
    });
  }

  /** Asks the server; while it is away the last answer stays. */
  async load(): Promise<void> {
    try {
      this.update({ workspace: await this.#client.workspace() });
    } catch (error) {
      if (!isClientError(error)) throw error;
    }
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#events.dispose();
  }
}

/** "12 MB", or "12 MB of 5 GB" where a limit is set. */
export function describeSpace({ space }: Pick<Workspace, 'space'>): string {
  const used = formatSize(space.history + space.artifacts);
  return space.limit > 0 ? `${used} of ${formatSize(space.limit)}` : used;
}
