import type { AskedSide, CompareSides, Comparison } from '../../contract/compare.js';
import type { Client } from '../client/client.js';
import { isClientError } from '../client/errors.js';
import { readCells, type PlainCell } from './notebook-text.js';

/** Gives what the editor holds of the notebook at a path; undefined when it is not open. */
export type EditorText = (path: string) => string | undefined;

/** One comparison with what the server remembers of it: its values, and the base notebook. */
export interface Compared {
  readonly asked: CompareSides;
  readonly comparison: Comparison;
}

/** Asks for a comparison, "now" with what the editor holds at this moment. */
export async function fetchComparison(
  client: Client,
  asked: CompareSides,
  options: { readonly editorText: EditorText | undefined; readonly signal: AbortSignal },
): Promise<Compared> {
  const { editorText, signal } = options;
  const fill = (side: AskedSide): AskedSide => {
    const content = side.kind === 'now' ? editorText?.(side.path) : undefined;
    return content === undefined || side.kind !== 'now' ? side : { ...side, content };
  };
  const filled = { ...asked, base: fill(asked.base), head: fill(asked.head) };
  return { asked, comparison: await client.compare(filled, signal) };
}

/**
 * Asks the server for something of a comparison. What is not two versions is remembered there for a while only: after that
 * `renew` compares again, once, and what it gives is asked instead.
 */
export async function askOf<T>(
  compared: Compared,
  ask: (place: { readonly asked: CompareSides; readonly key: string | undefined }) => Promise<T>,
  renew: () => Promise<Compared | undefined>,
): Promise<T> {
  const place = ({ asked, comparison }: Compared) => ({ asked, key: comparison.key });
  try {
    return await ask(place(compared));
  } catch (error) {
    if (compared.comparison.key === undefined || !isClientError(error, 'not_found')) throw error;
    const renewed = await renew();
    if (renewed === undefined || renewed === compared) throw error;
    return ask(place(renewed));
  }
}

/** The cells of the base notebook, by which equal lines and cells are shown. */
export async function fetchBaseCells(
  client: Client,
  { asked, comparison }: Compared,
): Promise<readonly PlainCell[] | undefined> {
  return readCells(await client.baseText({ asked, key: comparison.key }));
}

/** Whether a side is the same as before; only a version is sure to be, anything else may have changed meanwhile. */
export function isSameSide(before: AskedSide | undefined, side: AskedSide): boolean {
  return before?.kind === 'snapshot' && side.kind === 'snapshot' && before.id === side.id;
}
