import * as z from 'zod';

import { bundleSchema } from './bundle.js';
import { MAX_MESSAGE_LENGTH } from './limits.js';
import { staleSchema } from './provenance.js';
import { foundSecretSchema, secretNoteSchema } from './secrets.js';
import {
  executionSchema,
  idSchema,
  kernelSchema,
  snapshotSchema,
  triggerSchema,
} from './snapshot.js';

/** A path in the workspace, relative to its root, with "/". */
export const pathSchema = z.string().min(1).max(4096);

/** What a person says of a version. */
const messageSchema = z.string().max(MAX_MESSAGE_LENGTH, {
  error: ({ input }) =>
    `the message has ${typeof input === 'string' ? input.length : 'too many'} characters; at most ${MAX_MESSAGE_LENGTH} are kept`,
});

/** A metrics bundle that a cell of the burst displayed. */
export const shownBundleSchema = z.object({ cell: z.string(), bundle: bundleSchema });

/** What the extension sends when a kernel has been quiet for a moment, or a person asks for a snapshot. */
export const burstSchema = z.object({
  /** Idempotency key, made once in the browser; a second delivery answers as the first did. */
  key: z.string().min(8).max(64),
  path: pathSchema,
  /** The notebook as the editor holds it, as JSON text; absent when it has no unsaved change: then the file is kept. */
  content: z.string().optional(),
  trigger: triggerSchema,
  message: messageSchema.optional(),
  /** When the burst began and ended, in milliseconds since 1970, by the browser's clock. */
  started: z.number().optional(),
  finished: z.number().optional(),
  /** When this delivery left the browser, by the same clock: it may be long after, and that clock may be wrong. */
  sent: z.number().optional(),
  executions: z.array(executionSchema).default([]),
  clean: z.boolean().nullable().default(null),
  stale: z.array(staleSchema).max(1_000).default([]),
  kernel: kernelSchema.nullable().default(null),
  bundles: z.array(shownBundleSchema).default([]),
  /** Other kernels were busy during the burst, so files that appeared may be theirs. */
  alone: z.boolean().default(true),
});
export type Burst = z.input<typeof burstSchema>;
export type ParsedBurst = z.output<typeof burstSchema>;

/** Something that could not be kept, or was kept otherwise than it was, and why; the snapshot itself was. */
export const warningSchema = z.object({
  code: z.string(),
  message: z.string(),
  /** Of a key or token that was found. */
  secret: secretNoteSchema.optional(),
});

/** The snapshot that holds the state; `created` is false when nothing was new. */
export const keptSchema = z.object({
  snapshot: snapshotSchema,
  created: z.boolean(),
  warnings: z.array(warningSchema),
});
export type Kept = z.infer<typeof keptSchema>;

/** A snapshot of the file as it is on disk, as `cellar snapshot` asks for it. */
export const takeSchema = z.object({
  key: z.string().min(8).max(64).optional(),
  path: pathSchema,
  message: messageSchema.optional(),
  trigger: triggerSchema.default('manual'),
});

export const renameSchema = z.object({ from: pathSchema, to: pathSchema });

/** The notebooks that go on under a new path; more than one when a folder was renamed. */
export const renamedSchema = z.object({
  notebooks: z.array(z.object({ id: idSchema, path: z.string() })),
});

/** `content`: what the editor holds now, kept first; absent: the file on disk is. `write`: put the bytes into the workspace's file. */
export const restoreSchema = z.object({
  key: z.string().min(8).max(64).optional(),
  content: z.string().optional(),
  write: z.boolean().default(true),
  /** Where to write, relative to the workspace; by default the notebook's path now. */
  path: pathSchema.optional(),
});
export type Restore = z.input<typeof restoreSchema>;

/** `before` is the snapshot that holds what was there; null when there was nothing to keep. `content` is the restored notebook's text. */
export const restoredSchema = z.object({
  snapshot: snapshotSchema,
  before: snapshotSchema.nullable(),
  path: z.string(),
  content: z.string(),
  /** What was taken out of the version before it was kept; `kept` of them stand in the file again, since it still had them. */
  redactions: z.array(foundSecretSchema),
  kept: z.number().int(),
});
export type Restored = z.infer<typeof restoredSchema>;
