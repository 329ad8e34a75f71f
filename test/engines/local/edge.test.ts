import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { cityListener } from '../../../infra/local/http/city-listener.ts';
import { MOST_BODY_BYTES } from '../../../infra/local/http/edge-event.ts';
import { ok } from '../../../infra/local/http/local-route.ts';
import { ManualClock } from './manual-clock.ts';

let url: string;
let seen: { context: string; event: APIGatewayProxyEventV2 }[];
let answer: unknown;

beforeEach(async () => {
  seen = [];
  answer = { statusCode: 200, headers: { 'content-type': 'application/json' }, body: '{}' };
  const server = createServer(
    cityListener({
      clock: new ManualClock('2026-11-23T00:00:00.000Z'),
      pages: { '/': () => ({ type: 'text/html', text: 'welcome' }) },
      localRoutes: [
        { method: 'POST', path: '/local/echo', summary: '', handle: async ({ body }) => ok(body) },
        {
          method: 'GET',
          path: '/local/broken',
          summary: '',
          handle: async () => {
            throw new Error('张三');
          },
        },
      ],
      invokeApi: (context, event) => {
        if (context !== 'tiny') return undefined;
        seen.push({ context, event: event as APIGatewayProxyEventV2 });
        return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
      },
    }),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

/** `fetch` would mend the path and the headers. */
async function raw(path: string, headers: Record<string, string>, method = 'GET'): Promise<number> {
  const sent = request(url, { path, method, headers });
  sent.end();
  const [response] = await once(sent, 'response');
  response.resume();
  return response.statusCode;
}

function event(): APIGatewayProxyEventV2 {
  const [call] = seen;
  if (call === undefined) throw new Error('no function was called');
  return call.event;
}

describe('a request on its way to a function', () => {
  it('becomes an HTTP API event of version 2.0', async () => {
    await fetch(`${url}/tiny/a?b=1&c=%E5%8F%B7&b=2`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Authorization: 'Bearer t', 'User-Agent': 'test' },
      body: '{"name":"号"}',
    });
    expect(event()).toMatchObject({
      version: '2.0',
      routeKey: '$default',
      rawPath: '/tiny/a',
      rawQueryString: 'b=1&c=%E5%8F%B7&b=2',
      queryStringParameters: { b: '1,2', c: '号' },
      headers: { authorization: 'Bearer t', 'content-type': 'application/json' },
      body: '{"name":"号"}',
      isBase64Encoded: false,
      requestContext: {
        http: { method: 'POST', path: '/tiny/a', sourceIp: '127.0.0.1', userAgent: 'test' },
        stage: '$default',
        timeEpoch: 1795392000000,
      },
    });
  });

  it('has its path decoded, as HTTP APIs do', async () => {
    await fetch(`${url}/tiny/%E5%8F%B7%20x`);
    expect(event().rawPath).toBe('/tiny/号 x');
  });

  it('carries neither body nor query where there is none', async () => {
    await fetch(`${url}/tiny`);
    expect(event()).not.toHaveProperty('body');
    expect(event()).not.toHaveProperty('queryStringParameters');
    expect(event().rawQueryString).toBe('');
  });

  it('has its cookies apart from the headers', async () => {
    await raw('/tiny', { cookie: 'a=1; b=2' });
    expect(event().cookies).toEqual(['a=1', 'b=2']);
    expect(event().headers).not.toHaveProperty('cookie');
  });

  it.each([
    ['bytes', { 'content-type': 'application/octet-stream' }, Buffer.from([0, 255, 1])],
    ['compressed JSON', { 'content-type': 'application/json', 'content-encoding': 'gzip' }, gzipSync('{}')],
    ['a form', { 'content-type': 'application/x-www-form-urlencoded' }, Buffer.from('a=1')],
  ])('crosses in base64 when it is %s', async (_what, headers, body) => {
    await fetch(`${url}/tiny`, { method: 'POST', headers, body: new Uint8Array(body) });
    expect(event()).toMatchObject({ isBase64Encoded: true, body: body.toString('base64') });
  });

  it('may be ten megabytes long and no longer', async () => {
    const send = (length: number) =>
      fetch(`${url}/tiny`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: 'x'.repeat(length),
      });
    expect((await send(MOST_BODY_BYTES)).status).toBe(200);
    const refused = await send(MOST_BODY_BYTES + 1);
    expect(refused.status).toBe(413);
    expect(await refused.json()).toEqual({ message: 'Request Entity Too Large' });
    expect(seen).toHaveLength(1);
  });

  it.each(['//', '/..//', '/%', '/tiny/%zz', '*'])('survives the odd path %s', async (path) => {
    expect([200, 404]).toContain(await raw(path, {}));
  });

  it('finds no function where no context has that name', async () => {
    const response = await fetch(`${url}/nobody/a`);
    expect(response.status).toBe(404);
    expect(await response.json()).toEqual({ message: 'Not Found' });
  });
});

describe('the answer of a function', () => {
  it('is passed on with status, headers and cookies', async () => {
    answer = { statusCode: 201, headers: { etag: '"x"', age: 3 }, cookies: ['a=1', 'b=2'], body: '{"号":1}' };
    const response = await fetch(`${url}/tiny`);
    expect(response.status).toBe(201);
    expect(response.headers.get('etag')).toBe('"x"');
    expect(response.headers.get('age')).toBe('3');
    expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
    expect(await response.text()).toBe('{"号":1}');
  });

  it('is decoded from base64', async () => {
    const body = gzipSync('{"a":1}').toString('base64');
    answer = { statusCode: 200, headers: { 'content-encoding': 'gzip' }, body, isBase64Encoded: true };
    expect(await (await fetch(`${url}/tiny`)).json()).toEqual({ a: 1 });
  });

  it('is a 500 without a reason when the function fails or answers nothing of the kind', async () => {
    for (const broken of [new Error('张三'), null, 'text', { status: 200 }]) {
      answer = broken;
      const response = await fetch(`${url}/tiny`);
      expect(response.status).toBe(500);
      expect(await response.json()).toEqual({ message: 'Internal Server Error' });
    }
  });
});

describe("the laptop's own routes", () => {
  it('answer JSON', async () => {
    const response = await fetch(`${url}/local/echo`, { method: 'POST', body: '{"a":1}' });
    expect(await response.json()).toEqual({ a: 1 });
    expect(await (await fetch(url)).text()).toBe('welcome');
  });

  it.each([
    ['another host name', { host: 'city.example' }],
    ['a page of another site', { 'sec-fetch-site': 'cross-site' }],
  ])('are closed to %s', async (_what, headers) => {
    expect(await raw('/local/echo', headers, 'POST')).toBe(403);
  });

  it('refuse what is no JSON, know their methods and keep their errors to themselves', async () => {
    expect((await fetch(`${url}/local/echo`, { method: 'POST', body: '{' })).status).toBe(400);
    expect((await fetch(`${url}/local/echo`)).status).toBe(404);
    const broken = await fetch(`${url}/local/broken`);
    expect(broken.status).toBe(500);
    expect(await broken.text()).not.toContain('张三');
  });
});
