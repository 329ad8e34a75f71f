import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { contexts } from '../../infra/contexts.ts';
import { route } from '../../shared/context.ts';
import { createApi } from '../../shared/http/api.ts';
import { testDeps } from '../support/deps.ts';
import { httpEvent, lambdaContext, read, restEvent, type Sent } from './edge.ts';
import { smallCity } from './small-context.ts';

const anything = z.record(z.string(), z.string());

/** Answers what it was asked, so that a difference between the edges shows. */
const mirror = [
  route({
    method: 'POST',
    path: '/things/{thingId}',
    summary: '照原样返回',
    access: 'public',
    request: {
      params: z.object({ thingId: z.string() }),
      query: anything,
      body: z.optional(z.record(z.string(), z.unknown())),
    },
    response: z.object({ params: anything, query: anything, body: z.unknown(), key: z.string() }),
    requestKey: 'not-needed',
    handle: async (_deps, { params, query, body, requestKey }) => ({ params, query, body, key: requestKey }),
  }),
];

const { api } = smallCity(mirror);

async function onBoth(sent: Sent) {
  const [rest, http] = [await api(restEvent(sent), lambdaContext), await api(httpEvent(sent), lambdaContext)];
  expect(rest).toEqual(http);
  return read(http);
}

const JSON_TYPE = [['Content-Type', 'application/json']] as const;

describe('both edges give the same answer to', () => {
  it.each<[string, Sent, unknown]>([
    [
      'a request without headers, query and body',
      { path: '/things/a' },
      { params: { thingId: 'a' }, query: {} },
    ],
    [
      'names of headers in any case',
      { path: '/things/a', headers: [['iDEMPOTENCY-kEY', 'key-12345']] },
      { key: 'key-12345' },
    ],
    [
      'a body in text, with Chinese in it',
      { path: '/things/a', headers: JSON_TYPE, body: '{"name":"张三"}' },
      { body: { name: '张三' } },
    ],
    [
      'a body in bytes',
      { path: '/things/a', headers: JSON_TYPE, body: Buffer.from('{"name":"张三"}') },
      { body: { name: '张三' } },
    ],
    ['a body in bytes without a type', { path: '/things/a', body: Buffer.from('{}') }, { body: {} }],
    [
      'a query given twice',
      {
        path: '/things/a',
        query: [
          ['x', '1'],
          ['x', '2'],
          ['y', '张'],
        ],
      },
      { query: { x: '1,2', y: '张' } },
    ],
    [
      'a query named like a part of every object',
      { path: '/things/a', query: [['constructor', '1']] },
      { query: { constructor: '1' } },
    ],
    ['an escaped segment', { path: '/things/%E5%BC%A0%20%41' }, { params: { thingId: '张 A' } }],
    ['a segment escaped twice, once', { path: '/things/%2541' }, { params: { thingId: '%41' } }],
    ['a malformed escape', { path: '/things/%E5%ZZ' }, { params: { thingId: '%E5%ZZ' } }],
  ])('%s', async (_, sent, expected) => {
    const answer = await onBoth({ method: 'POST', ...sent });
    expect(answer).toMatchObject({ statusCode: 200, json: expected });
  });

  it.each<[string, Sent, number, string]>([
    ['an escaped slash, which parts segments', { path: '/things/a%2Fb' }, 404, 'NOT_FOUND'],
    [
      'a session sent twice',
      {
        path: '/things/a',
        headers: [
          ['Authorization', 'Bearer a.b.c'],
          ['Authorization', 'Bearer a.b.c'],
        ],
      },
      401,
      'UNAUTHENTICATED',
    ],
    [
      'a request key sent twice',
      {
        path: '/things/a',
        headers: [
          ['Idempotency-Key', 'key-12345'],
          ['Idempotency-Key', 'key-12345'],
        ],
      },
      400,
      'INVALID_REQUEST',
    ],
    ['broken JSON', { path: '/things/a', headers: JSON_TYPE, body: '{' }, 400, 'INVALID_REQUEST'],
    [
      'no JSON',
      { path: '/things/a', headers: [['content-type', 'text/plain']], body: '{}' },
      415,
      'UNSUPPORTED_MEDIA_TYPE',
    ],
    ['another method', { method: 'PUT', path: '/things/a' }, 405, 'METHOD_NOT_ALLOWED'],
  ])('%s', async (_, sent, status, code) => {
    const answer = await onBoth({ method: 'POST', ...sent });
    expect(answer).toMatchObject({ statusCode: status, json: { code } });
  });

  it('a request that may be compressed', async () => {
    const answer = await onBoth({
      method: 'POST',
      path: '/things/a',
      headers: [['Accept-Encoding', 'br, gzip']],
      body: JSON.stringify({ long: '号'.repeat(1000) }),
    });
    expect(answer.isBase64Encoded).toBe(true);
    expect(answer.json).toMatchObject({ body: { long: '号'.repeat(1000) } });
  });

  it('whatever is sent', async () => {
    const text = fc.string({ unit: 'binary', maxLength: 12 });
    const name = fc.constantFrom(
      'x',
      'y',
      'Accept-Encoding',
      'authorization',
      'Content-Type',
      'If-None-Match',
      'IDEMPOTENCY-KEY',
    );
    const pairs = fc.array(fc.tuple(name, text), { maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('GET', 'POST', 'PUT'),
        fc.webPath(),
        pairs,
        pairs,
        fc.option(fc.oneof(text, fc.json()), { nil: undefined }),
        async (method, path, query, headers, body) => {
          await onBoth({
            method,
            path: `/things${path}`,
            query,
            headers,
            ...(body === undefined ? {} : { body: Buffer.from(body) }),
          });
        },
      ),
      { numRuns: 300 },
    );
  });

  it.each(contexts.map((context) => [context.name, context] as const))(
    'every route of %s, called by nobody',
    async (_, context) => {
      const real = createApi(context, testDeps());
      for (const { method, path } of context.routes) {
        const sent = { method, path: path.replaceAll(/\{[^}]*\}/g, 'x1'), body: Buffer.from('{}') };
        const [rest, http] = [
          await real(restEvent(sent), lambdaContext),
          await real(httpEvent(sent), lambdaContext),
        ];
        expect(rest, path).toEqual(http);
        expect(http.statusCode, path).toBeLessThan(500);
      }
    },
  );
});

describe("a REST API's stage", () => {
  it('is not part of the path that reaches the routes', async () => {
    const event = restEvent({ method: 'POST', path: '/things/a' });
    expect(event.requestContext.path).toBe('/live/things/a');
    expect((await api(event, lambdaContext)).statusCode).toBe(200);
  });
});

describe('an event of neither edge', () => {
  it.each([
    ['nothing', null],
    ['a word', 'hello'],
    ['an empty object', {}],
    ['a message of the bus', { detail: { id: 'event-1', type: 'things.made', event: '{}' } }],
    ['an HTTP API without its context', { rawPath: '/things/a' }],
    ['a method that is no text', { ...restEvent({ path: '/things/a' }), httpMethod: 7 }],
    ['a body that is no text', { ...restEvent({ method: 'POST', path: '/things/a' }), body: { a: 1 } }],
    ['headers that are no text', { ...restEvent({ path: '/things/a' }), headers: { a: { b: 1 } } }],
  ])('%s is answered with 400 and written down', async (_, event) => {
    const { api: fresh, deps } = smallCity(mirror);
    const answer = read(await fresh(event as never, lambdaContext));
    expect(answer).toMatchObject({
      statusCode: 400,
      json: { code: 'INVALID_REQUEST', requestId: 'lambda-request-1' },
    });
    expect(deps.lines).toMatchObject([{ level: 'warn', code: 'HTTP_EVENT_UNREADABLE' }]);
  });
});
