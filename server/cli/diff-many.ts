import type { FileDiff } from '../../contract/diff-files.js';
import type { NotebookDiff } from '../../contract/diff.js';
import { CellarError } from '../errors.js';
import { diffNotebooks } from '../notebook/diff.js';
import { hasChanges, narrowDiff } from '../notebook/narrow.js';
import { openPair, type Opened, type Pair } from './diff-pairs.js';
import type { DiffStyle } from './diff-style.js';

/** One of several notebooks, compared or found to be impossible to. */
export type Compared = {
  readonly pair: Pair;
  readonly change: FileDiff['change'];
} & (
  | { readonly kind: 'diff'; readonly diff: NotebookDiff; readonly opened: Opened }
  | { readonly kind: 'error'; readonly error: CellarError }
);

/** Compares two notebooks as the command line says. */
export function compare({ base, head }: Opened, style: DiffStyle): NotebookDiff {
  const { show, patterns, patch, only } = style;
  const diff = diffNotebooks(base, head, { show, patterns, patch });
  return only.length === 0 ? diff : narrowDiff(diff, only);
}

/** Compares pair by pair, one at a time in memory; those whose bytes are the same are left out. One that fails stops no other. */
export async function* compareAll(
  pairs: readonly Pair[],
  style: DiffStyle,
): AsyncGenerator<Compared> {
  for (const pair of pairs) {
    const change = changeOf(pair);
    try {
      const opened = await openPair(pair);
      if (opened !== undefined)
        yield { kind: 'diff', pair, change, opened, diff: compare(opened, style) };
      else if (change === 'renamed')
        yield { kind: 'diff', pair, change, ...(await same(pair, style)) };
    } catch (error) {
      if (!(error instanceof CellarError)) throw error;
      yield { kind: 'error', pair, change, error };
    }
  }
}

/** Only its name changed: there is a diff all the same, which shows nothing. */
async function same(pair: Pair, style: DiffStyle): Promise<{ opened: Opened; diff: NotebookDiff }> {
  const opened = await openPair({ ...pair, base: undefined });
  if (opened === undefined) throw new RangeError('a side that is there is opened');
  const both = { base: opened.head, head: opened.head };
  return { opened: both, diff: compare(both, style) };
}

/** True when a reader is shown something: the notebook came, went or was renamed, or its diff is not empty. */
export function isShown(compared: Compared): boolean {
  return compared.kind === 'error' || compared.change !== 'modified' || hasChanges(compared.diff);
}

/** One entry of the JSON. */
export function toFileDiff(compared: Compared): FileDiff {
  const { pair, change } = compared;
  const place = {
    path: pair.path,
    ...(pair.from === undefined ? {} : { from: pair.from }),
    change,
  };
  return compared.kind === 'diff'
    ? { ...compared.diff, ...place }
    : { ...compared.error.toBody(), ...place };
}

function changeOf({ base, head, from }: Pair): FileDiff['change'] {
  if (base === undefined) return 'added';
  if (head === undefined) return 'deleted';
  return from === undefined ? 'modified' : 'renamed';
}
