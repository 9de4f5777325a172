import { purgedSchema, purgeSchema } from '../../../contract/purge.js';
import { purge } from '../../history/purge.js';
import { longOperation } from '../long.js';
import type { Operation } from '../operation.js';
import type { ApiParts } from '../parts.js';

/** Removing a secret from all history: the one operation that changes what was kept. */
export function purgeOperations(parts: ApiParts): readonly Operation[] {
  return [
    longOperation(
      {
        method: 'post',
        route: 'purge',
        summary: 'Remove texts from all history, or only say what holds them',
        grants: [],
        body: purgeSchema,
        answer: purgedSchema,
        run: async ({ body }, { report, signal }) => {
          const done = await purge(parts.history, { ...body, report, signal });
          if (!body.dryRun) {
            parts.events.emit({ kind: 'purged', generation: done.generation });
            parts.events.emit({ kind: 'workspace' });
          }
          return done;
        },
      },
      parts.report,
    ),
  ];
}
