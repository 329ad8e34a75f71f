import { once } from 'node:events';
import { request } from 'node:http';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { type RawCall, route } from '../../shared/context.ts';
import { httpEvent, lambdaContext, read, restEvent, type Sent } from './edge.ts';
import { onLaptop } from './laptop.ts';
import { smallCity, smallErrors } from './small-context.ts';

const MARKER = '110101199003078515';
const PATH = '/things/notifications/m1';

const taken: RawCall<{ merchantId: string }>[] = [];
let refused = false;

const { api, deps } = smallCity([
  route({
    method: 'POST',
    path: '/things/notifications/{merchantId}',
    summary: '接收通知',
    access: 'public',
    takes: 'raw',
    request: { params: z.object({ merchantId: z.string().check(z.regex(/^m\d$/)) }) },
    response: z.object({ code: z.string() }),
    errors: ['THING_GONE'],
    maxBodyBytes: 1_000,
    handle: async (_deps, call) => {
      taken.push(call);
      if (refused) throw smallErrors.refusal('THING_GONE');
      return { code: 'SUCCESS', secret: MARKER };
    },
  }),
]);

beforeEach(() => {
  taken.length = 0;
  refused = false;
});

const edges = { 'a REST API': restEvent, 'an HTTP API': httpEvent };

async function post(
  more: Omit<Sent, 'path'>,
  path = PATH,
  edge = httpEvent as typeof restEvent | typeof httpEvent,
) {
  return read(await api(edge({ method: 'POST', path, ...more }), lambdaContext));
}

function bytesTaken(): Buffer {
  const [call] = taken;
  if (call === undefined) throw new Error('nothing reached the handler');
  return Buffer.from(call.raw.bytes);
}

describe.each(Object.entries(edges))('a raw request behind %s', (_, edge) => {
  it.each<[string, string | Buffer]>([
    ['JSON with odd spaces', '{ "a" :1,\n"a":2 }\r\n'],
    ['Chinese text with a byte order mark', '\uFEFF{"name":"张三"}'],
    ['broken JSON', '{"a":'],
    ['bytes that are no text', Buffer.from([0, 255, 254, 0xc3, 0x28, 13, 10])],
    ['what is compressed', gzipSync('{"a":1}')],
  ])('reaches the handler byte by byte: %s', async (_what, body) => {
    const answer = await post({ body, headers: [['Content-Type', 'application/json']] }, PATH, edge);
    expect(answer).toMatchObject({ statusCode: 200, json: { code: 'SUCCESS' } });
    expect(bytesTaken().equals(Buffer.from(body))).toBe(true);
  });

  it('has its headers in lower case, whatever their type and whatever stands in ours', async () => {
    const headers = [
      ['Wechatpay-Signature', 'a+b/c=='],
      ['Content-Type', 'text/xml'],
      ['Authorization', 'WECHATPAY2-SHA256-RSA2048 mchid="1"'],
      ['Idempotency-Key', '!'],
    ] as const;
    expect((await post({ headers, body: '<x/>' }, PATH, edge)).statusCode).toBe(200);
    expect(taken).toMatchObject([
      {
        params: { merchantId: 'm1' },
        body: undefined,
        actor: undefined,
        requestKey: '',
        raw: {
          headers: {
            'wechatpay-signature': 'a+b/c==',
            'content-type': 'text/xml',
            authorization: 'WECHATPAY2-SHA256-RSA2048 mchid="1"',
          },
        },
      },
    ]);
  });

  it('without a body has no bytes', async () => {
    await post({}, PATH, edge);
    expect(bytesTaken()).toHaveLength(0);
  });

  it("may be as long as the route's own limit and not longer, counted in bytes", async () => {
    const status = async (body: string | Buffer) => (await post({ body }, PATH, edge)).statusCode;
    expect(await status(Buffer.alloc(1_000))).toBe(200);
    expect(await status(`${'号'.repeat(333)}x`)).toBe(200);
    taken.length = 0;
    expect(await status(Buffer.alloc(1_001))).toBe(413);
    expect(await status('号'.repeat(334))).toBe(413);
    expect(taken).toEqual([]);
  });

  it('is refused by the usual errors, for its path, its query and by its handler', async () => {
    expect((await post({}, '/things/notifications/x', edge)).json).toMatchObject({
      code: 'INVALID_REQUEST',
      fields: [{ in: 'path', path: 'merchantId' }],
    });
    expect((await post({ query: [['a', '1']] }, PATH, edge)).json).toMatchObject({
      code: 'INVALID_REQUEST',
      fields: [{ in: 'query', path: 'a' }],
    });
    expect(taken).toEqual([]);
    refused = true;
    expect(await post({}, PATH, edge)).toMatchObject({ statusCode: 410, json: { code: 'THING_GONE' } });
  });
});

describe('a raw request', () => {
  it('of any bytes at all arrives as it was sent', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 200 }),
        fc.constantFrom(...Object.values(edges)),
        async (bytes, edge) => {
          taken.length = 0;
          await post({ body: Buffer.from(bytes) }, PATH, edge);
          expect(bytesTaken().equals(bytes)).toBe(true);
        },
      ),
    );
  });

  it('leaves nothing of its content in the log or in a refusal', async () => {
    deps.lines.length = 0;
    const answers = [
      await post({ body: MARKER, headers: [['x-secret', MARKER]] }),
      await post({ body: MARKER.repeat(60), headers: [['authorization', MARKER]] }),
    ];
    expect(deps.lines).toHaveLength(2);
    expect(JSON.stringify([deps.lines, answers])).not.toContain(MARKER);
  });

  it.each<[string, Buffer, string]>([
    ['bytes', Buffer.from([0, 255, 10, 13, 128]), 'application/octet-stream'],
    ['text', Buffer.from('{ "号" : 1 }\n'), 'application/json'],
    ['what calls itself JSON and is no text', Buffer.from([0x7b, 0xff, 0xfe, 0x7d]), 'application/json'],
    ['compressed JSON', gzipSync('{"a":1}'), 'application/json'],
  ])('arrives as it was sent through the laptop too: %s', async (_, body, type) => {
    const port = await onLaptop(api, deps);
    const sent = request({
      host: '127.0.0.1',
      port,
      path: PATH,
      method: 'POST',
      headers: { 'content-type': type },
    });
    sent.end(body);
    const [response] = await once(sent, 'response');
    response.resume();
    expect(response.statusCode).toBe(200);
    expect(bytesTaken().equals(body)).toBe(true);
  });
});
