import type { CellarEvent } from '../../contract/events.js';
import type { Access } from '../access/access.js';
import type { External } from '../external/external.js';
import type { Turns } from '../tracking/turns.js';
import type { CaptureParts } from '../capture/keep.js';
import type { Pool } from '../work/pool.js';

/** Tells listeners what is new. */
export interface Events {
  emit(event: CellarEvent): void;
  listen(listener: (event: CellarEvent) => void): () => void;
  /** Whether anybody listens: what nobody hears need not be made. */
  isHeard(): boolean;
}

/** What the routes of one workspace work on. */
export interface ApiParts extends CaptureParts {
  readonly access: Access;
  readonly events: Events;
  /** Shared by all who change runs, models and what is registered. */
  readonly turns: Turns;
  readonly external: External;
  readonly version: string;
  /** Where a reviewer's browser reaches this server, e.g. "http://127.0.0.1:8900/"; undefined when none can. */
  readonly link: () => string | undefined;
  /** Told of failures that no caller is told of. */
  readonly report: (error: unknown) => void;
  /** Does what would keep the server from answering others. */
  readonly pool: Pool;
  /** The folder of the reviewer's page. */
  readonly pageFolder: string;
}

export function createEvents(): Events {
  const listeners = new Set<(event: CellarEvent) => void>();
  return {
    emit: (event) => {
      for (const listener of listeners) listener(event);
    },
    listen: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    isHeard: () => listeners.size > 0,
  };
}
