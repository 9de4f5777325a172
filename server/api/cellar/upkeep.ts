import { reindexedSchema, verifiedSchema } from '../../../contract/upkeep.js';
import { reindex } from '../../history/history.js';
import { verifyStore } from '../../history/verify.js';
import { jsonOperation, type Operation } from '../operation.js';
import type { ApiParts } from '../parts.js';

/** What an owner does to the store as a whole. */
export function upkeepOperations(parts: ApiParts): readonly Operation[] {
  const { store } = parts.history;
  return [
    jsonOperation({
      method: 'post',
      route: 'reindex',
      summary: 'Build the catalog anew from git',
      grants: [],
      answer: reindexedSchema,
      run: async () => {
        const commits = await reindex(parts.history);
        parts.events.emit({ kind: 'workspace' });
        return {
          status: 'ok' as const,
          commits,
          notebooks: store.catalog.notebooks().length,
          snapshots: store.catalog.snapshotCount(),
          runs: store.catalog.runs().length,
        };
      },
    }),
    jsonOperation({
      method: 'post',
      route: 'verify',
      summary: 'Check every object, file and row',
      grants: [],
      answer: verifiedSchema,
      run: () => verifyStore(store),
    }),
  ];
}
