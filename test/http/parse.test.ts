import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { route } from '../../shared/context.ts';
import type { FieldFault } from '../../shared/kernel/errors.ts';
import { daySchema, hourMinuteSchema } from '../../shared/kernel/schemas.ts';
import { type Answer, call, httpEvent, lambdaContext, type Request, read } from './edge.ts';
import { smallCity } from './small-context.ts';

const MARKER = '110101199003078515';
const KEY = 'key-12345';

const taken: unknown[] = [];

const { api, deps } = smallCity([
  route({
    method: 'POST',
    path: '/things/{thingId}/parts',
    summary: '新增部件',
    access: 'public',
    request: {
      params: z.strictObject({ thingId: z.string().check(z.regex(/^[a-z]\w*$/)) }),
      query: z.strictObject({ day: z.optional(daySchema) }),
      body: z.strictObject({
        name: z.string().check(z.minLength(2), z.maxLength(5)),
        count: z.int().check(z.minimum(1), z.maximum(9)),
        share: z.optional(z.number().check(z.gt(0), z.lt(1))),
        kind: z.enum(['big', 'small']),
        times: z.optional(z.array(hourMinuteSchema).check(z.minLength(1), z.maxLength(2))),
        owner: z.optional(
          z.strictObject({ idNumber: z.string().check(z.refine((text) => text === 'x', '证件号码有误')) }),
        ),
        free: z.optional(z.record(z.string(), z.unknown())),
      }),
    },
    response: z.object({}),
    handle: async (_deps, parsed) => {
      taken.push(parsed);
      return {};
    },
  }),
  route({
    method: 'DELETE',
    path: '/things/{thingId}',
    summary: '删除',
    access: 'public',
    request: { params: z.object({ thingId: z.string() }) },
    response: z.object({}),
    handle: async () => ({}),
  }),
  route({
    method: 'PUT',
    path: '/things/short',
    summary: '短内容',
    access: 'public',
    request: { body: z.optional(z.strictObject({ text: z.string() })) },
    response: z.object({}),
    maxBodyBytes: 30,
    handle: async () => ({}),
  }),
]);

const good = { name: '部件', count: 1, kind: 'big' };

function add(body: unknown, more: Request = {}): Promise<Answer> {
  return call(api, 'POST /things/abc/parts', { key: KEY, body, ...more });
}

function faultsOf(answer: Answer): readonly FieldFault[] {
  expect(answer).toMatchObject({ statusCode: 400, json: { code: 'INVALID_REQUEST' } });
  return (answer.json as { fields: FieldFault[] }).fields;
}

/** A body that `JSON.stringify` could not make. */
async function addText(text: string, type = 'application/json'): Promise<Answer> {
  const event = httpEvent({
    method: 'POST',
    path: '/things/abc/parts',
    headers: [
      ['content-type', type],
      ['idempotency-key', KEY],
    ],
    body: text,
  });
  return read(await api(event, lambdaContext));
}

describe('a request', () => {
  it('reaches the use case parsed', async () => {
    taken.length = 0;
    const answer = await add(good, { query: { day: '2026-03-02' } });
    expect(answer.statusCode).toBe(200);
    expect(taken).toEqual([
      {
        params: { thingId: 'abc' },
        query: { day: '2026-03-02' },
        body: good,
        actor: undefined,
        requestKey: KEY,
        requestId: 'edge-request-1',
        traceparent: expect.stringMatching(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/),
      },
    ]);
  });

  it("keeps the caller's trace, and begins one where the caller's is none", async () => {
    taken.length = 0;
    const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
    await add(good, { headers: { traceparent } });
    await add(good, { headers: { traceparent: `${traceparent}; ${MARKER}` } });
    expect(taken).toMatchObject([{ traceparent }, { traceparent: expect.not.stringContaining(MARKER) }]);
  });

  it('hears every fault of path, query, header and body at once, each by its place and in Chinese', async () => {
    const answer = await call(api, 'POST /things/9/parts', {
      key: 'short',
      query: { day: '2026-02-30', colour: 'red' },
      body: {
        name: '一',
        count: 0,
        share: 1,
        kind: 'huge',
        times: ['9:00', '10:00'],
        owner: { idNumber: 'y', age: 1 },
        more: 1,
      },
    });
    const faults = faultsOf(answer);
    expect(faults.map((fault) => `${fault.in} ${fault.path} ${fault.code}`).sort()).toEqual([
      'body count too_small',
      'body kind invalid_value',
      'body more unknown_field',
      'body name too_small',
      'body owner.age unknown_field',
      'body owner.idNumber custom',
      'body share too_big',
      'body times.0 invalid_format',
      'header Idempotency-Key invalid_format',
      'path thingId invalid_format',
      'query colour unknown_field',
      'query day custom',
    ]);
    for (const { message } of faults) expect(message).toMatch(/\p{Script=Han}/u);
    expect(faults).toContainEqual({
      in: 'body',
      path: 'owner.idNumber',
      code: 'custom',
      message: '证件号码有误',
    });
    expect(faults).toContainEqual(expect.objectContaining({ path: 'name', message: '至少 2 个字符' }));
    expect(faults).toContainEqual(expect.objectContaining({ path: 'count', message: '不能小于 1' }));
    expect(faults).toContainEqual(expect.objectContaining({ path: 'share', message: '必须小于 1' }));
    expect(faults).toContainEqual(expect.objectContaining({ path: 'kind', message: '只能是：big、small' }));
  });

  it('hears how long a list may be', async () => {
    const faults = faultsOf(await add({ ...good, times: ['09:00', '10:00', '11:00'] }));
    expect(faults).toEqual([{ in: 'body', path: 'times', code: 'too_big', message: '最多 2 项' }]);
  });

  it('never finds its values in a fault, a header or a log line', async () => {
    deps.lines.length = 0;
    const answers = [
      await call(api, `POST /things/${MARKER}/parts`, {
        key: `!${MARKER}`,
        query: { day: MARKER },
        headers: { traceparent: MARKER, 'x-other': MARKER },
        body: {
          name: MARKER,
          count: MARKER,
          share: MARKER,
          kind: MARKER,
          times: [MARKER],
          owner: { idNumber: MARKER },
        },
      }),
      await addText(`{"name": "${MARKER}`),
      await addText(`${MARKER}`),
      await addText('{}', `text/${MARKER}`),
    ];
    for (const answer of answers) {
      expect(answer.statusCode).toBeGreaterThanOrEqual(400);
      expect(answer.text + JSON.stringify(answer.headers)).not.toContain(MARKER);
    }
    expect(deps.lines).toHaveLength(answers.length);
    expect(JSON.stringify(deps.lines)).not.toContain(MARKER);
  });

  it('hears at most fifty faults, and of a long name its beginning', async () => {
    const many = Object.fromEntries(Array.from({ length: 3_000 }, (_, index) => [`unknown${index}`, 1]));
    expect(faultsOf(await add(many))).toHaveLength(50);
    const [fault] = faultsOf(await add({ ...good, ['x'.repeat(5_000)]: 1 }));
    expect(fault?.path).toHaveLength(200);
  });
});

describe('a path', () => {
  it.each(['13812345678', MARKER, '11010519491231002X', 'list:13812345678'])(
    'names nobody by a number of theirs: %s',
    async (thingId) => {
      const answer = await call(api, `DELETE /things/${thingId}`);
      expect(faultsOf(answer)).toMatchObject([{ in: 'path', path: 'thingId', code: 'personal' }]);
      expect(answer.text).not.toContain(thingId);
    },
  );

  it.each(['20260306A-doctor1', '138123456789', 'a13812345678', '410425101001'])(
    'may hold other digits: %s',
    async (thingId) => {
      expect((await call(api, `DELETE /things/${thingId}`)).statusCode).toBe(200);
    },
  );
});

describe('a body', () => {
  it.each(['{', '', 'nil', "{'a':1}", '{"a":1}}', '\u0000', '[1,]'].filter((text) => text !== ''))(
    'that is no JSON is one fault: %j',
    async (text) => {
      expect(faultsOf(await addText(text))).toEqual([
        { in: 'body', path: '', code: 'invalid_json', message: '不是有效的 JSON 内容' },
      ]);
    },
  );

  it('that is missing is told beside the other faults', async () => {
    const answer = await call(api, 'POST /things/9/parts');
    expect(faultsOf(answer).map((fault) => `${fault.in} ${fault.code}`)).toEqual([
      'header missing',
      'path invalid_format',
      'body invalid_type',
    ]);
  });

  it('that is no JSON is told beside the faults of path and header', async () => {
    const event = httpEvent({ method: 'POST', path: '/things/9/parts', body: '{' });
    const faults = faultsOf(read(await api(event, lambdaContext)));
    expect(faults.map(({ code }) => code)).toEqual(['missing', 'invalid_format', 'invalid_json']);
  });

  it.each([
    'application/json',
    'Application/JSON; charset=utf-8',
    'application/json;charset=UTF-8',
    'application/merge-patch+json',
  ])('may be of the type %s', async (type) => {
    expect((await addText(JSON.stringify(good), type)).statusCode).toBe(200);
  });

  it.each([
    'text/plain',
    'application/xml',
    'application/jsonp',
    'multipart/form-data; boundary=x',
    'text/plain; application/json',
    '',
  ])('may not be of the type %j', async (type) => {
    const answer = await addText(JSON.stringify(good), type);
    expect(answer).toMatchObject({ statusCode: 415, json: { code: 'UNSUPPORTED_MEDIA_TYPE' } });
  });

  it("is too large from the route's own limit on, counted in bytes", async () => {
    const put = async (body: unknown) => (await call(api, 'PUT /things/short', { body })).statusCode;
    // {"text":""} are 11 bytes, a Chinese character three.
    expect(await put({ text: 'x'.repeat(19) })).toBe(200);
    expect(await put({ text: 'x'.repeat(20) })).toBe(413);
    expect(await put({ text: '号'.repeat(6) })).toBe(200);
    expect(await put({ text: '号'.repeat(7) })).toBe(413);
    expect((await add({ ...good, free: { a: 'x'.repeat(65_536) } })).json).toMatchObject({
      code: 'BODY_TOO_LARGE',
    });
  });

  it('is refused where the route takes none', async () => {
    expect(faultsOf(await call(api, 'DELETE /things/abc', { body: {} }))).toEqual([
      { in: 'body', path: '', code: 'unexpected_body', message: '该请求不接受内容' },
    ]);
    expect((await call(api, 'DELETE /things/abc')).statusCode).toBe(200);
  });

  it('may be left out where the route says so', async () => {
    expect((await call(api, 'PUT /things/short')).statusCode).toBe(200);
  });

  it.each(['{"__proto__":{"admin":true}}', '{"constructor":{"prototype":{"admin":true}}}', '{"toString":1}'])(
    'named like parts of every object is unknown like any other, and changes none: %s',
    async (text) => {
      const withGood = `${JSON.stringify(good).slice(0, -1)},${text.slice(1)}`;
      expect(faultsOf(await addText(withGood))).toMatchObject([{ code: 'unknown_field' }]);
      expect(({} as Record<string, unknown>)['admin']).toBeUndefined();
    },
  );

  it('keeps no __proto__ where any name may stand', async () => {
    taken.length = 0;
    const text = `${JSON.stringify(good).slice(0, -1)},"free":{"__proto__":{"admin":true},"a":1}}`;
    expect((await addText(text)).statusCode).toBe(200);
    const { body } = taken[0] as { body: { free: Record<string, unknown> } };
    expect(Object.getPrototypeOf(body.free)).toBe(Object.prototype);
    expect(body.free['admin']).toBeUndefined();
  });

  it('may be nested as deep as any contract, and not deeper', async () => {
    const nested = (levels: number) => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;
    const withFree = (inner: string) => `${JSON.stringify(good).slice(0, -1)},"free":${inner}}`;
    expect((await addText(withFree(nested(31)))).statusCode).toBe(200);
    expect(faultsOf(await addText(withFree(nested(32))))).toMatchObject([{ code: 'too_deep' }]);
    expect(faultsOf(await addText('['.repeat(30_000) + ']'.repeat(30_000)))).toMatchObject([
      { code: 'too_deep' },
    ]);
  });

  it.each(['{"name":"\\ud800 "}', '{"free":{"a":["b\\uDFFF"]}}', '{"free":{"\\udc00":1}}'])(
    'with half a character in it, which no table stores, is one fault: %s',
    async (text) => {
      expect(faultsOf(await addText(text))).toEqual([
        { in: 'body', path: '', code: 'invalid_text', message: '含有不完整的字符' },
      ]);
    },
  );

  it('may escape a whole character by its halves', async () => {
    taken.length = 0;
    const free = '{"a":"\\ud867\\udc49","b":"\\\\ud800"}';
    expect((await addText(`${JSON.stringify(good).slice(0, -1)},"free":${free}}`)).statusCode).toBe(200);
    expect(taken).toMatchObject([{ body: { free: { a: '𩱉', b: '\\ud800' } } }]);
  });
});

describe('a query', () => {
  it('is refused where the route reads none', async () => {
    expect(faultsOf(await call(api, 'DELETE /things/abc', { query: { force: 'true' } }))).toMatchObject([
      { in: 'query', path: 'force', code: 'unknown_field' },
    ]);
  });
});

describe('a request key', () => {
  it.each(['abcdefgh', 'A-b_9'.repeat(12), 'x'.repeat(64)])('may be %j', async (key) => {
    taken.length = 0;
    expect((await add(good, { key })).statusCode).toBe(200);
    expect(taken).toMatchObject([{ requestKey: key }]);
  });

  it.each(['abcdefg', 'x'.repeat(65), '', 'abc defgh', 'abcdefgh#', '号'.repeat(8), 'abcdefgh,abcdefgh'])(
    'may not be %j',
    async (key) => {
      expect(faultsOf(await add(good, { key }))).toMatchObject([
        { in: 'header', path: 'Idempotency-Key', code: 'invalid_format' },
      ]);
    },
  );

  it('is checked where it is sent without need', async () => {
    expect((await call(api, 'DELETE /things/abc', { key: 'abcdefgh' })).statusCode).toBe(200);
    expect(faultsOf(await call(api, 'DELETE /things/abc', { key: 'x' }))).toHaveLength(1);
  });
});
