import type { ExpiredVersion } from '../../contract/expired.js';
import type { HistoryPage, HistoryRow, Notebook } from '../../contract/history.js';
import type { CaptureStatus } from './capture-status.js';
import type { HistoryItem } from './history-items.js';
import type { Problem } from './problem.js';

/** The metric that the list is read by. */
export type HistoryMetric = NonNullable<HistoryPage['metric']>;

/** One or two chosen versions; `other` is the second one, by Ctrl or ⌘. */
export interface Selection {
  readonly id: string;
  readonly other?: string;
}

export interface HistoryState {
  /** The notebook shown; undefined when none is open. */
  readonly path: string | undefined;
  /** `loading` only before the first answer; `empty`: nothing was kept yet (or nothing matches `text`). */
  readonly phase: 'idle' | 'loading' | 'empty' | 'ready' | 'failed';
  readonly problem: Problem | undefined;
  readonly notebook: Notebook | undefined;
  readonly rows: readonly HistoryRow[];
  readonly items: readonly HistoryItem[];
  readonly total: number;
  readonly metric: HistoryMetric | null;
  readonly metrics: readonly string[];
  readonly text: string;
  /** The version that was searched for by its id, and has expired. */
  readonly expired: ExpiredVersion | undefined;
  readonly selection: Selection | undefined;
  readonly capture: CaptureStatus | undefined;
  /** A request for this list is under way. */
  readonly busy: boolean;
}

/** What is shown of a history before there is one. */
export const NOTHING = {
  phase: 'idle',
  problem: undefined,
  notebook: undefined,
  rows: [],
  items: [],
  total: 0,
  metric: null,
  metrics: [],
  text: '',
  expired: undefined,
  selection: undefined,
  busy: false,
} as const satisfies Partial<HistoryState>;
