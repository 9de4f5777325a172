import * as z from 'zod';

import { STAGES, type Stage } from '../../../contract/models.js';
import { CellarError } from '../../errors.js';
import type { View } from '../../tracking/view.js';

/** Limits of MLflow 3.17 (reference: mlflow-rest.md, section 4), in characters. */
export const MOST = {
  key: 250,
  param: 6_000,
  tag: 8_000,
  experimentName: 500,
  experimentTag: 20_000,
  metrics: 1_000,
  params: 100,
  tags: 100,
  inBatch: 1_000,
  batchBytes: 1_000_000,
  datasets: 1_000,
  datasetName: 500,
  datasetDigest: 36,
  datasetSchema: 1_048_575,
  datasetSource: 65_535,
  datasetProfile: 16_777_215,
  inputTagKey: 255,
  inputTag: 500,
  registered: 1_000,
  versions: 200_000,
  registryTag: 100_000,
  charted: 100,
  samples: 2_500,
  found: 50_000,
  points: 25_000,
} as const;

/** A whole number: JSON has no 64 bits, so some clients send it as text. */
export const wholeSchema = z
  .union([
    z.number(),
    z
      .string()
      .regex(/^-?\d+$/, 'a whole number is wanted')
      .transform(Number),
  ])
  .refine(Number.isSafeInteger, `a whole number is wanted, up to ${Number.MAX_SAFE_INTEGER}`);

/** A moment in milliseconds since 1970. */
export const timeSchema = wholeSchema.refine((time) => time >= 0, 'it is before 1970');

/** A value of a metric: a number, or text where JSON has none for it. */
export const doubleSchema = z.union([
  z.number(),
  z
    .string()
    .regex(
      /^(NaN|[-+]?(Infinity|\d+(\.\d*)?([eE][-+]?\d+)?|\.\d+([eE][-+]?\d+)?))$/,
      'a number is wanted',
    )
    .transform(Number),
]);

/** A list; null and absence are empty. */
export function listOf<Item extends z.ZodType>(item: Item): z.ZodType<z.output<Item>[]> {
  return z
    .array(item)
    .nullish()
    .transform((list) => list ?? []);
}

/** A list in a query, in which a name that comes once is one of one. */
export function queryListOf<Item extends z.ZodType>(item: Item): z.ZodType<z.output<Item>[]> {
  return z.preprocess(
    (value: unknown): unknown =>
      value === undefined || value === null ? [] : Array.isArray(value) ? value : [value],
    z.array(item),
  );
}

export const pairSchema = z.object({
  key: z.string(),
  value: z
    .string()
    .nullish()
    .transform((value) => value ?? ''),
});

/** Which run is meant: clients send its id under one name, the other, or both. */
export const runSchema = z
  .object({ run_id: z.string().nullish(), run_uuid: z.string().nullish() })
  .transform(({ run_id: id, run_uuid: uuid }, context) => {
    const given = [id, uuid].find((each) => typeof each === 'string' && each !== '');
    if (typeof given === 'string') return { id: given };
    context.addIssue({ code: 'custom', message: 'it is missing', path: ['run_id'] });
    return z.NEVER;
  });

/** The id of an experiment, which some clients send as a number. */
export const experimentIdSchema = z.union([z.string(), z.number().transform(String)]);

/** A version's number, which most clients send as text. */
export const versionSchema = z
  .union([z.number(), z.string().regex(/^\d+$/, 'a whole number is wanted').transform(Number)])
  .refine((number) => Number.isSafeInteger(number) && number >= 0, 'a whole number is wanted');

/** A stage, in upper or lower case. */
export const stageSchema = z.string().transform((given, context): Stage => {
  const stage = STAGES.find((each) => each.toLowerCase() === given.toLowerCase());
  if (stage !== undefined) return stage;
  context.addIssue({ code: 'custom', message: `one of ${STAGES.join(', ')} is wanted` });
  return z.NEVER;
});

/** A text; null and absence are empty. */
export const textSchema = z
  .string()
  .nullish()
  .transform((value) => value ?? '');

export const viewSchema = z
  .enum(['ACTIVE_ONLY', 'DELETED_ONLY', 'ALL'])
  .nullish()
  .transform((view): View =>
    view === 'ALL' ? 'all' : view === 'DELETED_ONLY' ? 'deleted' : 'active',
  );

/**
 * Throws bad_request for a name of a metric, param or tag that MLflow does not take: letters, digits, "_-./: ", and a path that means
 * what it says.
 */
export function checkKey(key: string, what: string): void {
  const isPath = key.split('/').every((part) => !['', '.', '..'].includes(part));
  if (!isPath || !/^[\p{L}\p{M}\p{N}_\-. /:]+$/u.test(key))
    throw new CellarError(
      'bad_request',
      `Invalid name of a ${what}: ${JSON.stringify(cut(key, 300))}. It may have letters, digits, "_", "-", ".", " ", ":" and "/", and no empty or dotted part of a path.`,
    );
  checkLength(key, MOST.key, `name of a ${what}`);
}

/** Characters as people and MLflow count them: one that takes two places of a string is one. */
export function checkLength(text: string, most: number, what: string): void {
  if (text.length <= most) return;
  const { length } = Array.from(text);
  if (length <= most) return;
  throw new CellarError(
    'bad_request',
    `The ${what} ${JSON.stringify(`${cut(text, 60)}…`)} has ${length} characters; ${most} are taken.`,
  );
}

/** As MLflow does by default with what is too long for a param or a tag. */
export function cut(text: string, most: number): string {
  if (text.length <= most) return text;
  return Array.from(text.slice(0, 2 * most))
    .slice(0, most)
    .join('');
}

/** Half of a character, as a name that is no UTF-8 has it: it can be in no address, so nothing that has one can be named by it. */
const HALF = /\p{Cs}/u;

/** Throws bad_request for a name that cannot be in an address. */
export function checkWhole(name: string, what: string): void {
  if (HALF.test(name))
    throw new CellarError(
      'bad_request',
      `Invalid name of ${what}: ${JSON.stringify(cut(name, 300))}. It has half of a character (a lone surrogate): leave that out.`,
    );
}
