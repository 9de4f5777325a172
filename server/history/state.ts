import * as z from 'zod';

import { cellTypeSchema } from '../../contract/diff.js';
import { staleSchema } from '../../contract/provenance.js';
import { foundSecretSchema } from '../../contract/secrets.js';
import {
  authorSchema,
  changedCellsSchema,
  executionSchema,
  idSchema,
  kernelSchema,
  triggerSchema,
} from '../../contract/snapshot.js';
import { THROUGH_TRAILER } from '../store/journal/sealed.js';

/** A cell of the notebook as it was kept: enough to follow a notebook under another name, and to count what changed. */
const keptCellSchema = z.object({ id: z.string(), type: cellTypeSchema, hash: z.string() });
export type KeptCell = z.infer<typeof keptCellSchema>;

const keptSnapshotSchema = z.object({
  id: idSchema,
  number: z.number().int(),
  time: z.string(),
  message: z.string().nullable(),
  trigger: triggerSchema,
  clean: z.boolean().nullable(),
  parent: idSchema.nullable(),
  restored: idSchema.nullable(),
  author: authorSchema,
  kernel: kernelSchema.nullable(),
  changed: changedCellsSchema.nullable(),
  executions: z.array(executionSchema),
  /** Absent where there are none. */
  stale: z.array(staleSchema).optional(),
  runs: z.array(z.string()),
  key: z.string().nullable(),
  size: z.number().int(),
  cells: z.array(keptCellSchema),
  /** The commit of a person's own repository that it was brought in from, its path there, and its message below the subject. */
  imported: z.object({ commit: z.string(), path: z.string(), body: z.string() }).optional(),
  /** Secrets that were taken out before the notebook was kept. */
  redactions: z.array(foundSecretSchema).default([]),
});

/**
 * `.cellar/notebooks/<id>/state.json`: what is known of a notebook as of one commit. `snapshot` is absent while none of its
 * snapshots is on this line of history.
 */
export const notebookStateSchema = z.object({
  format: z.literal(1),
  notebook: idSchema,
  number: z.number().int(),
  path: z.string(),
  formerPaths: z.array(z.string()),
  origin: z.object({ notebook: idSchema, path: z.string(), snapshot: idSchema }).nullable(),
  snapshot: keptSnapshotSchema.optional(),
});
export type NotebookState = z.infer<typeof notebookStateSchema>;

export function notebookStatePath(notebook: string): string {
  return `.cellar/notebooks/${notebook}/state.json`;
}

/** Where a version is kept that does not stand at its notebook's path, since a newer one does: its bytes, and its state. */
export function keptPaths(
  notebook: string,
  snapshot: string,
): { readonly bytes: string; readonly state: string } {
  const path = `.cellar/notebooks/${notebook}/kept/${snapshot}`;
  return { bytes: `${path}.ipynb`, state: `${path}.json` };
}

/** JSON as the store's own files have it: one value a line, so that git's diffs of them are readable. */
export function formatStored(value: unknown): Buffer {
  return Buffer.from(`${JSON.stringify(value, undefined, 1)}\n`);
}

export const TRAILERS = {
  snapshot: 'Snapshot-Id',
  notebook: 'Notebook-Id',
  parent: 'Parent-Snapshot',
  trigger: 'Trigger',
  /** A change of a notebook that is no snapshot: "rename", "copy" or "delete". */
  event: 'Notebook-Event',
  /** The commit of a person's own repository that a version was brought in from. */
  imported: 'Imported-From',
  through: THROUGH_TRAILER,
} as const;
