import { Validator } from '@seriousme/openapi-schema-validator';
import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { contexts } from '../../infra/contexts.ts';
import { allow, none } from '../../shared/access/grants.ts';
import { route } from '../../shared/context.ts';
import { defineContext } from '../../shared/define-context.ts';
import { contentTypesOf, file } from '../../shared/http/file-answer.ts';
import { openApi, operationId } from '../../shared/http/openapi.ts';
import { houseErrors } from '../../shared/kernel/errors.ts';
import {
  daySchema,
  durationSchema,
  fenSchema,
  hourMinuteSchema,
  instantSchema,
} from '../../shared/kernel/schemas.ts';
import { smallErrors } from './small-context.ts';

type Json = { readonly [name: string]: unknown };

interface Operation extends Json {
  readonly operationId: string;
  readonly parameters: readonly { readonly name: string; readonly in: string; readonly required: boolean }[];
  readonly security: readonly Json[];
  readonly responses: { readonly [status: string]: Json };
}

interface Document extends Json {
  readonly paths: { readonly [path: string]: { readonly [method: string]: Operation } };
}

function documentOf(list: Parameters<typeof openApi>[0]): Document {
  return openApi(list) as Document;
}

const document = documentOf(contexts);
const routes = contexts.flatMap((context) => context.routes.map((declared) => ({ context, declared })));
const named = routes.map((one) => [`${one.declared.method} ${one.declared.path}`, one] as const);

async function complaintsAbout(given: object): Promise<unknown> {
  const { valid, errors } = await new Validator().validate(structuredClone(given) as Record<string, unknown>);
  return valid ? [] : errors;
}

describe('the OpenAPI document', () => {
  it('is valid OpenAPI 3.1', async () => {
    expect(await complaintsAbout(document)).toEqual([]);
  });

  it('would be found invalid by this test', async () => {
    expect(await complaintsAbout({ ...document, paths: { things: {} } })).not.toEqual([]);
    expect(await complaintsAbout({ ...document, info: {} })).not.toEqual([]);
  });

  it('has every route and no other', () => {
    const written = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(written.toSorted()).toEqual(named.map(([name]) => name).toSorted());
  });

  it('is the same whatever the order of the contexts, but for its tags', () => {
    const { tags: _, ...other } = documentOf([...contexts].reverse());
    const { tags: __, ...own } = document;
    expect(JSON.stringify(other)).toBe(JSON.stringify(own));
    expect(Object.keys(document.paths)).toEqual(Object.keys(document.paths).toSorted());
  });

  it('calls every operation by a name of its own', () => {
    const ids = routes.map(({ declared }) => operationId(declared));
    expect(new Set(ids).size).toBe(ids.length);
    expect(operationId({ method: 'POST', path: '/booking/patients/{patientId}/appointments' })).toBe(
      'post_booking_patients_patientId_appointments',
    );
  });

  it('has no path that differs from another in the name of a parameter only', () => {
    const shapes = Object.keys(document.paths).map((path) => path.replaceAll(/\{[^}]*\}/g, '{}'));
    expect(new Set(shapes).size).toBe(shapes.length);
  });

  it.each(named)(
    'tells of %s its answer, its errors, its parameters and who may call it',
    (_, { context, declared }) => {
      const written = document.paths[declared.path]?.[declared.method.toLowerCase()];
      if (written === undefined) throw new Error('the operation is missing');
      const { responses, parameters, security } = written;
      const types = contentTypesOf(declared.response);
      expect(responses[String(declared.status)]).toMatchObject({
        content:
          types === undefined
            ? { 'application/json': { schema: expect.anything() } }
            : Object.fromEntries(types.map((type) => [type, {}])),
      });
      for (const code of [...declared.errors, 'INVALID_REQUEST', 'INTERNAL', 'UNAVAILABLE']) {
        const { status } = { ...houseErrors.definitions, ...context.errors.definitions }[code] ?? {
          status: 0,
        };
        expect(responses[String(status)]).toMatchObject({
          content: {
            'application/json': {
              schema: {
                allOf: [{ $ref: '#/components/schemas/Error' }],
                properties: { code: { enum: expect.arrayContaining([code]) } },
              },
            },
          },
        });
      }
      const inPath = parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => `{${name}}`);
      expect(inPath.toSorted()).toEqual((declared.path.match(/\{[^}]*\}/g) ?? []).toSorted());
      expect(
        parameters.filter((parameter) => parameter.in === 'path').every(({ required }) => required),
      ).toBe(true);
      expect(parameters.some(({ name }) => name === 'Idempotency-Key')).toBe(
        declared.requestKey === 'required',
      );
      expect(security).toEqual(declared.access === 'public' ? [] : [{ session: [] }]);
      expect(written['requestBody'] === undefined).toBe(
        declared.request.body === undefined && declared.takes === 'json',
      );
    },
  );

  it('leaves no field without a type', () => {
    expect(untypedIn(document.paths, 'paths')).toEqual([]);
    expect(untypedIn({ properties: { a: {} } }, '')).toEqual(['.properties.a']);
  });
});

/** Places of schemas that say nothing. */
function untypedIn(value: unknown, path: string): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => {
    const isSchema =
      ['schema', 'items', 'additionalProperties'].includes(name) || path.endsWith('.properties');
    const isEmpty = typeof inner === 'object' && inner !== null && Object.keys(inner).length === 0;
    return isSchema && isEmpty ? [`${path}.${name}`] : untypedIn(inner, `${path}.${name}`);
  });
}

describe('bytes in the OpenAPI document', () => {
  const sample = documentOf([
    defineContext({
      name: 'things',
      errors: smallErrors,
      routes: [
        route({
          method: 'POST',
          path: '/things/notifications',
          summary: '接收通知',
          access: 'public',
          takes: 'raw',
          response: z.object({}),
          handle: async () => ({}),
        }),
        route({
          method: 'GET',
          path: '/things/statement',
          summary: '下载',
          access: allow('clerk', none),
          response: file('text/csv; charset=utf-8', 'application/pdf'),
          handle: async () => ({
            fileName: 'a.pdf',
            contentType: 'application/pdf' as const,
            bytes: new Uint8Array(),
          }),
        }),
      ],
    }),
  ]);
  const operation = (path: string, method: string): Operation => {
    const found = sample.paths[path]?.[method];
    if (found === undefined) throw new Error('the operation is missing');
    return found;
  };

  it('are valid', async () => {
    expect(await complaintsAbout(sample)).toEqual([]);
  });

  it('are taken in any type, without a request key, a session or a refusal of the type', () => {
    const { requestBody, parameters, responses, security } = operation('/things/notifications', 'post');
    expect(requestBody).toEqual({ required: true, content: { '*/*': {} } });
    expect({ parameters, security }).toEqual({ parameters: [], security: [] });
    expect(responses).toHaveProperty('413');
    expect(responses).not.toHaveProperty('415');
    expect(responses).not.toHaveProperty('401');
  });

  it('are answered in the types that the route declares, with a name, and never as not modified', () => {
    const { responses } = operation('/things/statement', 'get');
    expect(responses['200']).toMatchObject({
      headers: { 'Content-Disposition': { schema: { type: 'string' } } },
      content: { 'text/csv; charset=utf-8': {}, 'application/pdf': {} },
    });
    expect(responses).not.toHaveProperty('304');
    expect(responses['403']).toMatchObject({ content: { 'application/json': expect.anything() } });
  });
});

describe('a schema in the OpenAPI document', () => {
  const sample = documentOf([
    defineContext({
      name: 'things',
      errors: smallErrors,
      routes: [
        route({
          method: 'PUT',
          path: '/things/{thingId}',
          summary: '修改',
          access: allow('nurse', none, ['day']),
          request: {
            params: z.object({ thingId: z.string().check(z.regex(/^[a-z]{1,9}$/)) }),
            query: z.object({ day: z.optional(daySchema), limit: z.string() }),
            body: z.strictObject({
              count: z._default(z.int().check(z.minimum(1), z.maximum(9)), 1),
              at: instantSchema,
              time: hourMinuteSchema,
              every: durationSchema,
              feeFen: fenSchema,
              kind: z.enum(['big', 'small']),
              names: z.array(z.string().check(z.maxLength(3))).check(z.maxLength(2)),
            }),
          },
          response: z.object({ day: daySchema, count: z._default(z.int(), 1) }),
          errors: ['THING_GONE'],
          handle: async () => ({ day: '2026-03-02' as never }),
        }),
      ],
    }),
  ]);
  const written = sample.paths['/things/{thingId}']?.['put'];

  it('shows formats, limits, defaults and what is unknown, as the sender has to write it', async () => {
    expect(await complaintsAbout(sample)).toEqual([]);
    expect(written?.['requestBody']).toMatchObject({
      content: {
        'application/json': {
          schema: {
            type: 'object',
            additionalProperties: false,
            required: ['at', 'time', 'every', 'feeFen', 'kind', 'names'],
            properties: {
              count: { type: 'integer', minimum: 1, maximum: 9, default: 1 },
              at: { type: 'string', format: 'date-time' },
              time: { type: 'string', pattern: '^([01]\\d|2[0-3]):[0-5]\\d$' },
              every: { type: 'string', pattern: expect.stringContaining('P') },
              feeFen: { type: 'integer', minimum: 0 },
              kind: { enum: ['big', 'small'] },
              names: { type: 'array', maxItems: 2, items: { type: 'string', maxLength: 3 } },
            },
          },
        },
      },
    });
    expect(written?.parameters).toMatchObject([
      { name: 'thingId', in: 'path', required: true, schema: { type: 'string', pattern: '^[a-z]{1,9}$' } },
      { name: 'day', in: 'query', required: false, schema: { pattern: '^\\d{4}-\\d{2}-\\d{2}$' } },
      { name: 'limit', in: 'query', required: true },
    ]);
  });

  it('shows an answer as the reader finds it, and which fields a role is granted', () => {
    expect(written?.responses['200']).toMatchObject({
      content: {
        'application/json': { schema: { required: ['day', 'count'], additionalProperties: false } },
      },
    });
    expect(written?.['x-access']).toEqual([{ role: 'nurse', relation: 'none', fields: ['day'] }]);
    expect(written?.responses['410']).toMatchObject({ description: '`THING_GONE` 已不存在' });
  });
});
