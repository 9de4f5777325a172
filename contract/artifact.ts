import * as z from 'zod';

/** What a file that was handed in is kept as; `size` in bytes. */
export const storedFileSchema = z.object({ sha256: z.string(), size: z.number().int() });
