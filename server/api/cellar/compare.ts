import type { Request } from 'express';

import {
  compareSidesSchema,
  comparisonSchema,
  revisionsQuerySchema,
  revisionsSchema,
} from '../../../contract/compare.js';
import { isInRepository, listRevisions } from '../../checkout/revisions.js';
import { CellarError } from '../../errors.js';
import { toWorkspacePath } from '../../store/disk/names.js';
import type { Comparer, OpenComparison } from '../../tracking/compare.js';
import { jsonOperation, paramOf, toApproach, type Operation } from '../operation.js';
import type { ApiParts } from '../parts.js';
import { isSnapshot, sendValue, toAnswer, toTerms } from './comparison.js';

const MOST_REVISIONS = 500;

/** Any two sides compared, and what a view asks of a comparison afterwards. */
export function compareOperations(parts: ApiParts, comparer: Comparer): readonly Operation[] {
  const { root } = parts.history.store.places;

  const isOwner = (request: Request): boolean =>
    parts.access.identify(toApproach(request)).grant === 'owner';

  const getComparison = (request: Request): OpenComparison => {
    const comparison = comparer.find(paramOf(request, 'key'));
    const isOpen =
      comparison !== undefined &&
      (isOwner(request) || (isSnapshot(comparison.base.side) && isSnapshot(comparison.head.side)));
    if (!isOpen) throw new CellarError('not_found', 'This comparison is forgotten. Compare again.');
    return comparison;
  };

  return [
    jsonOperation({
      method: 'post',
      route: 'compare',
      summary: 'Any two of snapshots, files, revisions of git and what an editor holds, compared',
      grants: ['viewer'],
      body: compareSidesSchema,
      answer: comparisonSchema,
      run: async ({ body, request, response }) => {
        const { base, head, show } = body;
        if (!isOwner(request) && !(isSnapshot(base) && isSnapshot(head)))
          throw new CellarError('forbidden', 'A viewer may compare kept versions only.');
        const terms = await toTerms(parts, show, response);
        return toAnswer(comparer, await comparer.compare(base, head, terms));
      },
    }),
    {
      method: 'get',
      route: 'compareValue',
      summary: 'A value of a comparison, by the hash that stands for it there',
      grants: ['viewer'],
      handler: (request, response) =>
        sendValue(response, getComparison(request), paramOf(request, 'hash')),
    },
    {
      method: 'get',
      route: 'compareSide',
      summary: 'The notebook that was compared, byte for byte; :side is base or head',
      grants: ['viewer'],
      handler: async (request, response) => {
        const comparison = getComparison(request);
        const side = paramOf(request, 'side');
        if (side !== 'base' && side !== 'head')
          throw new CellarError('not_found', `A comparison has a base and a head, no "${side}".`);
        const bytes = await comparison[side].read();
        response.type('application/x-ipynb+json');
        response.send(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
      },
    },
    jsonOperation({
      method: 'get',
      route: 'revisions',
      summary:
        'The commits of the surrounding git repository that touched a notebook, newest first',
      grants: [],
      query: revisionsQuerySchema,
      answer: revisionsSchema,
      run: async ({ query }) => {
        const path = toWorkspacePath(query.path);
        const revisions = [...(await listRevisions(root, path, MOST_REVISIONS))];
        return { revisions, repository: revisions.length > 0 || (await isInRepository(root)) };
      },
    }),
  ];
}
