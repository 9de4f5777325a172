import * as z from 'zod';

import { metricValueSchema } from './bundle.js';
import { originAndLedWords, originSchema, type OriginFormat } from './origin.js';
import { recordOf } from './record.js';
import { runStatusSchema, triggerSchema } from './snapshot.js';

/** What lineage is about, from data to the model that somebody uses. */
export const LINEAGE_KINDS = [
  'dataset',
  'notebook',
  'snapshot',
  'cell',
  'run',
  'artifact',
  'model',
  'version',
  'entry',
] as const;
export const lineageKindSchema = z.enum(LINEAGE_KINDS);
export type LineageKind = z.infer<typeof lineageKindSchema>;

/** The most nodes that one answer has, and how many it has when nobody says. */
export const MAX_LINEAGE_NODES = 2000;
const USUAL_LINEAGE_NODES = 200;
/** The farthest that is walked, in edges. */
export const MAX_LINEAGE_DEPTH = 100;

/** What has become of something that is not there any more. */
const goneSchema = z.enum(['deleted', 'expired', 'purged', 'missing']);

const fileSchema = z.object({ name: z.string(), sha256: z.string(), size: z.number().int() });

/** `id` is its kind, a colon, and its own id: "run:5f…"; what it is asked for with. */
const place = { id: z.string(), gone: goneSchema.optional() };

export const lineageNodeSchema = z.discriminatedUnion('kind', [
  z.object({
    ...place,
    kind: z.literal('dataset'),
    name: z.string(),
    digest: z.string(),
    /** What kind of place it came from, e.g. "local", and that place as it says it. */
    sourceType: z.string(),
    origin: z.string(),
    rows: z.number().int().optional(),
    columns: z.number().int().optional(),
  }),
  z.object({
    ...place,
    kind: z.literal('notebook'),
    notebook: z.string(),
    path: z.string(),
    /** How many versions of it there are, those that made nothing included. */
    snapshots: z.number().int(),
  }),
  z.object({
    ...place,
    kind: z.literal('snapshot'),
    snapshot: z.string(),
    notebook: z.string(),
    /** The version before it in its history, which it is compared with; null for the first. */
    before: z.string().nullable(),
    path: z.string(),
    /** UTC, RFC 3339. */
    time: z.string(),
    message: z.string().nullable(),
    trigger: triggerSchema.optional(),
    /** Every code cell once, top to bottom, on a fresh kernel; null when nothing ran. */
    clean: z.boolean().nullable(),
  }),
  z.object({
    ...place,
    kind: z.literal('cell'),
    /** The version that it is a cell of. */
    snapshot: z.string(),
    notebook: z.string(),
    path: z.string(),
    time: z.string(),
    /** Its id in the notebook. */
    cell: z.string(),
    /** Its place in the notebook, from 0; null where that is not known. */
    index: z.number().int().nullable(),
    /** The kernel's counter when it ran. */
    count: z.number().int().nullable(),
  }),
  z.object({
    ...place,
    kind: z.literal('run'),
    run: z.string(),
    name: z.string(),
    status: runStatusSchema,
    /** Milliseconds since 1970; `end` is null while it goes on. */
    start: z.number(),
    end: z.number().nullable(),
    user: z.string(),
    /** The last values of the ten that matter most, those first. */
    metrics: recordOf(metricValueSchema),
  }),
  z.object({
    ...place,
    kind: z.literal('artifact'),
    sha256: z.string(),
    /** The names it has, those in the runs of the answer first, then the newest; at most ten. */
    names: z.array(z.string()),
    /** In bytes. */
    size: z.number().int(),
  }),
  z.object({
    ...place,
    kind: z.literal('model'),
    model: z.string(),
    name: z.string(),
    modelType: z.string(),
    status: z.enum(['pending', 'ready', 'failed']),
    /** Milliseconds since 1970. */
    created: z.number(),
    /** Its files; at most twenty. */
    files: z.array(fileSchema),
  }),
  z.object({
    ...place,
    kind: z.literal('version'),
    /** Of the registered model; empty where that was deleted. */
    name: z.string(),
    version: z.number().int(),
    aliases: z.array(z.string()),
    stage: z.string(),
    /** Milliseconds since 1970. */
    created: z.number(),
    /** Its files, where they are here; at most twenty. */
    files: z.array(fileSchema),
  }),
  /** What a registry elsewhere has, or a page elsewhere, that something here is linked to. */
  z.object({
    ...place,
    kind: z.literal('entry'),
    /** The name of the registry; empty for a plain address. */
    registry: z.string(),
    /** The name there, or what the plain address is called. */
    name: z.string(),
    /** Empty where the entry as a whole is meant. */
    version: z.string(),
    /** As they were known last. */
    aliases: z.array(z.string()),
    stage: z.string(),
    /** The page to open; empty where the registry is not set up any more. */
    page: z.string(),
  }),
]);
export type LineageNode = z.infer<typeof lineageNodeSchema>;

/** From what was there first to what came of it. */
export const lineageEdgeSchema = z.object({
  from: z.string(),
  to: z.string(),
  /**
   * keeps: notebook to version, and version to cell · ran: cell or version to run · read: data or model to run · made: run to file or model ·
   * part: file to model · registered: model, file or run to registered version ·
   * linked: any of these to an entry elsewhere · parent: run to run within it · features: data to data made of it.
   */
  kind: z.enum([
    'keeps',
    'ran',
    'read',
    'made',
    'part',
    'registered',
    'linked',
    'parent',
    'features',
  ]),
  /** Whether it is sure, where that is known. */
  certainty: z.enum(['sure', 'unsure']).optional(),
  /** What it was to what came of it, e.g. "training" of data. */
  role: z.string().optional(),
});
export type LineageEdge = z.infer<typeof lineageEdgeSchema>;

export const lineageDirectionSchema = z.enum(['up', 'down', 'both']);
export type LineageDirection = z.infer<typeof lineageDirectionSchema>;

const kindListSchema = z
  .string()
  .transform((text) => text.split(','))
  .pipe(z.array(lineageKindSchema));

/** `node` is KIND:ID, or what people have at hand: see docs/lineage.md. */
export const lineageQuerySchema = z.object({
  node: z.string().min(1).max(2000),
  /** Up: what it came from. Down: what came of it. */
  direction: lineageDirectionSchema.default('both'),
  depth: z.coerce.number().int().min(1).max(MAX_LINEAGE_DEPTH).default(MAX_LINEAGE_DEPTH),
  limit: z.coerce.number().int().min(1).max(MAX_LINEAGE_NODES).default(USUAL_LINEAGE_NODES),
  /** Kinds with commas between: only these are looked for, with what is on the way to them. */
  kinds: kindListSchema.optional(),
});
export type LineageQuery = z.input<typeof lineageQuerySchema>;

/** The graph around a node. What is nearest, and what leads to registered versions, is there first when not all is. */
export const lineageSchema = z.object({
  /** The id of the node that was asked for. */
  focus: z.string(),
  /** Where it comes from, and the same in one sentence, with times in UTC. */
  origin: originSchema,
  words: z.string(),
  nodes: z.array(lineageNodeSchema),
  edges: z.array(lineageEdgeSchema),
  /** How many nodes of each kind there are within the depth, shown or not. */
  totals: z.partialRecord(lineageKindSchema, z.number().int()),
  /** Nodes that are left out, since there are more than the limit; 0 when all are there. */
  left: z.number().int(),
  /** There is more beyond the depth, or more than one walk goes through. */
  deeper: z.boolean(),
});
export type Lineage = z.infer<typeof lineageSchema>;

const openDatasetSchema = z.object({
  namespace: z.string(),
  name: z.string(),
  facets: z.record(z.string(), z.unknown()),
});

/** An event about a run as OpenLineage 2-0-2 has it. */
export const openLineageEventSchema = z.object({
  eventType: z.enum(['START', 'RUNNING', 'COMPLETE', 'ABORT', 'FAIL']),
  /** RFC 3339. */
  eventTime: z.string(),
  producer: z.string(),
  schemaURL: z.string(),
  run: z.object({ runId: z.string(), facets: z.record(z.string(), z.unknown()) }),
  job: z.object({
    namespace: z.string(),
    name: z.string(),
    facets: z.record(z.string(), z.unknown()),
  }),
  inputs: z.array(openDatasetSchema.extend({ inputFacets: z.record(z.string(), z.unknown()) })),
  outputs: z.array(openDatasetSchema.extend({ outputFacets: z.record(z.string(), z.unknown()) })),
});
export type OpenLineageEvent = z.infer<typeof openLineageEventSchema>;

/** The runs of a lineage, each by its begin and, once it is over, its end. */
export const openLineageSchema = z.object({ events: z.array(openLineageEventSchema) });

/** The sentence of a graph: of what runs start from it also says what came of it. */
export function lineageWords(
  { focus, origin, totals }: Pick<Lineage, 'focus' | 'origin' | 'totals'>,
  format: OriginFormat,
): string {
  const isStart = /^(dataset|notebook|snapshot|cell):/.test(focus);
  return originAndLedWords(origin, format, isStart ? totals : {});
}
