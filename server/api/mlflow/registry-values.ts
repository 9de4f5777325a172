import * as z from 'zod';

import type { pairSchema } from './values.js';
import { checkKey, checkLength, MOST, queryListOf, textSchema, wholeSchema } from './values.js';

/** How the registry is searched. */
export const registrySearchSchema = z.object({
  filter: textSchema,
  max_results: wholeSchema.nullish(),
  order_by: queryListOf(z.string()),
  page_token: textSchema,
});

/** A tag of something registered. Throws bad_request for a name or a value that MLflow does not take. */
export function toRegistryTag({ key, value }: z.output<typeof pairSchema>): {
  readonly name: string;
  readonly value: string;
} {
  checkKey(key, 'tag');
  checkLength(value, MOST.registryTag, 'value of a tag');
  return { name: key, value };
}
