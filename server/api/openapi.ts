import * as z from 'zod';

import { errorBodySchema } from '../../contract/errors.js';
import { ROUTES } from '../../contract/routes.js';
import type { Operation } from './operation.js';

/** The OpenAPI 3.1 document of the operations, from the same schemas that check them. */
export function toOpenApi(operations: readonly Operation[], version: string): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const operation of operations) {
    const path = `/${ROUTES[operation.route].replace(/:([a-z0-9]+)/g, '{$1}')}`;
    paths[path] = { ...paths[path], [operation.method]: describe(operation) };
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Cellar', version },
    paths,
    components: {
      schemas: { Error: toJsonSchema(errorBodySchema, 'output') },
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
    },
    security: [{ token: [] }],
  };
}

function describe(operation: Operation): object {
  const names = [...ROUTES[operation.route].matchAll(/:([a-z0-9]+)/g)].map((match) => match[1]);
  return {
    operationId: `${operation.method}_${operation.route}`,
    summary: operation.summary,
    parameters: [
      ...names.map((name) => ({ name, in: 'path', required: true, schema: { type: 'string' } })),
      ...queryParameters(operation.query),
    ],
    ...(operation.body === undefined
      ? {}
      : {
          requestBody: {
            required: true,
            content: { 'application/json': { schema: toJsonSchema(operation.body, 'input') } },
          },
        }),
    responses: {
      200: {
        description: 'Done',
        ...(operation.answer === undefined
          ? {}
          : {
              content: {
                'application/json': { schema: toJsonSchema(operation.answer, 'output') },
              },
            }),
      },
      default: {
        description: 'Refused or failed',
        content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
      },
    },
  };
}

function queryParameters(schema: z.ZodType | undefined): object[] {
  if (!(schema instanceof z.ZodObject)) return [];
  return Object.entries(schema.shape as Record<string, z.ZodType>).map(([name, value]) => ({
    name,
    in: 'query',
    required: !value.safeParse(undefined).success,
    schema: toJsonSchema(value, 'input'),
  }));
}

function toJsonSchema(schema: z.ZodType, io: 'input' | 'output'): object {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return rest;
}
