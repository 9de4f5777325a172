import * as z from 'zod';

/** What a file that was handed in is kept as; `size` in bytes. */
export const storedFileSchema = z.object({ sha256: z.string(), size: z.number().int() });

/** False when no file of that name was being taken in any more. */
export const cancelledSchema = z.object({ cancelled: z.boolean() });
