import * as z from 'zod';

/**
 * A JSON value within a patch: its JSON text with every number as it was written, or for a long value the SHA-256 of that text,
 * to be had from the notebook that holds it.
 */
export const patchValueSchema = z.union([
  z.object({ json: z.string() }),
  z.object({ hash: z.string(), size: z.number().int() }),
]);
export type PatchValue = z.infer<typeof patchValueSchema>;

/** A stretch of a text or list: `at` counts in base from 0 (texts: UTF-16 code units), `removed` and `added` are what stood and stands there. */
const textEditSchema = z.object({ at: z.number().int(), removed: z.string(), added: z.string() });

/** One item of a list that head has: a run of base's items in order (`count` from `from`), one of base's items changed, or a new one. */
const itemSchema = z.union([
  z.object({ from: z.number().int(), count: z.number().int() }),
  z.object({
    from: z.number().int(),
    get change(): typeof changeSchema {
      return changeSchema;
    },
  }),
  z.object({ add: patchValueSchema }),
]);
export type PatchItem = z.infer<typeof itemSchema>;

/** How one JSON value became another. Everything has both sides, so that a patch can be turned round. */
export const changeSchema = z.discriminatedUnion('op', [
  z.object({ op: z.literal('replace'), base: patchValueSchema, head: patchValueSchema }),
  z.object({ op: z.literal('text'), edits: z.array(textEditSchema) }),
  z.object({
    op: z.literal('list'),
    /** What head's list is made of, in order; items of base that it does not name are in `deleted`, with their index. */
    items: z.array(itemSchema),
    deleted: z.array(z.tuple([z.number().int(), patchValueSchema])),
    baseLength: z.number().int(),
  }),
  z.object({
    op: z.literal('object'),
    added: z.array(z.tuple([z.string(), patchValueSchema])),
    deleted: z.array(z.tuple([z.string(), patchValueSchema])),
    get changed(): z.ZodArray<z.ZodTuple<[z.ZodString, typeof changeSchema]>> {
      return z.array(z.tuple([z.string(), changeSchema]));
    },
    /** The names in head's order, where it is not base's with additions at the end. */
    order: z.array(z.string()).optional(),
  }),
]);
export type PatchChange = z.infer<typeof changeSchema>;

/** What makes one notebook's JSON of another's exactly; no change is absent. */
export const patchSchema = z.object({ format: z.literal(1), change: changeSchema.optional() });
export type Patch = z.infer<typeof patchSchema>;
