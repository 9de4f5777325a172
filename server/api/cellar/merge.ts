import {
  mergeQuerySchema,
  mergeViewSchema,
  resolvedSchema,
  resolveRequestSchema,
} from '../../../contract/merge.js';
import { CellarError } from '../../errors.js';
import type { ContentMemory } from '../../store/content-memory.js';
import type { FoundMerge } from '../../tracking/merges.js';
import { applyChoices, findValueOfMerge, viewMerge } from '../../work/merge.js';
import type { Pool } from '../../work/pool.js';
import { findPacked, type ValuePack } from '../../work/values.js';
import { JsonText } from '../json-text.js';
import { signalOf } from '../leaving.js';
import { jsonOperation, paramOf, type Operation } from '../operation.js';
import { sendText } from '../send-text.js';

const VALUE_BYTES = 64 * 1024 * 1024;

/** Where merges come from and where they go: a workspace, or three files that the merge tool was started with. */
export interface MergePlace {
  find(path: string): Promise<FoundMerge | undefined>;
  /** Puts the merged notebook where it belongs. */
  write(found: FoundMerge, bytes: Uint8Array, unresolved: number): Promise<void>;
}

/** The merge that a notebook waits for, its values, and its end. */
export function mergeOperations(
  pool: Pool,
  place: MergePlace,
  memory: ContentMemory,
): readonly Operation[] {
  const packs = memory.cache<ValuePack>(VALUE_BYTES);

  const get = async (path: string): Promise<FoundMerge> => {
    const found = await place.find(path);
    if (found !== undefined) return found;
    throw new CellarError('not_found', `${path} waits for no merge.`, { path });
  };

  return [
    jsonOperation({
      method: 'get',
      route: 'merge',
      summary: 'The merge that a notebook waits for; null when it waits for none',
      grants: [],
      query: mergeQuerySchema,
      answer: mergeViewSchema.nullable(),
      run: async ({ query, response }) => {
        const { epoch } = packs;
        const found = await place.find(query.path);
        // Every notebook that is opened is asked about: that there is no merge is no error.
        if (found === undefined) return null;
        const { input, facts } = found;
        const { view, values } = await viewMerge(pool, input, facts, signalOf(response));
        packs.add(query.path, values, values.bytes.length, epoch);
        return new JsonText([view]);
      },
    }),
    jsonOperation({
      method: 'post',
      route: 'merge',
      summary: 'Write the merged notebook with these choices',
      grants: [],
      body: resolveRequestSchema,
      answer: resolvedSchema,
      run: async ({ body }) => {
        const found = await get(body.path);
        if (found.facts.fingerprint !== body.fingerprint)
          throw new CellarError(
            'conflict',
            `${found.facts.path} or a side of its merge has changed meanwhile. Load the merge again.`,
            { path: found.facts.path },
          );
        const { bytes, unresolved } = await applyChoices(pool, found.input, body.choices);
        await place.write(found, bytes, unresolved);
        return { path: found.facts.path, unresolved };
      },
    }),
    {
      method: 'get',
      route: 'mergeValue',
      summary: 'A value of a merge, by the hash that stands for it there',
      grants: [],
      query: mergeQuerySchema,
      handler: async (request, response) => {
        const { path } = request.query;
        if (typeof path !== 'string')
          throw new CellarError('bad_request', 'query.path: the merge to look in is missing.');
        const hash = paramOf(request, 'hash');
        // A hash names the same text whatever became of the merge meanwhile.
        const pack = packs.find(path);
        const packed = pack && findPacked(pack, hash);
        const text = packed ?? (await findValueOfMerge(pool, (await get(path)).input, hash));
        if (text === undefined)
          throw new CellarError('not_found', `This merge has no value ${hash}. Load it again.`);
        sendText(response, hash, text);
      },
    },
  ];
}
