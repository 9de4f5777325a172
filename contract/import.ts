import * as z from 'zod';

import { serverUrlSchema } from './external.js';
import { progressSchema } from './progress.js';

const AGO = /^(\d{1,4})[ .](second|minute|hour|day|week|month|year)s?[ .]ago$/i;
const SECONDS: Readonly<Record<string, number>> = {
  ...{ second: 1, minute: 60, hour: 3_600, day: 86_400, week: 604_800 },
  ...{ month: 30 * 86_400, year: 365 * 86_400 },
};

/** Git takes any words for a time, and those that are none for now. */
function isTime(text: string): boolean {
  return AGO.test(text) || (/^\d{4}-\d{2}-\d{2}/.test(text) && !Number.isNaN(Date.parse(text)));
}

/** The moment that such a text means, seen from `now`; both in milliseconds since 1970. */
export function toTime(text: string, now: number): number {
  const [, amount = '', unit = ''] = AGO.exec(text) ?? [];
  if (unit === '') return Date.parse(text);
  return now - Number(amount) * (SECONDS[unit.toLowerCase()] ?? 0) * 1_000;
}

/** What is to be brought in from a git repository. */
export const importRequestSchema = z.object({
  /** A folder in its work tree, or a bare repository; absolute. By default the one around the workspace. */
  git: z.string().min(1).optional(),
  /** Every branch and tag; else what HEAD stands on. */
  all: z.boolean().default(false),
  /** Only commits after this time: "2024-01-31", with a clock time where that matters, or "2 years ago". */
  since: z
    .string()
    .max(200)
    .refine(isTime, 'not a time: give a date such as 2024-01-31, or "2 years ago"')
    .optional(),
});

/** The most warnings that an answer names; the others are counted. */
export const MAX_IMPORT_WARNINGS = 100;

/** Something that was passed over, or kept though it cannot be read. */
export const importWarningSchema = z.object({
  message: z.string(),
  /** Where it was, as far as it was in one place. */
  commit: z.string().optional(),
  path: z.string().optional(),
});
export type ImportWarning = z.infer<typeof importWarningSchema>;

/** What an import did. */
export const importedSchema = z.object({
  status: z.literal('ok'),
  /** The repository's folder. */
  repository: z.string(),
  /** The commit that its HEAD stood on; null for none. */
  head: z.string().nullable(),
  /** Commits that touched a notebook. */
  commits: z.number().int(),
  /** Notebooks that have a history there. */
  notebooks: z.number().int(),
  /** Versions that were made now. */
  snapshots: z.number().int(),
  /** Versions that were here from an earlier import. */
  known: z.number().int(),
  /** Runs that were made of metrics and params in outputs. */
  runs: z.number().int(),
  /** States that could not be had. */
  skipped: z.number().int(),
  warnings: z.array(importWarningSchema),
});
export type Imported = z.infer<typeof importedSchema>;

/** What is to be brought in from an MLflow server. */
export const mlflowImportRequestSchema = z.object({
  url: serverUrlSchema,
  /** Secrets themselves, for this one import: they are not kept. */
  user: z.string().optional(),
  password: z.string().optional(),
  token: z.string().optional(),
  /** Names or ids, also several parted by commas; by default every experiment. */
  experiments: z.array(z.string().min(1)).optional(),
  /** Also experiments and runs that are deleted there, as deleted ones, which can be restored. */
  deleted: z.boolean().default(false),
  /** Only runs that began at or after this time: "2024-01-31", with a clock time where that matters, or "2 years ago". */
  since: z
    .string()
    .max(200)
    .refine(isTime, 'not a time: give a date such as 2024-01-31, or "2 years ago"')
    .optional(),
});

/** How much of a kind there is: made now, changed now, here as it is there already, and not brought in for a reason in the warnings. */
const broughtSchema = z.object({
  made: z.number().int(),
  changed: z.number().int(),
  known: z.number().int(),
  failed: z.number().int(),
});
export type Brought = z.infer<typeof broughtSchema>;

/** What an import from an MLflow server did. */
export const mlflowImportedSchema = z.object({
  status: z.literal('ok'),
  server: z.string(),
  experiments: broughtSchema,
  runs: broughtSchema,
  /** Logged models. */
  models: broughtSchema,
  /** Registered models, and their versions. */
  registered: broughtSchema,
  versions: broughtSchema,
  /** Values of metrics, and files with their bytes, that came in now. */
  points: z.number().int(),
  files: z.number().int(),
  bytes: z.number(),
  warnings: z.array(z.object({ message: z.string() })),
});
export type MlflowImported = z.infer<typeof mlflowImportedSchema>;

/** Whether there is history of notebooks around the workspace that was not brought in. */
export const importOfferSchema = z.object({
  /** The top of the repository; null where there is none. */
  repository: z.string().nullable(),
  /** Commits that are not here yet, and the notebooks that they touched. */
  commits: z.number().int(),
  notebooks: z.number().int(),
  /** There are more: counting ended early. */
  more: z.boolean(),
  /** How far an import has come that goes on now, whoever began it; then nothing is counted. */
  running: progressSchema.nullable(),
});
export type ImportOffer = z.infer<typeof importOfferSchema>;
