import * as z from 'zod';

import { metricValueSchema } from './bundle.js';
import { patchSchema } from './patch.js';

/** A value of a notebook: itself where it is short, else its hash (SHA-256 of its UTF-8 text), to be asked for when it is shown. */
export const valueRefSchema = z.object({
  mime: z.string(),
  /** Length of the value in UTF-8 bytes (of base64 text: of the bytes it stands for). */
  size: z.number().int().nonnegative(),
  hash: z.string(),
  /** The value as text (JSON types as JSON text); absent when it is longer than MAX_INLINE_LENGTH. */
  text: z.string().optional(),
});
export type ValueRef = z.infer<typeof valueRefSchema>;

/** A half-open range of UTF-16 offsets into a line, which never cuts a grapheme. */
export const markSchema = z.tuple([z.number().int(), z.number().int()]);

/** One line of a text diff: kept (" "), removed ("-") or added ("+"); `marks` are the changed tokens within a line that has a counterpart. */
export const lineSchema = z.object({
  op: z.enum([' ', '-', '+']),
  text: z.string(),
  marks: z.array(markSchema).optional(),
  /** Places where a very long line was shortened: `length` code units are left out at offset `at` of `text`. */
  cuts: z.array(z.object({ at: z.number().int(), length: z.number().int() })).optional(),
});
export type DiffLine = z.infer<typeof lineSchema>;

/** A stretch of lines; `base` and `head` are the 0-based numbers of its first line on each side. */
export const hunkSchema = z.object({
  base: z.number().int(),
  head: z.number().int(),
  lines: z.array(lineSchema),
});
export type Hunk = z.infer<typeof hunkSchema>;

/** Two texts compared by line. Lines that no hunk holds are the same on both sides. `coarse`: a bound was met, so the diff is right but not minimal. */
export const textDiffSchema = z.object({
  hunks: z.array(hunkSchema),
  baseLines: z.number().int(),
  headLines: z.number().int(),
  removed: z.number().int(),
  added: z.number().int(),
  coarse: z.boolean().optional(),
  /** Changed lines beyond the bound on what one diff shows; the hunks hold those before. */
  leftOut: z.number().int().optional(),
  /** Of sources: white space alone differs, or comments (and white space) alone. Absent when more does. */
  only: z.enum(['whitespace', 'comments']).optional(),
});
export type TextDiff = z.infer<typeof textDiffSchema>;

/** One changed leaf of a JSON value; `path` is a JSON Pointer; an absent side means the leaf is not there. Values are JSON text, shortened past 200 code units. */
export const leafSchema = z.object({
  path: z.string(),
  base: z.string().optional(),
  head: z.string().optional(),
});
export type Leaf = z.infer<typeof leafSchema>;

const sides = { base: valueRefSchema.optional(), head: valueRefSchema.optional() };

/** One cell of a compared table; both texts where it was changed, `delta` = head − base for numbers. */
export const tableCellSchema = z.object({
  base: z.string().optional(),
  head: z.string().optional(),
  delta: z.number().optional(),
});
export const tableRowSchema = z.object({
  op: z.enum([' ', '~', '-', '+']),
  cells: z.array(tableCellSchema),
});

/** Two pictures compared pixel by pixel, at the size of the larger in each direction. */
export const pixelsSchema = z.object({
  changed: z.number().int(),
  compared: z.number().int(),
  /** The smallest rectangle around what changed: left, top, width, height in pixels; null when nothing did. */
  region: z
    .tuple([z.number().int(), z.number().int(), z.number().int(), z.number().int()])
    .nullable(),
});
export type Pixels = z.infer<typeof pixelsSchema>;

/** One frame of a traceback in the user's own code: `file` as printed, e.g. "Cell In[3]" or a path. */
export const frameSchema = z.object({
  file: z.string(),
  line: z.number().int().optional(),
  name: z.string().optional(),
  text: z.string().optional(),
});
export const tracedErrorSchema = z.object({
  name: z.string(),
  message: z.string(),
  /** From the outermost to the one that raised; frames of libraries are left out. */
  frames: z.array(frameSchema).optional(),
});
export type TracedError = z.infer<typeof tracedErrorSchema>;

/** What a bundle says of a file that a run made. */
const bundleFileSchema = z.object({
  size: z.number().optional(),
  sha256: z.string().optional(),
});

/** How one MIME type of an output differs; a side that is absent was not there. */
export const partSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text'), mime: z.string(), diff: textDiffSchema, ...sides }),
  z.object({
    type: z.literal('table'),
    mime: z.string(),
    ...sides,
    /** One entry a column, aligned over both sides; the cells of each row follow this order. */
    columns: z.array(z.object({ op: z.enum([' ', '-', '+']), name: z.string() })),
    rows: z.array(tableRowSchema),
    changedCells: z.number().int(),
    /** Rows left out: the same on both sides, or beyond the bound on what one diff shows. */
    rowsLeftOut: z.number().int(),
  }),
  z.object({
    type: z.literal('picture'),
    mime: z.string(),
    ...sides,
    /** Width and height in pixels, as the file's head says; absent when it cannot be read or has none. */
    baseSize: z.tuple([z.number().int(), z.number().int()]).optional(),
    headSize: z.tuple([z.number().int(), z.number().int()]).optional(),
    pixels: pixelsSchema.optional(),
    /** Why two pictures were not compared by pixels. */
    notCompared: z.enum(['too_large', 'unreadable', 'vector', 'format', 'time']).optional(),
    /** Of vector pictures: their normalised text compared, one element a line. */
    diff: textDiffSchema.optional(),
  }),
  z.object({
    type: z.literal('json'),
    mime: z.string(),
    ...sides,
    leaves: z.array(leafSchema),
    leavesLeftOut: z.number().int(),
  }),
  z.object({
    type: z.literal('traceback'),
    mime: z.string(),
    ...sides,
    baseError: tracedErrorSchema.optional(),
    headError: tracedErrorSchema.optional(),
    diff: textDiffSchema,
  }),
  z.object({
    type: z.literal('metrics'),
    mime: z.string(),
    ...sides,
    metrics: z.array(
      z.object({
        name: z.string(),
        base: metricValueSchema.optional(),
        head: metricValueSchema.optional(),
      }),
    ),
    params: z.array(
      z.object({ name: z.string(), base: z.string().optional(), head: z.string().optional() }),
    ),
    /** Files that came, went or have other bytes, by name. */
    artifacts: z
      .array(
        z.object({
          name: z.string(),
          base: bundleFileSchema.optional(),
          head: bundleFileSchema.optional(),
        }),
      )
      .optional(),
    /** What else of the bundle differs: its run's name, earlier values of a metric. */
    leaves: z.array(leafSchema).optional(),
  }),
  z.object({
    type: z.literal('html'),
    mime: z.string(),
    ...sides,
    /** The markup, one element a line. */
    diff: textDiffSchema,
    /** The text that a reader sees, where it differs. */
    text: textDiffSchema.optional(),
  }),
  z.object({ type: z.literal('opaque'), mime: z.string(), ...sides }),
]);
export type PartChange = z.infer<typeof partSchema>;

export const outputTypeSchema = z.enum(['stream', 'display_data', 'execute_result', 'error']);

/** One output: `parts` holds the MIME types that differ (for an added or deleted output, its richest one); empty for "same". */
export const outputChangeSchema = z.object({
  kind: z.enum(['same', 'modified', 'added', 'deleted']),
  base: z.number().int().optional(),
  head: z.number().int().optional(),
  outputType: outputTypeSchema,
  /** The stream's name for outputs of type stream. */
  name: z.string().optional(),
  parts: z.array(partSchema),
  /**
   * What else differs of the output, only where its noise was asked to be shown: "/metadata/…", "/execution_count", "/chunks" (of
   * how many outputs of the file a stream is made), "/data/…" (how a value is written).
   */
  facts: z.array(leafSchema).optional(),
});
export type OutputChange = z.infer<typeof outputChangeSchema>;

/** `execution` (counts) and `id` occur only where their noise was asked to be shown. */
export const aspectSchema = z.enum([
  'source',
  'outputs',
  'metadata',
  'attachments',
  'type',
  'execution',
  'id',
]);
export type Aspect = z.infer<typeof aspectSchema>;

/** How many differences of each kind of noise were seen and not shown, by the kind's name. */
export const noiseSchema = z.record(z.string(), z.number().int());
export type Noise = z.infer<typeof noiseSchema>;

export const cellTypeSchema = z.enum(['code', 'markdown', 'raw']);

/** One block of a markdown text (a paragraph, list, table, fenced code): kept, changed ("~": both sides), deleted or added. */
export const markdownBlockSchema = z.object({
  op: z.enum([' ', '~', '-', '+']),
  base: z.string().optional(),
  head: z.string().optional(),
});
export type MarkdownBlock = z.infer<typeof markdownBlockSchema>;

/**
 * One cell's part of a diff. `base` and `head` are cell indices: one each for same, modified and moved; none on the missing
 * side of added and deleted; two heads for split, two bases for merged.
 */
export const cellChangeSchema = z.object({
  kind: z.enum(['same', 'modified', 'added', 'deleted', 'moved', 'split', 'merged']),
  base: z.array(z.number().int()),
  head: z.array(z.number().int()),
  id: z.string().optional(),
  cellType: cellTypeSchema,
  /** For moved: head position − base position, counted in cells; negative is up. */
  movedBy: z.number().int().optional(),
  /** What differs; empty for same and for a cell that only moved. */
  aspects: z.array(aspectSchema),
  baseType: cellTypeSchema.optional(),
  /** Base's id where it is another one and that was asked to be shown. */
  baseId: z.string().optional(),
  baseExecution: z.number().int().nullable().optional(),
  headExecution: z.number().int().nullable().optional(),
  /** Present unless the source is the same on both sides. */
  source: textDiffSchema.optional(),
  /** Of a markdown cell on both sides whose source differs. */
  blocks: z.array(markdownBlockSchema).optional(),
  outputs: z.array(outputChangeSchema),
  metadata: z.array(leafSchema),
  noise: noiseSchema,
});
export type CellChange = z.infer<typeof cellChangeSchema>;

export const cellCountsSchema = z.object({
  unchanged: z.number().int(),
  modified: z.number().int(),
  added: z.number().int(),
  deleted: z.number().int(),
  moved: z.number().int(),
  moved_modified: z.number().int(),
  split: z.number().int(),
  merged: z.number().int(),
});

/** Two notebooks compared: the default view, that is what a reader is shown. Snake case where scripts read it. */
export const notebookDiffSchema = z.object({
  status: z.literal('ok'),
  format: z.literal(1),
  /** A bound of time or size was met somewhere: what is shown is right, but not the finest. */
  coarse: z.boolean().optional(),
  /** The kinds of noise that were asked to be shown, and so count as changes here. */
  shown: z.array(z.string()).optional(),
  /** The nbformat of both sides, major and minor, where it differs. */
  formats: z
    .object({
      base: z.tuple([z.number().int(), z.number().int()]),
      head: z.tuple([z.number().int(), z.number().int()]),
    })
    .optional(),
  /** The kernel's language in lower case, of head, else of base; "" when neither says. */
  language: z.string(),
  cells: cellCountsSchema,
  modified: z.array(
    z.object({
      base: z.number().int(),
      head: z.number().int(),
      aspects: z.array(aspectSchema),
    }),
  ),
  outputs_changed: z.array(z.tuple([z.number().int(), z.number().int()])),
  outputs_removed: z.array(z.tuple([z.number().int(), z.number().int()])),
  notebook_metadata_changed: z.boolean(),
  changed_lines: z.number().int(),
  noise: noiseSchema,
  notebook_metadata: z.array(leafSchema),
  /** In the order of head, deleted cells where they stood. */
  changes: z.array(cellChangeSchema),
  /** What makes head of base exactly, noise included; only where it was asked for. */
  patch: patchSchema.optional(),
});
export type NotebookDiff = z.infer<typeof notebookDiffSchema>;
