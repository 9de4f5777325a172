import type { Filter, OrderBy } from './filter.js';

/** A search as it was asked for. */
export interface AskedSearch {
  readonly filter: string;
  /** Whether only MLflow's own grammar is taken. */
  readonly strict: boolean;
  /** Each a field, with ASC or DESC behind it. */
  readonly order: readonly string[];
}

/**
 * Reads a filter, and an order key by key. Throws bad_request. The parser takes a tenth of a second to load, which most servers never
 * need.
 */
export async function readSearch(
  asked: AskedSearch,
): Promise<{ readonly filter: Filter; readonly order: readonly OrderBy[] }> {
  const { parseOrder, parseStrictly } = await import('./parse.js');
  return {
    filter: parseStrictly(asked.filter, asked.strict),
    order: asked.order.map(parseOrder),
  };
}
