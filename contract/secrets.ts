import * as z from 'zod';

/** What is done about a secret before anything is kept: it stays and the person is told, a mark takes its place, nothing is kept, it is not looked for. */
export const secretActionSchema = z.enum(['warn', 'redact', 'refuse', 'off']);
export type SecretAction = z.infer<typeof secretActionSchema>;

/** A person's own kind of secret, in RE2's syntax: the pattern's first group is the secret, else all that it matches. */
export const secretPatternSchema = z.object({
  kind: z.string().regex(/^[a-z][a-z0-9_-]{0,39}$/),
  pattern: z.string().min(1).max(500),
});
export type SecretPattern = z.infer<typeof secretPatternSchema>;

/** A keyed hash of a secret: names it to this workspace and says nothing of it. */
export const fingerprintSchema = z.string().regex(/^[0-9a-f]{16}$/);

/** What is set about secrets; `outputs` holds for metadata, messages, params and names too. */
export const secretSettingsSchema = z.object({
  sources: secretActionSchema.optional(),
  outputs: secretActionSchema.optional(),
  /** Fingerprints of what a person said is no secret. */
  allowed: z.array(fingerprintSchema).max(10_000).optional(),
  patterns: z.array(secretPatternSchema).max(50).optional(),
});
export type SecretSettings = z.infer<typeof secretSettingsSchema>;

/** Where a secret stands; `start` and `end` count UTF-16 code units in that place's text, before anything was replaced. */
export const secretPlaceSchema = z.object({
  /** The cell's id, "" where it has none; null for the notebook's own metadata. */
  cell: z.string().nullable(),
  /** The cell's, from 0; -1 for no cell. */
  index: z.number().int(),
  /** "file": the bytes were no notebook. */
  place: z.enum(['source', 'output', 'metadata', 'file']),
  output: z.number().int().nullable(),
  start: z.number().int(),
  end: z.number().int(),
});

/** A secret that was found: its kind, and its beginning as far as that tells the kind only, e.g. "ghp_…". */
export const foundSecretSchema = secretPlaceSchema.extend({
  rule: z.string(),
  name: z.string(),
  preview: z.string(),
  fingerprint: fingerprintSchema,
});
export type FoundSecret = z.infer<typeof foundSecretSchema>;

/** A found secret with what was done about it. */
export const secretNoteSchema = foundSecretSchema.extend({ action: z.enum(['kept', 'redacted']) });
export type SecretNote = z.infer<typeof secretNoteSchema>;

/** What a person is told of a version that was kept without this many secrets, at least one. */
export function redactionWords(count: number): string {
  return `${count === 1 ? 'A secret was' : `${String(count)} secrets were`} not kept with this version; a mark "[redacted: …]" stands there.`;
}

/** What a person is told of a restored notebook in which this many secrets, at least one, stand as they stood there before. */
export function heldSecretWords(path: string, count: number): string {
  return `${path} still holds ${count === 1 ? 'a secret that is' : `${String(count)} secrets that are`} not in this version: what the file had stays.`;
}

/** A person says that something found is no secret. */
export const allowSecretSchema = z.object({ fingerprint: fingerprintSchema });

/** A text that may hold what was purged: a notebook's JSON, or anything else. */
export const redactTextSchema = z.object({ content: z.string() });

/** The text without it, and at how many places it was. */
export const redactedTextSchema = z.object({ content: z.string(), redactions: z.number().int() });
export type RedactedText = z.infer<typeof redactedTextSchema>;
