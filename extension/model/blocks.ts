import type { MarkdownBlock } from '../../contract/diff.js';

/** Blocks of a text in the order they are read; runs of kept ones that are far from a change are left out. */
export type BlockRun =
  | { readonly kind: 'block'; readonly block: MarkdownBlock }
  | { readonly kind: 'left'; readonly count: number };

/** Kept blocks that are shown on either side of a change. */
const CONTEXT = 1;

/** Blocks with their surroundings; `whole` leaves none out. */
export function toBlockRuns(blocks: readonly MarkdownBlock[], whole: boolean): readonly BlockRun[] {
  const near = blocks.map((_, at) =>
    blocks.slice(Math.max(0, at - CONTEXT), at + CONTEXT + 1).some(({ op }) => op !== ' '),
  );
  const runs: BlockRun[] = [];
  blocks.forEach((block, at) => {
    const last = runs[runs.length - 1];
    if (whole || near[at] === true) runs.push({ kind: 'block', block });
    else if (last?.kind === 'left') runs[runs.length - 1] = { ...last, count: last.count + 1 };
    else runs.push({ kind: 'left', count: 1 });
  });
  // The line that would stand for one block saves nothing.
  return runs.map((run, at) => {
    if (run.kind === 'block' || run.count > 1) return run;
    const before = runs.slice(0, at).reduce((sum, each) => sum + lengthOf(each), 0);
    const block = blocks[before];
    return block === undefined ? run : { kind: 'block', block };
  });
}

function lengthOf(run: BlockRun): number {
  return run.kind === 'left' ? run.count : 1;
}
