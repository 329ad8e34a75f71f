import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { contexts } from '../../infra/contexts.ts';
import { allow, none } from '../../shared/access/grants.ts';
import { route } from '../../shared/context.ts';
import { createApi } from '../../shared/http/api.ts';
import { contentTypesOf } from '../../shared/http/file-answer.ts';
import { testDeps } from '../support/deps.ts';
import { call, httpEvent, lambdaContext } from './edge.ts';
import { staffToken } from './logins.ts';
import { smallCity } from './small-context.ts';

const SECRET = 'never-leaves';

const view = z.object({
  name: z.string(),
  parts: z.array(z.object({ id: z.string(), size: z.optional(z.object({ cm: z.int() })) })),
  note: z.optional(z.string()),
});

const full = {
  name: '物件',
  secret: SECRET,
  parts: [
    { id: 'p1', secret: SECRET, size: { cm: 3, secret: SECRET } },
    { id: 'p2', secret: { SECRET } },
  ],
  note: '备注',
};

const shown = { name: '物件', parts: [{ id: 'p1', size: { cm: 3 } }, { id: 'p2' }], note: '备注' };

const { api, deps } = smallCity([
  route({
    method: 'GET',
    path: '/things',
    summary: '读取',
    access: 'public',
    response: view,
    handle: async () => full,
  }),
  route({
    method: 'POST',
    path: '/things',
    summary: '新增',
    access: 'public',
    response: view,
    status: 201,
    requestKey: 'not-needed',
    handle: async () => full,
  }),
  route({
    method: 'PUT',
    path: '/things',
    summary: '修改',
    access: 'public',
    response: view,
    handle: async () => full,
  }),
  route({
    method: 'GET',
    path: '/things/narrow',
    summary: '按角色读取',
    access: [
      ...allow('nurse', none, ['name']),
      ...allow('clerk', none, ['name', 'note']),
      ...allow('practitioner', none),
    ],
    response: view,
    handle: async () => full,
  }),
  route({
    method: 'GET',
    path: '/things/long',
    summary: '长内容',
    access: 'public',
    request: { query: z.object({ length: z.string() }) },
    response: z.object({ text: z.string() }),
    handle: async (_deps, { query }) => ({ text: '号'.repeat(Number(query.length)) }),
  }),
]);

describe('an answer', () => {
  it('holds what its schema declares, and nothing else at any depth', async () => {
    const answer = await call(api, 'GET /things');
    expect(answer.json).toEqual(shown);
    expect(answer.text).not.toContain(SECRET);
  });

  it.each([
    ['nurse', { name: '物件' }],
    ['clerk', { name: '物件', note: '备注' }],
    ['practitioner', shown],
  ] as const)('holds the fields that its grant names: %s', async (role, expected) => {
    const answer = await call(api, 'GET /things/narrow', { token: await staffToken(deps, role) });
    expect(answer.json).toEqual(expected);
  });

  it('has the status that its route declares', async () => {
    expect((await call(api, 'POST /things')).statusCode).toBe(201);
  });

  it.each(['POST', 'PUT'])('carries the headers of the house, and after a %s no tag', async (method) => {
    const { headers } = await call(api, `${method} /things`);
    expect(headers).toEqual({
      'content-type': 'application/json; charset=utf-8',
      'x-content-type-options': 'nosniff',
      'strict-transport-security': 'max-age=31536000',
      'cache-control': 'private, no-store',
      vary: 'accept-encoding',
    });
  });
});

describe('an answer to a GET', () => {
  const poll = (tag: string) => call(api, 'GET /things', { headers: { 'if-none-match': tag } });

  it('is stored by its reader alone, and asked for again by its tag', async () => {
    const { headers } = await call(api, 'GET /things');
    expect(headers).toMatchObject({
      'cache-control': 'private, no-cache',
      etag: expect.stringMatching(/^W\/"[\w-]{22}"$/),
    });
  });

  it('is not sent twice', async () => {
    const { headers } = await call(api, 'GET /things');
    const etag = headers['etag'] ?? '';
    for (const tag of [etag, etag.slice(2), `"other", ${etag}`, `${etag} , "other"`, '*']) {
      const again = await poll(tag);
      expect(again, tag).toMatchObject({ statusCode: 304, body: '', isBase64Encoded: false });
      expect(again.headers).toMatchObject({
        etag,
        'cache-control': 'private, no-cache',
        vary: 'accept-encoding',
      });
    }
  });

  it.each(['', '"other"', 'W/"other"', 'other', '"', ','])(
    'is sent to whoever has another: %j',
    async (tag) => {
      expect((await poll(tag)).statusCode).toBe(200);
    },
  );

  it('has another tag for another content, and for what another role sees', async () => {
    const tags = [
      await call(api, 'GET /things'),
      await call(api, 'GET /things/narrow', { token: await staffToken(deps, 'nurse') }),
      await call(api, 'GET /things/narrow', { token: await staffToken(deps, 'clerk') }),
    ].map(({ headers }) => headers['etag']);
    expect(new Set(tags).size).toBe(3);
  });
});

describe('compression', () => {
  const ask = (length: number, acceptEncoding?: string) =>
    call(api, 'GET /things/long', {
      query: { length: String(length) },
      headers: acceptEncoding === undefined ? {} : { 'accept-encoding': acceptEncoding },
    });

  it('begins at a kilobyte, counted in bytes, and comes back whole', async () => {
    // {"text":""} are 11 bytes, a Chinese character three.
    const [short, long] = [await ask(337, 'gzip'), await ask(338, 'gzip')];
    expect(short).toMatchObject({ isBase64Encoded: false });
    expect(short.headers['content-encoding']).toBeUndefined();
    expect(long).toMatchObject({ isBase64Encoded: true, headers: { 'content-encoding': 'gzip' } });
    expect(gunzipSync(Buffer.from(long.body, 'base64')).toString()).toBe(`{"text":"${'号'.repeat(338)}"}`);
  });

  it.each(['gzip', 'GZIP', 'br, gzip', 'gzip;q=0.5', 'deflate , gzip ; q=1'])(
    'is made for who takes it: %s',
    async (takes) => {
      expect((await ask(1_000, takes)).headers['content-encoding']).toBe('gzip');
    },
  );

  it.each([undefined, '', 'br', 'identity', 'gzip;q=0', 'gzip; q=0.0', 'xgzip', '*'])(
    'is not made for who does not: %s',
    async (takes) => {
      const answer = await ask(1_000, takes);
      expect(answer.headers['content-encoding']).toBeUndefined();
      expect(answer.json).toEqual({ text: '号'.repeat(1_000) });
    },
  );

  it('keeps the tag of what it compresses', async () => {
    const [plain, compressed] = [await ask(1_000), await ask(1_000, 'gzip')];
    expect(compressed.headers['etag']).toBe(plain.headers['etag']);
  });

  it('is made of errors too', async () => {
    const body = JSON.stringify(
      Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`f${index}`, 1])),
    );
    const { api: strict } = smallCity([
      route({
        method: 'PUT',
        path: '/things',
        summary: '修改',
        access: 'public',
        request: { body: z.strictObject({}) },
        response: z.object({}),
        handle: async () => ({}),
      }),
    ]);
    const event = httpEvent({ method: 'PUT', path: '/things', headers: [['accept-encoding', 'gzip']], body });
    expect(await strict(event, lambdaContext)).toMatchObject({ statusCode: 400, isBase64Encoded: true });
  });
});

/** Schemas that let through what nobody declared. */
function leaksOf(schema: unknown, path: string): readonly string[] {
  const json = z.object({ _zod: z.object({ def: z.looseObject({ type: z.string() }) }) }).safeParse(schema);
  if (!json.success) return [];
  const { def } = json.data._zod;
  const inner = (value: unknown, name: string): readonly string[] => leaksOf(value, `${path}.${name}`);
  switch (def.type) {
    case 'unknown':
    case 'any':
    case 'custom':
      return [`${path} is ${def.type}`];
    case 'object': {
      const { shape, catchall } = def as unknown as { shape: Record<string, unknown>; catchall?: unknown };
      const open = catchall === undefined ? [] : inner(catchall, '*');
      const fields = Object.entries(shape).flatMap(([name, field]) => inner(field, name));
      return [...open, ...fields];
    }
    case 'array':
      return inner(def['element'], '[]');
    case 'record':
      return inner(def['valueType'], '{}');
    case 'union':
      return (def['options'] as unknown[]).flatMap((option, index) => inner(option, String(index)));
    case 'tuple':
      return (def['items'] as unknown[]).flatMap((item, index) => inner(item, String(index)));
    case 'pipe':
      return inner(def['out'], 'out');
    case 'intersection':
      return [...inner(def['left'], 'left'), ...inner(def['right'], 'right')];
    case 'lazy':
      return inner((def['getter'] as () => unknown)(), 'lazy');
    default:
      return def['innerType'] === undefined ? [] : leaksOf(def['innerType'], path);
  }
}

describe('the leak finder of this test', () => {
  it.each([
    ['an open object', z.object({ a: z.looseObject({}) })],
    ['an unknown value', z.object({ a: z.array(z.unknown()) })],
    ['an unknown value behind an option', z.object({ a: z.optional(z.nullable(z.any())) })],
    ['one of several', z.union([z.string(), z.object({ a: z.any() })])],
    ['a record of anything', z.record(z.string(), z.unknown())],
  ])('finds %s', (_, schema) => {
    expect(leaksOf(schema, 'response')).toHaveLength(1);
  });
});

describe.each(contexts.map((context) => [context.name, context] as const))('%s', (_, context) => {
  it.each(context.routes.map((declared) => [`${declared.method} ${declared.path}`, declared] as const))(
    'declares all that %s may answer',
    (_name, declared) => {
      // A file is bytes: what is in them, its own tests say.
      const isFile = contentTypesOf(declared.response) !== undefined;
      expect(leaksOf(declared.response, 'response')).toEqual(isFile ? ['response.bytes is custom'] : []);
    },
  );

  it('can be served', () => {
    expect(() => createApi(context, testDeps())).not.toThrow();
  });
});
