import * as z from 'zod';

import { comparisonSchema, type Comparison } from '../../contract/compare.js';
import { toStrangeError } from './errors.js';
import { parse } from './request.js';

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
