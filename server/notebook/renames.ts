import type { Notebook } from './notebook.js';
import { hashText } from './values.js';

/** A notebook under a name that only one side has. */
export interface Named {
  readonly name: string;
  readonly notebook: Notebook;
}

/** Two notebooks that share less than this of their sources are two notebooks. */
const LEAST_LIKENESS = 0.5;

/** A source that more notebooks than this have tells none of them ("import numpy as np"). */
const MOST_OWNERS = 20;

/**
 * Which of the deleted notebooks became which of the added ones: the pairs most alike, at least half by the length of the cells
 * that they share, each notebook in one pair at most. Near-linear in the number of cells.
 */
export function findRenames(
  deleted: readonly Named[],
  added: readonly Named[],
): ReadonlyMap<string, string> {
  const owners = new Map<string, number[]>();
  deleted.forEach(({ notebook }, n) => {
    for (const hash of toWeights(notebook).keys())
      owners.set(hash, [...(owners.get(hash) ?? []), n]);
  });
  const likely = added.flatMap((head) => {
    const shared = new Map<number, number>();
    for (const [hash, weight] of toWeights(head.notebook)) {
      const found = owners.get(hash) ?? [];
      if (found.length <= MOST_OWNERS)
        for (const n of found) shared.set(n, (shared.get(n) ?? 0) + weight);
    }
    return [...shared].flatMap(([n, weight]) => {
      const base = deleted[n];
      if (base === undefined) return [];
      const likeness = weight / Math.max(sizeOf(base.notebook), sizeOf(head.notebook));
      return likeness >= LEAST_LIKENESS ? [{ base: base.name, head: head.name, likeness }] : [];
    });
  });
  return pairOff(likely);
}

interface Likely {
  readonly base: string;
  readonly head: string;
  readonly likeness: number;
}

function pairOff(likely: readonly Likely[]): Map<string, string> {
  const renames = new Map<string, string>();
  const taken = new Set<string>();
  const best = [...likely].sort(
    (a, b) => b.likeness - a.likeness || (`${a.base}\0${a.head}` < `${b.base}\0${b.head}` ? -1 : 1),
  );
  for (const { base, head } of best) {
    if (renames.has(base) || taken.has(head)) continue;
    renames.set(base, head);
    taken.add(head);
  }
  return renames;
}

/** The cells by the hash of their sources, each with its length; a source that occurs twice counts once. */
function toWeights({ cells }: Notebook): Map<string, number> {
  return new Map(
    cells.flatMap(({ source }) =>
      source.trim() === '' ? [] : [[hashText(source), source.length] as const],
    ),
  );
}

function sizeOf(notebook: Notebook): number {
  let size = 0;
  for (const length of toWeights(notebook).values()) size += length;
  return size;
}
