import * as z from 'zod';

import { expiredVersionSchema } from './expired.js';
import { foundSecretSchema } from './secrets.js';

/** Every reason a request or a command can be refused for; clients branch on these, never on a message. */
export const ERROR_CODES = [
  'ambiguous_id',
  'approval_needed',
  'artifact_missing',
  'artifact_purged',
  'bad_request',
  'cancelled',
  'changed_while_reading',
  'conflict',
  'conflict_markers',
  'disk_full',
  'expired',
  'forbidden',
  'internal',
  'not_a_notebook',
  'not_found',
  'not_json',
  'not_utf8',
  'outside_workspace',
  'paused',
  'refused_path',
  'registry_away',
  'registry_refused',
  'secret_found',
  'server_away',
  'store_busy',
  'store_damaged',
  'store_missing',
  'store_newer',
  'store_read_only',
  'timed_out',
  'too_large',
  'unauthenticated',
  'unsupported_format',
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

/** The side of a comparison that an error is about. */
export const sideSchema = z.enum(['base', 'head', 'local', 'remote']);
export type Side = z.infer<typeof sideSchema>;

/** The body of every answer that is not a success. */
export const errorBodySchema = z.object({
  status: z.literal('error'),
  code: z.enum(ERROR_CODES),
  message: z.string(),
  side: sideSchema.optional(),
  path: z.string().optional(),
  /** Of "expired": which version, and what is left. */
  expired: expiredVersionSchema.optional(),
  /** Of "secret_found": the first of what is not to be kept. */
  secrets: z.array(foundSecretSchema).optional(),
});
export type ErrorBody = z.infer<typeof errorBodySchema>;

/** What an error is about, beside its message. */
export type ErrorFacts = Readonly<Omit<ErrorBody, 'status' | 'code' | 'message'>>;
