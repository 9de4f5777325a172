import * as z from 'zod';

import { CellarError } from '../../errors.js';

const tokenSchema = z.object({ offset: z.number().int().nonnegative() });

/** What pages are cut out of: an array, or a column of numbers. */
interface Cuttable<List> {
  readonly length: number;
  slice(start: number, end: number): List;
}

/** One page of a list, and the token of the next; undefined at the end. */
interface Page<List> {
  readonly items: List;
  readonly next: string | undefined;
}

/** Cuts a page out of a whole list; an empty token is that of the first. Throws bad_request for a token that is none of ours. */
export function pageOf<List>(all: Cuttable<List>, token: string, most: number): Page<List> {
  const offset = token === '' ? 0 : readToken(token);
  const end = offset + most;
  return {
    items: all.slice(offset, end),
    next: end < all.length ? writeToken(end) : undefined,
  };
}

/** How many a client may ask for at once. Throws bad_request for more, or less than one. */
export function checkMost(given: number | null | undefined, usual: number, most: number): number {
  const wanted = given ?? usual;
  if (wanted >= 1 && wanted <= most) return wanted;
  throw new CellarError(
    'bad_request',
    `Invalid value ${wanted} for parameter 'max_results': 1 to ${most} are taken.`,
  );
}

function writeToken(offset: number): string {
  return Buffer.from(JSON.stringify({ offset })).toString('base64');
}

function readToken(token: string): number {
  try {
    return tokenSchema.parse(JSON.parse(Buffer.from(token, 'base64').toString('utf8'))).offset;
  } catch (error) {
    throw new CellarError(
      'bad_request',
      'The page_token is none that was given out. Search from the start.',
      {},
      { cause: error },
    );
  }
}
