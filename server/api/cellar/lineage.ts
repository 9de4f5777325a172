import { lineageQuerySchema, lineageSchema, openLineageSchema } from '../../../contract/lineage.js';
import { runPageSchema } from '../../../contract/run.js';
import { createLineage } from '../../lineage/lineage.js';
import { readRunPage } from '../../lineage/run-page.js';
import { jsonOperation, type Operation } from '../operation.js';
import type { ApiParts } from '../parts.js';

/** What came of what, and all that is known of one run. */
export function lineageOperations({ history, pool, external }: ApiParts): readonly Operation[] {
  const lineage = createLineage(history.store, () => external.pages());
  return [
    jsonOperation({
      method: 'get',
      route: 'run',
      summary:
        'One run: where it comes from, its metrics, params, data, files, and the cells that ran',
      grants: ['viewer'],
      answer: runPageSchema,
      run: async ({ param }) => readRunPage(await lineage.look(), pool, param('id')),
    }),
    jsonOperation({
      method: 'get',
      route: 'lineage',
      summary: 'What a data set, version, cell, run, file or model came from, and what came of it',
      grants: ['viewer'],
      query: lineageQuerySchema,
      answer: lineageSchema,
      run: ({ query: { node, ...options } }) => lineage.around(node, options),
    }),
    jsonOperation({
      method: 'get',
      route: 'lineageEvents',
      summary: 'The runs of a lineage as events of OpenLineage 2-0-2',
      grants: ['viewer'],
      query: lineageQuerySchema,
      answer: openLineageSchema,
      run: async ({ query: { node, ...options } }) => ({
        events: await lineage.events(node, options),
      }),
    }),
  ];
}
