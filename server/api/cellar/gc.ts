import {
  collectedSchema,
  collectSchema,
  DEFAULT_GRACE_DAYS,
  DEFAULT_RETENTION,
} from '../../../contract/retention.js';
import { collect } from '../../history/gc.js';
import { longOperation } from '../long.js';
import type { Operation } from '../operation.js';
import type { ApiParts } from '../parts.js';

/** Freeing what nothing needs any more. */
export function gcOperations(parts: ApiParts): readonly Operation[] {
  return [
    longOperation(
      {
        method: 'post',
        route: 'gc',
        summary:
          'Thin out old automatic snapshots, and free the files and objects of git that nothing refers to',
        grants: [],
        body: collectSchema,
        answer: collectedSchema,
        run: async ({ body }, { report, signal }) => {
          const { retention = DEFAULT_RETENTION, artifactGrace = DEFAULT_GRACE_DAYS } =
            await parts.operating.readSettings();
          const { dryRun, grace = artifactGrace } = body;
          const done = await collect(parts.history, { dryRun, grace, retention, report, signal });
          if (!dryRun) parts.events.emit({ kind: 'workspace' });
          return done;
        },
      },
      parts.report,
    ),
  ];
}
