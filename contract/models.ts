import * as z from 'zod';

import { metricValueSchema } from './bundle.js';
import { ranOnSchema } from './environment.js';
import { comparedValueSchema } from './compare.js';
import { triggerSchema } from './snapshot.js';
import { recordOf } from './record.js';

/** Everything that can befall what is registered. */
export const MOVE_KINDS = [
  'registered',
  'renamed',
  'described',
  'tagged',
  'untagged',
  'deleted',
  'rules set',
  'version made',
  'version described',
  'version tagged',
  'version untagged',
  'version deleted',
  'stage set',
  'alias set',
  'alias removed',
  'approved',
  'approval withdrawn',
] as const;
export type MoveKind = (typeof MOVE_KINDS)[number];

export const STAGES = ['None', 'Staging', 'Production', 'Archived'] as const;
export type Stage = (typeof STAGES)[number];

/** Of a person, as approvals name them: "Anna", or "Anna <anna@example.org>". */
const personSchema = z.string().trim().min(1).max(200);

/** What is asked for before an alias moves to a version. */
export const approvalRuleSchema = z.object({
  /** The aliases that it is about. */
  aliases: z.array(z.string().min(1).max(255)).min(1).max(50),
  /** Who may approve: each a name or an address, as the person is known here. */
  persons: z.array(personSchema).min(1).max(100),
  /** How many of them must. */
  needed: z.number().int().min(1).max(100),
  /** Whether the person who registered a version counts for it. */
  own: z.boolean(),
});
export type ApprovalRule = z.infer<typeof approvalRuleSchema>;

const tagsSchema = z.array(z.object({ name: z.string(), value: z.string() }));

/** That a person has approved a version. */
export const approvalSchema = z.object({
  person: z.string(),
  /** In milliseconds since 1970. */
  time: z.number(),
  comment: z.string(),
  /** Whether it counts for the rule; where not, why, in words. */
  counts: z.boolean(),
  why: z.string().nullable(),
});
export type Approval = z.infer<typeof approvalSchema>;

/** How a version stands to the rule of its registered model. */
export const standingSchema = z.object({
  approvals: z.array(approvalSchema),
  /** How many more are needed; 0 where there is no rule. */
  missing: z.number().int(),
  /** Who may give them still. */
  waiting: z.array(z.string()),
  /** Whether whoever asks has approved it. */
  own: z.boolean(),
  /** Whether whoever asks may approve; where not, why, in words. */
  mayApprove: z.boolean(),
  why: z.string().nullable(),
});
export type Standing = z.infer<typeof standingSchema>;

/** One record of the trail. Texts that were not said are null. */
export const trailRecordSchema = z.object({
  order: z.number().int(),
  time: z.number(),
  kind: z.enum(MOVE_KINDS),
  version: z.number().int().nullable(),
  /** Who did it, as far as known, and what they were granted. */
  who: z.string(),
  grant: z.string(),
  /** The registered model's name then. */
  name: z.string(),
  /** The alias or the tag. */
  what: z.string().nullable(),
  from: z.string().nullable(),
  to: z.string().nullable(),
  comment: z.string().nullable(),
  sha256: z.string(),
});
export type TrailEntry = z.infer<typeof trailRecordSchema>;

export const trailSchema = z.object({ trail: z.array(trailRecordSchema) });
export const trailQuerySchema = z.object({ version: z.coerce.number().int().optional() });

/** A version in its registered model's list. */
export const versionRowSchema = z.object({
  version: z.number().int(),
  stage: z.enum(STAGES),
  aliases: z.array(z.string()),
  description: z.string(),
  tags: tagsSchema,
  created: z.number(),
  updated: z.number(),
  /** Who registered it; empty where nobody is known. */
  by: z.string(),
  /** Of its run: the last value of each. */
  metrics: recordOf(metricValueSchema),
  run: z.string(),
  /** The notebook version that it came of. */
  snapshot: z
    .object({
      id: z.string(),
      notebook: z.string(),
      /** The one that it was edited from, which it is compared with; null for a first one. */
      parent: z.string().nullable(),
      path: z.string(),
      time: z.string(),
      clean: z.boolean().nullable(),
      trigger: triggerSchema,
    })
    .nullable(),
  size: z.number().int().nullable(),
  approved: z.number().int(),
});
export type VersionRow = z.infer<typeof versionRowSchema>;

/** A registered model as a list shows it. */
export const modelRowSchema = z.object({
  name: z.string(),
  description: z.string(),
  tags: tagsSchema,
  aliases: z.array(z.object({ name: z.string(), version: z.number().int() })),
  created: z.number(),
  updated: z.number(),
  /** How many versions it has, and the newest of them. */
  versions: z.number().int(),
  newest: versionRowSchema.nullable(),
  rule: approvalRuleSchema.nullable(),
});
export type ModelRow = z.infer<typeof modelRowSchema>;

export const modelListSchema = z.object({ models: z.array(modelRowSchema) });
export type ModelList = z.infer<typeof modelListSchema>;

/** A search, with the grammar of filters. */
export const modelsQuerySchema = z.object({
  filter: z.string().max(10_000).default(''),
  /** Keys with commas between, e.g. "name, last_updated_timestamp DESC". */
  order: z.string().max(1000).default(''),
});

export const modelSchema = modelRowSchema.extend({
  rows: z.array(versionRowSchema),
  /** Whether whoever asks may change it. */
  mayChange: z.boolean(),
});
export type RegisteredModelPage = z.infer<typeof modelSchema>;

/** A file of a version. */
export const versionFileSchema = z.object({
  name: z.string(),
  sha256: z.string(),
  size: z.number().int(),
});
export type VersionFile = z.infer<typeof versionFileSchema>;

/** Data that the run of a version read. */
export const versionDataSchema = z.object({
  name: z.string(),
  digest: z.string(),
  /** Rows, where its description says so. */
  rows: z.number().nullable(),
  context: z.string(),
});
export type VersionData = z.infer<typeof versionDataSchema>;

/** Everything that the page of a version shows. */
export const versionSchema = versionRowSchema.extend({
  name: z.string(),
  /** Where its files are, as whoever registered it said. */
  origin: z.string(),
  logged: z.string(),
  params: recordOf(z.string()),
  data: z.array(versionDataSchema),
  files: z.array(versionFileSchema),
  /** What its run ran on; null where the kernel did not say. */
  ranOn: ranOnSchema.nullable(),
  /** The cells that made its run, as far as known. */
  cells: z.array(z.object({ id: z.string(), index: z.number().int().nullable() })),
  runName: z.string(),
  rule: approvalRuleSchema.nullable(),
  standing: standingSchema,
  mayChange: z.boolean(),
  /** What a person should know before they use it. */
  warnings: z.array(z.object({ code: z.string(), message: z.string() })),
  trail: z.array(trailRecordSchema),
});
export type VersionPage = z.infer<typeof versionSchema>;

/** What a run has made that can be registered. */
const registeredThingSchema = z.discriminatedUnion('kind', [
  /** `path` within the run's files; a file or a folder. */
  z.object({ kind: z.literal('artifact'), run: z.string(), path: z.string() }),
  z.object({ kind: z.literal('logged'), model: z.string() }),
]);
export type RegisteredThing = z.infer<typeof registeredThingSchema>;

/** Registers a file of a run, or a logged model; the registered model is made where there is none of the name. */
export const registerSchema = z.object({
  name: z.string(),
  description: z.string().max(100_000).default(''),
  /** An alias that it gets at once. */
  alias: z.string().optional(),
  of: registeredThingSchema,
});
export type RegisterRequest = z.input<typeof registerSchema>;
export const registeredAnswerSchema = z.object({
  name: z.string(),
  version: z.number().int(),
  /** Why the alias could not be set, in words; null where it was, or none was asked for. */
  refused: z.string().nullable(),
});
export type RegisteredAnswer = z.infer<typeof registeredAnswerSchema>;

export const changeModelSchema = z.object({
  description: z.string().max(100_000).optional(),
  /** Null takes the rule off. */
  rule: approvalRuleSchema.nullable().optional(),
});
export const changeVersionSchema = z.object({
  description: z.string().max(100_000).optional(),
  stage: z.enum(STAGES).optional(),
});
export const aliasRequestSchema = z.object({ version: z.number().int() });
export const tagRequestSchema = z.object({
  name: z.string().min(1).max(250),
  value: z.string().max(100_000),
});
export const tagQuerySchema = z.object({ name: z.string() });
export const comparedVersionsSchema = z.object({ base: z.string(), head: z.string() });
/** The answer to what changes something and has nothing to tell. */
export const changedSchema = z.object({ status: z.literal('ok') });

/** What is registered, for views of runs and files: by the run, and the hashes of the files that are kept here. */
export const registrationSchema = z.object({
  name: z.string(),
  version: z.number().int(),
  aliases: z.array(z.string()),
  run: z.string(),
  files: z.array(z.string()),
});
export type Registration = z.infer<typeof registrationSchema>;
/** Something of a run that can be registered, with what a person calls it. */
export const candidateSchema = z.object({
  of: registeredThingSchema,
  name: z.string(),
  run: z.string(),
  /** In bytes. */
  size: z.number().int(),
});
export type Candidate = z.infer<typeof candidateSchema>;

export const registrationsSchema = z.object({
  /** Every registered model's name, also of those without versions. */
  names: z.array(z.string()),
  registrations: z.array(registrationSchema),
  /** Of the runs that were asked for: models that they logged, then their files. */
  candidates: z.array(candidateSchema),
  /** Whether whoever asks may register them. */
  mayRegister: z.boolean(),
});
/** Ids of runs with commas between. */
export const registrationsQuerySchema = z.object({ runs: z.string().max(10_000).default('') });
export type Registrations = z.infer<typeof registrationsSchema>;
export const approveSchema = z.object({ comment: z.string().max(10_000).default('') });

/** Two versions beside one another. What only one of them has is null on the other's side. */
export const versionComparisonSchema = z.object({
  name: z.string(),
  base: versionRowSchema,
  head: versionRowSchema,
  /** The two versions of notebooks, for the diff; null where either is not known. */
  diff: z.object({ base: z.string(), head: z.string() }).nullable(),
  /** Those that differ. */
  metrics: z.array(comparedValueSchema),
  params: z.array(comparedValueSchema),
  /** How many are the same on both sides. */
  same: z.object({ metrics: z.number().int(), params: z.number().int() }),
  data: z.array(
    z.object({
      name: z.string(),
      context: z.string(),
      base: versionDataSchema.nullable(),
      head: versionDataSchema.nullable(),
      same: z.boolean(),
    }),
  ),
  files: z.array(
    z.object({
      name: z.string(),
      base: versionFileSchema.nullable(),
      head: versionFileSchema.nullable(),
      same: z.boolean(),
    }),
  ),
});
export type VersionComparison = z.infer<typeof versionComparisonSchema>;
