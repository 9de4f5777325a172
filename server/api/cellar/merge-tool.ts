import * as z from 'zod';

import { createContentMemory } from '../../store/content-memory.js';
import type { Pool } from '../../work/pool.js';
import { streamEvents } from '../events.js';
import { jsonOperation, type Operation } from '../operation.js';
import { createEvents } from '../parts.js';
import { mergeOperations, type MergePlace } from './merge.js';

/** What the merge tool's server works on. */
export interface MergeToolParts {
  readonly pool: Pool;
  readonly place: MergePlace;
  /** The person leaves without a result. */
  readonly leave: () => void;
  /** A page is there; the result is called when it goes. */
  readonly enter: () => () => void;
}

/** One merge, and the word that it is given up. A page that is open listens for events, of which there are none. */
export function mergeToolOperations(parts: MergeToolParts): readonly Operation[] {
  /** Whoever closes the page while it saves has not given up: what is asked for is done first. */
  const attend = (operation: Operation): Operation => ({
    ...operation,
    handler: async (request, response, next) => {
      const leave = parts.enter();
      try {
        await operation.handler(request, response, next);
      } finally {
        leave();
      }
    },
  });
  return [
    ...mergeOperations(parts.pool, parts.place, createContentMemory()).map(attend),
    jsonOperation({
      method: 'delete',
      route: 'mergeTool',
      summary: 'Leave the merge tool without a result',
      grants: [],
      answer: z.object({ status: z.literal('ok') }),
      run: () => {
        parts.leave();
        return { status: 'ok' as const };
      },
    }),
    {
      method: 'get',
      route: 'events',
      summary: 'Says that a page is open, as server-sent events',
      grants: [],
      handler: streamEvents(createEvents(), parts.enter),
    },
  ];
}
