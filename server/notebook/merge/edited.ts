import { equalJson } from '../json.js';
import { plainSource } from '../likeness.js';
import { diffCellMetadata } from '../metadata.js';
import { toScope, toTerms } from '../options.js';
import { diffOutputs } from '../outputs.js';
import type { SideCell } from './side.js';

/** Somebody changed the cell: its source, type, metadata or attachments. A re-run alone is no edit. */
export function isEdited({ cell: base }: SideCell, { cell: head }: SideCell): boolean {
  if (base.type !== head.type || plainSource(base) !== plainSource(head)) return true;
  if (!equalJson(base.attachments, head.attachments)) return true;
  const { noise } = toScope(toTerms({}));
  return diffCellMetadata(base.metadata, head.metadata, noise).length > 0;
}

/** The outputs say the same: what differs is chance, as a re-run makes it. */
export function saysTheSame({ cell: base }: SideCell, { cell: head }: SideCell): boolean {
  if (base.outputs.length !== head.outputs.length) return false;
  const changes = diffOutputs(base.outputs, head.outputs, toScope(toTerms({})));
  return changes.every(({ kind }) => kind === 'same');
}
