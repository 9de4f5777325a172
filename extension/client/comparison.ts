import * as z from 'zod';

import { comparisonSchema, type CompareSides, type Comparison } from '../../contract/compare.js';
import { pathTo } from '../../contract/routes.js';
import { toStrangeError } from './errors.js';
import { parse, type Request } from './request.js';

/** What was compared, and the key by which the server remembers it. */
export interface ComparedPlace {
  readonly asked: CompareSides;
  readonly key: string | undefined;
}

/** The request for a comparison. Two versions are asked for by an address, which the server can answer from its cache. */
export function toCompareRequest(asked: CompareSides): Request {
  const pair = findPair(asked);
  if (pair === undefined) return { method: 'POST', path: pathTo('compare'), body: asked };
  return { path: pathTo('diff'), query: pair };
}

/** The request for a value by its hash. Two versions name it for good, a key as long as the server remembers it. */
export function toValueRequest(hash: string, { asked, key }: ComparedPlace): Request {
  const pair = findPair(asked);
  if (pair === undefined) return { path: pathTo('compareValue', { key: key ?? '', hash }) };
  return { path: pathTo('diffValue', { hash }), query: pair };
}

/** The request for the base notebook's text. */
export function toBaseRequest({ asked, key }: ComparedPlace): Request {
  if (asked.base.kind === 'snapshot')
    return { path: pathTo('snapshotNotebook', { id: asked.base.id }) };
  return { path: pathTo('compareSide', { key: key ?? '', side: 'base' }) };
}

function findPair({ base, head, show }: CompareSides): Request['query'] {
  if (base.kind !== 'snapshot' || head.kind !== 'snapshot') return undefined;
  return { base: base.id, head: head.id, show: show?.join(',') };
}

/** Answers up to this length are checked in every field; in longer ones the frame alone, so that the screen is not held up. */
const FULL_CHECK_LENGTH = 512 * 1024;

const frameSchema = comparisonSchema.omit({ diff: true }).extend({
  diff: z.looseObject({
    status: z.literal('ok'),
    format: z.literal(1),
    changes: z.array(z.unknown()),
  }),
});

/** A comparison from its JSON text; throws a ClientError when it is something else. */
export function readComparison(text: string): Comparison {
  const value = parse(text);
  const schema = text.length <= FULL_CHECK_LENGTH ? comparisonSchema : frameSchema;
  const read = schema.safeParse(value);
  if (!read.success) throw toStrangeError(read.error);
  // What the server wrote by the same schema is passed on as it came, unknown fields of a newer one included.
  return value as Comparison;
}
