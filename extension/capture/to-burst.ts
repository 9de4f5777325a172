import type { Bundle } from '../../contract/bundle.js';
import type { Burst } from '../../contract/capture.js';
import type { Stale } from '../../contract/provenance.js';
import type { Trigger } from '../../contract/snapshot.js';
import type { EndedBurst } from './burst-tracker.js';
import type { CodeCell } from './kernel-log.js';

/** What is known of a notebook when it is captured. */
export interface Captured {
  readonly path: string;
  readonly content: string;
  /** The ids of all cells, in document order. */
  readonly cells: readonly string[];
  readonly code: readonly CodeCell[];
  readonly kernel: NonNullable<Burst['kernel']> | null;
  /** Of the cells that the burst ran. */
  readonly bundles: readonly { readonly cell: string; readonly bundle: Bundle }[];
}

/** Why a notebook is captured; a burst's own trigger follows from the cells that it ran. */
export type Reason =
  | {
      readonly kind: 'burst';
      readonly ended: EndedBurst;
      readonly clean: boolean;
      readonly stale: readonly Stale[];
      readonly alone: boolean;
    }
  | { readonly kind: 'save' }
  | { readonly kind: 'manual'; readonly message?: string };

/** The request that keeps what was captured. `key` makes it safe to send twice. */
export function toBurst(key: string, captured: Captured, reason: Reason): Burst {
  const { path, content, kernel } = captured;
  const plain = { key, path, content, kernel };
  switch (reason.kind) {
    case 'save':
      return { ...plain, trigger: 'save' };
    case 'manual':
      return {
        ...plain,
        trigger: 'manual',
        ...(reason.message === undefined ? {} : { message: reason.message }),
      };
    case 'burst': {
      const { ended } = reason;
      const places = new Map(captured.cells.map((id, at) => [id, at]));
      return {
        ...plain,
        trigger: toTrigger(ended, captured.code),
        started: ended.started,
        finished: ended.finished,
        executions: ended.executions.map((ran) => ({ ...ran, index: places.get(ran.cell) ?? -1 })),
        clean: ended.executions.length === 0 ? null : reason.clean,
        stale: ended.executions.length === 0 ? [] : [...reason.stale],
        bundles: [...captured.bundles],
        alone: reason.alone,
      };
    }
  }
}

/** "run-all" when every code cell with a source was asked for, in the notebook's order, whatever became of it. */
function toTrigger(ended: EndedBurst, code: readonly CodeCell[]): Trigger {
  const asked = code.filter((cell) => cell.source.trim() !== '').map((cell) => cell.id);
  const filled = new Set(asked);
  const attempted = ended.attempted.filter((id) => filled.has(id));
  const isAll = asked.length > 1 && asked.length === attempted.length;
  return isAll && asked.every((id, at) => id === attempted[at]) ? 'run-all' : 'burst';
}
