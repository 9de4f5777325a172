import { reindexedSchema, verifiedSchema, verifySchema } from '../../../contract/upkeep.js';
import { reindex } from '../../history/reindex.js';
import { repairStore } from '../../history/repair/repair.js';
import { verifyStore } from '../../history/verify.js';
import { longOperation } from '../long.js';
import type { Operation } from '../operation.js';
import type { ApiParts } from '../parts.js';

/** What an owner does to the store as a whole. */
export function upkeepOperations(parts: ApiParts): readonly Operation[] {
  const { store } = parts.history;
  return [
    longOperation(
      {
        method: 'post',
        route: 'reindex',
        summary: 'Build the catalog anew from git',
        grants: [],
        answer: reindexedSchema,
        run: async (_asked, { report }) => {
          const commits = await reindex(parts.history, report);
          parts.events.emit({ kind: 'workspace' });
          return {
            status: 'ok' as const,
            commits,
            notebooks: await store.catalog.notebookCount(),
            snapshots: await store.catalog.snapshotCount(),
            runs: await store.catalog.runCount(),
          };
        },
      },
      parts.report,
    ),
    longOperation(
      {
        method: 'post',
        route: 'verify',
        summary: 'Check every object, file and row, and mend what can be mended',
        grants: [],
        body: verifySchema,
        answer: verifiedSchema,
        run: async ({ body }, { report, signal }) => {
          if (!body.repair) return verifyStore(parts.history, report, signal);
          const repaired = await repairStore(parts.history, { ...body, report, signal });
          parts.events.emit({ kind: 'workspace' });
          return repaired;
        },
      },
      parts.report,
    ),
  ];
}
