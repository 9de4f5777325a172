import type { RequestHandler } from 'express';
import * as z from 'zod';

import { bundleSchema } from '../../contract/bundle.js';
import { notebookDiffSchema } from '../../contract/diff.js';
import { errorBodySchema } from '../../contract/errors.js';
import { mergeResultSchema, mergeViewSchema } from '../../contract/merge.js';
import { patchSchema } from '../../contract/patch.js';
import { CellarError } from '../errors.js';
import { paramOf } from './operation.js';

const PUBLISHED: Readonly<Record<string, readonly [string, z.ZodType]>> = {
  'notebook-diff': ['Two notebooks compared', notebookDiffSchema],
  patch: ["What makes one notebook's JSON of another's exactly", patchSchema],
  'merge-result': ['What a merge came to, for scripts', mergeResultSchema],
  'merge-view': ['A merge as a view shows it', mergeViewSchema],
  bundle: ['The MIME bundle of a run: metrics, params and artifacts', bundleSchema],
  error: ['The body of every answer that is not a success', errorBodySchema],
};

/** The names of the schemas that are published. */
export const SCHEMA_NAMES: readonly string[] = Object.keys(PUBLISHED);

/**
 * A published schema as JSON Schema 2020-12; undefined for another name. It takes fields that it does not name, since a later Cellar may
 * add some.
 */
export function findSchema(name: string): object | undefined {
  const published = Object.hasOwn(PUBLISHED, name) ? PUBLISHED[name] : undefined;
  if (published === undefined) return undefined;
  const [title, schema] = published;
  const { $schema, ...rest } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return { $schema, title, ...rest };
}

/** Sends a published schema; they are no secret. Throws not_found. */
export const sendSchema: RequestHandler = (request, response) => {
  const name = paramOf(request, 'name');
  const schema = findSchema(name.replace(/\.json$/, ''));
  if (schema === undefined)
    throw new CellarError(
      'not_found',
      `There is no schema ${name}; there are ${SCHEMA_NAMES.join(', ')}.`,
    );
  response.type('application/schema+json').send(JSON.stringify(schema));
};
