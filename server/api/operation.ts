import type { Request, RequestHandler, Response } from 'express';
import type * as z from 'zod';

import { ROUTES, type RouteName } from '../../contract/routes.js';
import type { Access } from '../access/access.js';
import type { Grant } from '../access/grant.js';
import { CellarError } from '../errors.js';
import { JsonText } from './json-text.js';

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

/** One call of the API: how it is checked, what it answers, and what the OpenAPI document says of it. */
export interface Operation {
  readonly method: Method;
  readonly route: RouteName;
  readonly summary: string;
  /** Who may call it; owners may call everything. */
  readonly grants: readonly Grant[];
  readonly query?: z.ZodType;
  readonly body?: z.ZodType;
  /** Absent for an answer that is not JSON. */
  readonly answer?: z.ZodType;
  readonly handler: RequestHandler;
}

/** A checked request, as a handler of JSON sees it. */
export interface Asked<Query, Body> {
  readonly query: Query;
  readonly body: Body;
  /** A `:name` of the route. */
  readonly param: (name: string) => string;
  readonly request: Request;
  readonly response: Response;
}

export interface JsonOperation<
  Query extends z.ZodType,
  Body extends z.ZodType,
  Answer extends z.ZodType,
> {
  readonly method: Method;
  readonly route: RouteName;
  readonly summary: string;
  readonly grants: readonly Grant[];
  readonly query?: Query;
  readonly body?: Body;
  readonly answer: Answer;
  /** Undefined when it has answered by itself. */
  run(
    asked: Asked<z.output<Query>, z.output<Body>>,
  ): Promise<z.input<Answer> | JsonText | undefined> | z.input<Answer> | JsonText;
}

/** An operation that takes and gives JSON: its parts are checked by their schemas, its answer's type by the compiler. */
export function jsonOperation<
  Query extends z.ZodType = z.ZodUndefined,
  Body extends z.ZodType = z.ZodUndefined,
  Answer extends z.ZodType = z.ZodType,
>(operation: JsonOperation<Query, Body, Answer>): Operation {
  const { method, route, summary, grants, query, body, answer } = operation;
  return {
    method,
    route,
    summary,
    grants,
    answer,
    ...(query === undefined ? {} : { query }),
    ...(body === undefined ? {} : { body }),
    handler: async (request, response) => {
      const asked = {
        query: check(query, request.query, 'query') as z.output<Query>,
        body: check(body, request.body, 'body') as z.output<Body>,
        param: (name: string) => paramOf(request, name),
        request,
        response,
      };
      const answered = await operation.run(asked);
      if (answered instanceof JsonText) answered.send(response);
      else if (!response.headersSent) response.json(answered);
    },
  };
}

/** A `:name` of the route that was matched. */
export function paramOf(request: Request, name: string): string {
  const value = request.params[name];
  if (typeof value !== 'string') throw new RangeError(`the route has no ${name}`);
  return value;
}

/** The query of a request whose answer is not JSON, checked by its schema. */
export function checkQuery<Query extends z.ZodType>(
  schema: Query,
  request: Request,
): z.output<Query> {
  return check(schema, request.query, 'query') as z.output<Query>;
}

function check(schema: z.ZodType | undefined, value: unknown, place: string): unknown {
  if (schema === undefined) return undefined;
  const result = schema.safeParse(value ?? {});
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const path = [place, ...(issue?.path ?? []).map(String)].join('.');
  throw new CellarError('bad_request', `${path}: ${issue?.message ?? 'not as expected'}.`);
}

/** Lets only those through who are granted the operation. */
export function guard(access: Access, operation: Operation): RequestHandler {
  return (request, _response, next) => {
    const { grant } = access.identify(toApproach(request));
    if (grant !== 'owner' && !operation.grants.includes(grant))
      throw new CellarError(
        'forbidden',
        `A ${grant} may not ${operation.method.toUpperCase()} /${ROUTES[operation.route]}.`,
      );
    next();
  };
}

export function toApproach(request: Request): Parameters<Access['identify']>[0] {
  return {
    method: request.method,
    headers: request.headers,
    bySocket: request.socket.remoteAddress === undefined,
  };
}
