import { createHash } from 'node:crypto';

import type { AskedSide, Comparison } from '../../contract/compare.js';
import type { NoisePattern } from '../../contract/workspace.js';
import { onSide } from '../errors.js';
import { compareNotebooks, type Compared } from '../work/compare.js';
import { Together } from '../work/together.js';
import { findValueIn } from '../work/value.js';
import { findPacked } from '../work/values.js';
import { compareMetrics, compareParams } from './compared-values.js';
import { openSide, type OpenSide, type SideParts } from './sides.js';

/** Of results, and of comparisons that can still be asked about, each. */
const MEMORY_BYTES = 96 * 1024 * 1024;
/** What an entry takes beside the bytes that it holds. */
const ENTRY_BYTES = 4096;

/** How two sides are to be compared. */
export interface CompareTerms {
  /** Kinds of noise to show. */
  readonly show: readonly string[];
  readonly patterns: readonly NoisePattern[];
  /** Aborted when nobody waits for the answer any more. */
  readonly signal?: AbortSignal;
}

/** A comparison that has been made, with all that its values and sides are asked for by. */
export interface OpenComparison {
  readonly key: string;
  readonly base: OpenSide;
  readonly head: OpenSide;
  readonly values: Pick<Comparison, 'metrics' | 'params'>;
  /** The NotebookDiff as JSON text in UTF-8. */
  readonly diff: Uint8Array;
  /** Text in UTF-8; undefined where neither side has such a value. */
  findValue(hash: string): Promise<Uint8Array | undefined>;
}

/** Compares any two sides, and remembers the last comparisons. */
export interface Comparer {
  /** Throws as openSide and compareNotebooks do, each time with the side. */
  compare(base: AskedSide, head: AskedSide, terms: CompareTerms): Promise<OpenComparison>;
  /** A comparison that is still remembered. */
  find(key: string): OpenComparison | undefined;
}

/**
 * Results are shared by all comparisons of the same bytes on the same terms; one that had to be coarse is not offered again. `memory` is what
 * results may take, and what open comparisons may, in bytes.
 */
export function createComparer(parts: SideParts, memory = MEMORY_BYTES): Comparer {
  const results = parts.store.memory.cache<Compared>(memory);
  const open = parts.store.memory.cache<OpenComparison>(memory);
  const together = new Together<Compared>();

  const diffOf = async (
    base: OpenSide,
    head: OpenSide,
    { show, patterns, signal }: CompareTerms,
  ): Promise<Compared> => {
    const { epoch } = results;
    const key = JSON.stringify([base.content, head.content, show, patterns]);
    const found = results.find(key);
    if (found !== undefined) return found;
    return together.run(key, signal, async (shared) => {
      const result = await compareNotebooks(parts.pool, {
        base,
        head,
        show,
        patterns,
        signal: shared,
      });
      if (!result.coarse) results.add(key, result, sizeOf(result), epoch);
      return result;
    });
  };

  return {
    find: (key) => open.find(key),
    compare: async (askedBase, askedHead, terms) => {
      const { epoch } = open;
      const [base, head] = await Promise.all([
        openOn(parts, askedBase, 'base', terms.signal),
        openOn(parts, askedHead, 'head', terms.signal),
      ]);
      const result = await diffOf(base, head, terms);
      const comparison: OpenComparison = {
        key: keyOf(base, head, terms),
        base,
        head,
        values: compareValues(base, head),
        diff: result.diff,
        findValue: async (hash) =>
          findPacked(result.values, hash) ?? (await findValueIn(parts.pool, [head, base], hash)),
      };
      // It holds its result also when that is no longer offered to others.
      open.add(comparison.key, comparison, sizeOf(result) + base.held + head.held, epoch);
      return comparison;
    },
  };
}

async function openOn(
  parts: SideParts,
  asked: AskedSide,
  side: 'base' | 'head',
  signal: AbortSignal | undefined,
): Promise<OpenSide> {
  try {
    return await openSide(parts, asked, signal);
  } catch (error) {
    throw onSide(error, side);
  }
}

function sizeOf({ diff, values }: Compared): number {
  return diff.length + values.bytes.length + ENTRY_BYTES;
}

/** The same for the same sides of the same bytes on the same terms, so that asking again forgets nothing. */
function keyOf(base: OpenSide, head: OpenSide, { show, patterns }: CompareTerms): string {
  const facts = [base.side, base.content, head.side, head.content, show, patterns];
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex').slice(0, 32);
}

/** Only snapshots have runs: to show the metrics of what is being edited as gone would be wrong. */
function compareValues(base: OpenSide, head: OpenSide): OpenComparison['values'] {
  if (base.side.kind !== 'snapshot' || head.side.kind !== 'snapshot')
    return { metrics: [], params: [] };
  return {
    metrics: compareMetrics(base.runs, head.runs),
    params: compareParams(base.runs, head.runs),
  };
}
