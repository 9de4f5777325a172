import * as z from 'zod';

import { pathSchema } from './capture.js';
import { graceSchema, retentionSchema } from './retention.js';
import { serverUrlSchema } from './external.js';
import { secretSettingsSchema } from './secrets.js';

/** What capture is paused for: one notebook, a folder ("" is the whole workspace). */
export const pauseSchema = z.object({
  path: z.string(),
  kind: z.enum(['notebook', 'folder']),
  paused: z.boolean(),
});
export type Pause = z.input<typeof pauseSchema>;

export const pausedSchema = z.object({
  notebooks: z.array(z.string()),
  folders: z.array(z.string()),
});

/** Space in bytes that the store takes; `limit` is what the person set (0: none), `warn` that 80 % of it is used. */
export const spaceSchema = z.object({
  history: z.number(),
  artifacts: z.number(),
  artifactCount: z.number().int(),
  limit: z.number(),
  warn: z.boolean(),
});
export type Space = z.infer<typeof spaceSchema>;

export const workspaceSchema = z.object({
  /** The folder's name; its path is shown to the owner only, in `root`. */
  name: z.string(),
  root: z.string().nullable(),
  version: z.string(),
  snapshots: z.number().int(),
  notebooks: z.number().int(),
  space: spaceSchema,
  paused: pausedSchema,
  readOnly: z.boolean(),
  /** Why nothing can be written; null where it can. */
  obstacle: z.enum(['damaged', 'disk_full', 'read_only']).nullable(),
  /** The base address for links that a reviewer can open; null when only JupyterLab reaches this server. */
  link: z.string().nullable(),
});
export type Workspace = z.infer<typeof workspaceSchema>;

/** Whether a notebook is captured, and if not, why. */
export const captureStateSchema = z.object({
  path: pathSchema,
  state: z.enum(['on', 'paused', 'ignored']),
  /** For paused: the notebook, folder or workspace ("") that is; for ignored: the pattern. */
  by: z.string().nullable(),
});
export type CaptureState = z.infer<typeof captureStateSchema>;

/** A person's own kind of noise: what the pattern matches in a text output is chance. */
export const noisePatternSchema = z.object({
  kind: z.string().regex(/^[a-z][a-z0-9_]{0,39}$/),
  pattern: z.string().min(1).max(500),
});
export type NoisePattern = z.infer<typeof noisePatternSchema>;

/** Names as they are printed, compared to the letter. */
export const printedMetricsSchema = z.array(z.string().min(1).max(100)).max(50);

export const settingsSchema = z.object({
  spaceLimit: z.number().nonnegative().optional(),
  artifactGlobs: z.array(z.string()).optional(),
  /** Names of metrics that are taken from printed text, such as "accuracy: 0.93"; none by default. */
  printedMetrics: printedMetricsSchema.optional(),
  /** What counts as noise in outputs beside what Cellar knows; patterns in RE2's syntax, matched in linear time. */
  noisePatterns: z.array(noisePatternSchema).optional(),
  /** Kinds of noise that are shown by default. */
  shownNoise: z.array(z.string()).optional(),
  /** How automatic snapshots thin out with age. */
  retention: retentionSchema.optional(),
  /** How long a file that no version refers to any more stays, in days. */
  artifactGrace: graceSchema.optional(),
  /** What is done about keys and tokens; what is not named stays as it is. */
  secrets: secretSettingsSchema.optional(),
  /** Where others reach this server: what links begin with that are written elsewhere. Empty: its own address. */
  publicUrl: z.union([z.literal(''), serverUrlSchema]).optional(),
});
export type ServerSettings = z.infer<typeof settingsSchema>;
