import type { Aspect, CellChange, NotebookDiff } from '../../contract/diff.js';
import { tallyChanges } from './tally.js';

/** What a reader can ask to see alone. */
export const PARTS = ['source', 'outputs', 'metadata'] as const;
export type NotebookPart = (typeof PARTS)[number];

const ASPECTS: Readonly<Record<Aspect, NotebookPart>> = {
  source: 'source',
  type: 'source',
  attachments: 'source',
  outputs: 'outputs',
  execution: 'outputs',
  metadata: 'metadata',
  id: 'metadata',
};

/**
 * The diff as if nothing but these parts of the notebooks had been compared: what differs elsewhere is left out, and a cell that
 * differs elsewhere alone counts as unchanged. An exact patch stays whole.
 */
export function narrowDiff(diff: NotebookDiff, only: readonly NotebookPart[]): NotebookDiff {
  const changes = diff.changes.map((change) => narrowChange(change, only));
  const metadata = only.includes('metadata');
  const { formats, ...rest } = diff;
  return {
    ...rest,
    ...(metadata && formats !== undefined ? { formats } : {}),
    ...tallyChanges(changes),
    notebook_metadata_changed: metadata && diff.notebook_metadata_changed,
    notebook_metadata: metadata ? diff.notebook_metadata : [],
    changes,
  };
}

function narrowChange(change: CellChange, only: readonly NotebookPart[]): CellChange {
  const aspects = change.aspects.filter((aspect) => only.includes(ASPECTS[aspect]));
  const { source, blocks, ...rest } = change;
  const shown = only.includes('source');
  return {
    ...rest,
    kind: change.kind === 'modified' && aspects.length === 0 ? 'same' : change.kind,
    aspects,
    ...(shown && source !== undefined ? { source } : {}),
    ...(shown && blocks !== undefined ? { blocks } : {}),
    outputs: only.includes('outputs') ? change.outputs : [],
    metadata: only.includes('metadata') ? change.metadata : [],
  };
}

/** True when a reader is shown any difference. */
export function hasChanges(diff: NotebookDiff): boolean {
  const { unchanged: _, ...changed } = diff.cells;
  return diff.notebook_metadata_changed || Object.values(changed).some((count) => count > 0);
}
