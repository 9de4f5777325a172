import {
  comparisonSchema,
  compareQuerySchema,
  compareRequestSchema,
} from '../../../contract/compare.js';
import { CellarError } from '../../errors.js';
import { findValue } from '../../notebook/values.js';
import { ByteCache } from '../../store/byte-cache.js';
import { compareSnapshots, compareWithNow, type LoadedComparison } from '../../tracking/compare.js';
import { getSnapshot } from '../../history/history.js';
import { jsonOperation, paramOf, type Operation } from '../operation.js';
import type { ApiParts } from '../parts.js';

const CACHE_BYTES = 96 * 1024 * 1024;

/** Diffs, and the large values in them, which a diff names by hash and a view asks for when it shows them. */
export function diffOperations(parts: ApiParts): readonly Operation[] {
  const { store } = parts.history;
  const recent = new ByteCache<LoadedComparison>(CACHE_BYTES);

  const keep = (key: string, loaded: LoadedComparison): LoadedComparison => {
    const { base, head } = loaded.comparison;
    const size = [base, head].reduce(
      // Parsed JSON takes some three times its text; what the editor holds is about as large as the other side.
      (sum, side) => sum + 3 * (side.kind === 'snapshot' ? side.snapshot.size : 1_000_000),
      0,
    );
    recent.add(key, loaded, size);
    return loaded;
  };

  const load = async (base: string, head: string): Promise<LoadedComparison> => {
    const [left, right] = [getSnapshot(store, base), getSnapshot(store, head)];
    const key = `${left.id} ${right.id}`;
    const found = recent.find(key);
    // What is known of a snapshot's runs may have grown since; its notebook never changes.
    return found ?? keep(key, await compareSnapshots(store, left.id, right.id));
  };

  return [
    jsonOperation({
      method: 'get',
      route: 'diff',
      summary: 'Two snapshots compared',
      grants: ['viewer'],
      query: compareQuerySchema,
      answer: comparisonSchema,
      run: async ({ query }) => (await load(query.base, query.head)).comparison,
    }),
    jsonOperation({
      method: 'post',
      route: 'diff',
      summary: 'A snapshot compared with the notebook as it is now',
      grants: [],
      body: compareRequestSchema,
      answer: comparisonSchema,
      run: async ({ body }) => {
        const { base, path, content } = body;
        const asked = { base, path, ...(content === undefined ? {} : { content }) };
        const loaded = await compareWithNow(store, asked);
        return keep(`${getSnapshot(store, base).id} now`, loaded).comparison;
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
        const loaded =
          typeof head === 'string'
            ? await load(base, head)
            : recent.find(`${getSnapshot(store, base).id} now`);
        const hash = paramOf(request, 'hash');
        const value = loaded?.notebooks
          .map((notebook) => findValue(notebook, hash))
          .find((each) => each !== undefined);
        if (value === undefined)
          throw new CellarError('not_found', `This diff has no value ${hash}. Compare again.`);
        // Text whatever it is: the browser must never take an output for a document of ours.
        response.type('text/plain; charset=utf-8').setHeader('ETag', `"${hash}"`);
        response.send(value.text);
      },
    },
  ];
}
