import * as z from 'zod';
import type { Context, Route, Schema } from '../context.ts';
import { contentTypesOf } from './file-answer.ts';
import { errorResponses, errorSchema } from './openapi-errors.ts';

/**
 * OpenAPI 3.1 of all contexts, from the same declarations that serve the requests, paths in order of the alphabet.
 * Build time and laptop only.
 */
export function openApi(
  contexts: readonly Context[],
  { version = '0.1.0' }: { version?: string } = {},
): object {
  const paths: Record<string, Record<string, unknown>> = {};
  const declared = contexts.flatMap((context) => context.routes.map((route) => ({ context, route })));
  for (const { context, route } of declared.toSorted((a, b) => compare(a.route.path, b.route.path))) {
    paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: operation(context, route) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: '分级诊疗平台 tiered care',
      version,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    tags: contexts.map(({ name }) => ({ name })),
    paths,
    components: {
      securitySchemes: { session: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
      schemas: { Error: errorSchema },
    },
  };
}

function compare(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

function operation(context: Context, route: Route): object {
  const contentTypes = contentTypesOf(route.response);
  const tagged = route.method === 'GET' && contentTypes === undefined;
  return {
    operationId: operationId(route),
    tags: [context.name],
    summary: route.summary,
    security: route.access === 'public' ? [] : [{ session: [] }],
    ...(route.access === 'public'
      ? {}
      : {
          'x-access': route.access.map(({ role, relation, fields }) => ({
            role,
            relation: relation.kind,
            fields,
          })),
        }),
    parameters: [
      ...parameters('path', route.request.params),
      ...parameters('query', route.request.query),
      ...(route.requestKey === 'required' ? [REQUEST_KEY] : []),
    ],
    ...requestBody(route),
    responses: {
      [route.status]: contentTypes === undefined ? json(route) : binary(contentTypes),
      ...(tagged ? { 304: { description: '内容未变化（If-None-Match）' } } : {}),
      ...errorResponses(context, route),
    },
  };
}

function requestBody({ takes, request }: Route): object {
  if (takes === 'raw') return { requestBody: { required: true, content: { '*/*': {} } } };
  if (request.body === undefined) return {};
  const content = { 'application/json': { schema: jsonSchema(request.body, 'input') } };
  return { requestBody: { required: true, content } };
}

function json({ response }: Route): object {
  return {
    description: '成功',
    content: { 'application/json': { schema: jsonSchema(response, 'output') } },
  };
}

/** In OpenAPI 3.1 a media type without a schema is bytes. */
function binary(contentTypes: readonly string[]): object {
  return {
    description: '成功，内容为文件',
    headers: {
      'Content-Disposition': {
        description: '文件名（RFC 6266）',
        schema: { type: 'string' },
      },
    },
    content: Object.fromEntries(contentTypes.map((type) => [type, {}])),
  };
}

/** `POST /booking/patients/{patientId}/appointments` → `post_booking_patients_patientId_appointments`. */
export function operationId({ method, path }: Pick<Route, 'method' | 'path'>): string {
  return `${method.toLowerCase()}${path.replaceAll(/[{}]/g, '').replaceAll(/[/-]/g, '_')}`;
}

function parameters(location: 'path' | 'query', schema: Schema | undefined): readonly object[] {
  if (schema === undefined) return [];
  const json = jsonSchema(schema, 'input') as { properties?: Record<string, object>; required?: string[] };
  return Object.entries(json.properties ?? {}).map(([name, property]) => ({
    name,
    in: location,
    required: location === 'path' || (json.required ?? []).includes(name),
    schema: property,
  }));
}

function jsonSchema(schema: Schema, io: 'input' | 'output'): object {
  const { $schema: _, ...json } = z.toJSONSchema(schema, {
    io,
    target: 'draft-2020-12',
    unrepresentable: 'any',
  });
  return json;
}

const REQUEST_KEY = {
  name: 'Idempotency-Key',
  in: 'header',
  required: true,
  description: '客户端为每次操作生成的唯一标识；网络重试时保持不变，不会重复执行',
  schema: { type: 'string', pattern: '^[\\w-]{8,64}$' },
};
