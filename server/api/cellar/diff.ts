import {
  comparisonSchema,
  compareQuerySchema,
  compareRequestSchema,
  type AskedSide,
} from '../../../contract/compare.js';
import { CellarError } from '../../errors.js';
import { getSnapshot } from '../../history/history.js';
import type { Comparer } from '../../tracking/compare.js';
import { jsonOperation, paramOf, type Operation } from '../operation.js';
import type { ApiParts } from '../parts.js';
import { sendValue, splitKinds, toAnswer, toTerms } from './comparison.js';

/** Diffs of a snapshot with another or with the notebook as it is now, and the large values in them. */
export function diffOperations(parts: ApiParts, comparer: Comparer): readonly Operation[] {
  const { store } = parts.history;
  /** By base: the key of the last comparison with what was being edited, which no query can name. */
  const edited = new Map<string, string>();

  const snapshot = (id: string): AskedSide => ({ kind: 'snapshot', id });

  return [
    jsonOperation({
      method: 'get',
      route: 'diff',
      summary: 'Two snapshots compared',
      grants: ['viewer'],
      query: compareQuerySchema,
      answer: comparisonSchema,
      run: async ({ query, response }) => {
        const terms = await toTerms(parts, splitKinds(query.show), response);
        const [base, head] = [snapshot(query.base), snapshot(query.head)];
        return toAnswer(comparer, await comparer.compare(base, head, terms));
      },
    }),
    jsonOperation({
      method: 'post',
      route: 'diff',
      summary: 'A snapshot compared with the notebook as it is now',
      grants: [],
      body: compareRequestSchema,
      answer: comparisonSchema,
      run: async ({ body, response }) => {
        const { base, path, content } = body;
        const head = { kind: 'now', path, ...(content === undefined ? {} : { content }) } as const;
        const terms = await toTerms(parts, body.show, response);
        const comparison = await comparer.compare(snapshot(base), head, terms);
        edited.set((await getSnapshot(store, base)).id, comparison.key);
        return toAnswer(comparer, comparison);
      },
    }),
    {
      method: 'get',
      route: 'diffValue',
      summary: 'A value of a diff, by the hash that stands for it there',
      grants: ['viewer'],
      handler: async (request, response) => {
        const { base, head } = request.query;
        if (typeof base !== 'string')
          throw new CellarError('bad_request', 'query.base: the diff to look in is missing.');
        const hash = paramOf(request, 'hash');
        const comparison =
          typeof head === 'string'
            ? await comparer.compare(
                snapshot(base),
                snapshot(head),
                await toTerms(parts, undefined, response),
              )
            : comparer.find(edited.get((await getSnapshot(store, base)).id) ?? '');
        if (comparison === undefined)
          throw new CellarError('not_found', 'This comparison is forgotten. Compare again.');
        await sendValue(response, comparison, hash);
      },
    },
  ];
}
