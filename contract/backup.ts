import * as z from 'zod';

/** Asks for a backup of the whole store into a folder of the server's machine. */
export const backupRequestSchema = z.object({
  /** Absolute. */
  folder: z.string().min(1),
  /** Also check what earlier backups have copied. */
  verify: z.boolean().default(false),
});

/** What a backup holds now, and what of it was copied this time. Damages are files of the store that are not what their names say. */
export const backedUpSchema = z.object({
  status: z.enum(['ok', 'damaged']),
  folder: z.string(),
  refs: z.number().int(),
  artifacts: z.number().int(),
  records: z.number().int(),
  copied: z.object({ files: z.number().int(), bytes: z.number() }),
  /** True when secrets were purged since the last backup into this folder, which still has them. */
  holdsPurged: z.boolean(),
  damages: z.array(z.object({ what: z.string(), reason: z.string() })),
  /** When the backup was made (UTC, RFC 3339) that the folder goes on holding, since the store is too damaged for a new one. */
  keptBefore: z.string().nullable(),
});
export type BackedUp = z.infer<typeof backedUpSchema>;
