import * as z from 'zod';

/** The place of a long value within a text: its SHA-256 (of its JSON text) and length, to be had from the notebook that holds it. */
export const hashedSchema = z.object({ hash: z.string(), size: z.number().int() });

/** A JSON value as its JSON text, with every number as it was written; with long values in it, as the pieces of that text in order. */
export const patchValueSchema = z.union([z.string(), z.array(z.union([z.string(), hashedSchema]))]);
export type PatchValue = z.infer<typeof patchValueSchema>;

/** A stretch of a text: `at` counts UTF-16 code units of base from 0; `removed` stood there, `added` stands there now. */
export const textEditSchema = z.object({
  at: z.number().int(),
  removed: z.string(),
  added: z.string(),
});
export type TextEdit = z.infer<typeof textEditSchema>;

/** What head's list is made of: a run of base's items (`count` of them from index `from`), one of them changed, or a new one. */
const itemSchema = z.union([
  z.object({ from: z.number().int(), count: z.number().int() }),
  z.object({
    from: z.number().int(),
    get change() {
      return changeSchema;
    },
  }),
  z.object({ add: patchValueSchema }),
]);
export type PatchItem = z.infer<typeof itemSchema>;

/** How one JSON value became another; it holds both sides, so that it can be turned round. */
export const changeSchema = z.discriminatedUnion('op', [
  z.object({ op: z.literal('replace'), base: patchValueSchema, head: patchValueSchema }),
  z.object({
    op: z.literal('text'),
    /** Of base's text, in UTF-16 code units. */
    baseLength: z.number().int(),
    edits: z.array(textEditSchema),
  }),
  z.object({
    op: z.literal('list'),
    baseLength: z.number().int(),
    /** In the order of head; no item of base occurs twice. */
    items: z.array(itemSchema),
    /** The items of base that head does not have, by their index. */
    deleted: z.array(z.tuple([z.number().int(), patchValueSchema])),
  }),
  z.object({
    op: z.literal('object'),
    added: z.array(z.tuple([z.string(), patchValueSchema])),
    deleted: z.array(z.tuple([z.string(), patchValueSchema])),
    get changed() {
      return z.array(z.tuple([z.string(), changeSchema]));
    },
  }),
]);
export type PatchChange = z.infer<typeof changeSchema>;

/** What makes one notebook's JSON of another's exactly; `change` is absent when they are the same. */
export const patchSchema = z.object({ format: z.literal(1), change: changeSchema.optional() });
export type Patch = z.infer<typeof patchSchema>;
