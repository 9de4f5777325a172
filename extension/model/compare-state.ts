import type { CompareSides, Comparison } from '../../contract/compare.js';
import type { DiffChoices } from './compare-choices.js';
import type { DiffItem } from './compare-items.js';
import type { CellNoise, NoiseKind } from './compare-noise.js';
import type { PlainCell } from './notebook-text.js';
import type { Problem } from './problem.js';

/** What a comparison shows. */
export interface CompareState {
  /** What is compared, and which noise is asked for; without `show` that is left to the settings. */
  readonly asked: CompareSides;
  readonly phase: 'loading' | 'ready' | 'failed';
  readonly problem: Problem | undefined;
  readonly comparison: Comparison | undefined;
  readonly choices: DiffChoices;
  readonly items: readonly DiffItem[];
  readonly changes: number;
  /** The key of the block that the keys move from; undefined before the first move. */
  readonly current: string | undefined;
  readonly allOpen: boolean;
  /** Every block is drawn, not only those in sight: for the browser's own search, and for paper. */
  readonly whole: boolean;
  /** The base side's cells, for what did not change; undefined until they are loaded. */
  readonly baseCells: readonly PlainCell[] | undefined;
  readonly noise: readonly NoiseKind[];
  /** What of the cells is shown noise, by their keys. */
  readonly noisy: ReadonlyMap<string, CellNoise>;
  readonly busy: boolean;
}

/** What is shown of a comparison before there is one. */
export const NOTHING = {
  phase: 'loading',
  problem: undefined,
  comparison: undefined,
  items: [],
  changes: 0,
  current: undefined,
  baseCells: undefined,
  noise: [],
  noisy: new Map<string, CellNoise>(),
} as const satisfies Partial<CompareState>;
