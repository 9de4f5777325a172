import * as z from 'zod';

/** Why it is not sure that a cell made a call: as the kernel's side said it, or as the server found the cell without being told. */
export const becauseSchema = z.enum([
  // Said by the kernel's side.
  ...(['no cell id', 'thread', 'task', 'callback', 'child'] as const),
  // Found by the server: by the hash of the code, by the time at which it ran, in a notebook's file, or by an id alone.
  ...(['code', 'window', 'file', 'execution', 'nothing said'] as const),
  // The run was there already, and nobody knows what had started it.
  ...(['joined'] as const),
]);
export type Because = z.infer<typeof becauseSchema>;

/** A cell's execution that made or logged to a run, as far as it is known; what is not known is empty or null. */
export const traceSchema = z.object({
  /** Jupyter's id of the kernel, and the session of whoever sent the execution. */
  kernel: z.string(),
  session: z.string(),
  cell: z.string(),
  /** SHA-256 of the code as the kernel got it, in hexadecimal. */
  code: z.string(),
  /** The kernel's counter. */
  count: z.number().int().nullable(),
  certainty: z.enum(['sure', 'unsure']),
  because: becauseSchema.nullable(),
});
export type Trace = z.infer<typeof traceSchema>;

/**
 * Why outputs may not be what the code gives: a cell was edited after it ran; a cell never ran in this kernel; it ran after one that
 * stands below it; or code ran in this kernel that is not in the notebook (then `cell` is empty).
 */
export const staleSchema = z.object({
  cell: z.string(),
  kind: z.enum(['edited', 'never', 'order', 'other']),
});
export type Stale = z.infer<typeof staleSchema>;

/** Something to know before a run or a model is trusted. */
export const doubtSchema = z.object({
  code: z.enum(['edited', 'never', 'order', 'other', 'unsure', 'unclaimed']),
  /** The places of the cells that it is about, from 0, in the notebook's order. */
  cells: z.array(z.number().int()),
  message: z.string(),
});
export type Doubt = z.infer<typeof doubtSchema>;
