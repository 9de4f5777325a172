import type { Request } from 'express';
import type * as z from 'zod';

import type { Grant } from '../../access/grant.js';
import { CellarError } from '../../errors.js';
import type { Method } from '../operation.js';

/** One call of MLflow's REST API, below `/api/2.0/mlflow`. */
export interface MlflowOperation {
  readonly method: Method;
  /** With a slash before it. */
  readonly path: string;
  readonly grants: readonly Grant[];
  /** It changes something. */
  readonly writes: boolean;
  /** The most bytes of its body; undefined: what any call may have. */
  readonly most: number | undefined;
  /** Gives what is answered as JSON. Throws bad_request for what it is not to be asked. */
  answer(request: Request): Promise<object>;
}

const READERS: readonly Grant[] = ['viewer', 'kernel'];
const WRITERS: readonly Grant[] = ['kernel'];

interface Definition<Input extends z.ZodType> {
  readonly method: Method;
  readonly path: string;
  readonly input: Input;
  readonly most?: number;
  readonly run: (input: z.output<Input>, request: Request) => Promise<object>;
}

/** A call that changes nothing. */
export function reading<Input extends z.ZodType>(definition: Definition<Input>): MlflowOperation {
  return define(definition, READERS);
}

/** A call that changes something. */
export function writing<Input extends z.ZodType>(definition: Definition<Input>): MlflowOperation {
  return define(definition, WRITERS);
}

function define<Input extends z.ZodType>(
  { method, path, input, most, run }: Definition<Input>,
  grants: readonly Grant[],
): MlflowOperation {
  return {
    method,
    path,
    grants,
    writes: grants === WRITERS,
    most,
    answer: (request) => run(checkInput(input, request), request),
  };
}

/** What a call was given: in the query, in the body, or in the path, whatever the method. Throws bad_request. */
export function checkInput<Input extends z.ZodType>(
  input: Input,
  request: Request,
): z.output<Input> {
  const body: unknown = request.body ?? {};
  if (typeof body !== 'object' || Array.isArray(body))
    throw new CellarError('bad_request', 'The body must be a JSON object.');
  // Clients send what is to be deleted in the body alone.
  const query = request.method === 'DELETE' ? {} : request.query;
  const result = input.safeParse({ ...query, ...body, ...request.params });
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const name = (issue?.path ?? []).map(String).join('.');
  throw new CellarError(
    'bad_request',
    `Invalid value for parameter '${name}': ${issue?.message ?? 'not as expected'}.`,
  );
}
