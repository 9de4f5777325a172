import type { RequestHandler } from 'express';
import * as z from 'zod';

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
  const stream = streamEvents(createEvents());
  const attend: RequestHandler = (request, response, next) => {
    response.on('close', parts.enter());
    return stream(request, response, next);
  };
  return [
    ...mergeOperations(parts.pool, parts.place),
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
      handler: attend,
    },
  ];
}
