import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createWeChatLogin } from '../../shared/wechat/login.ts';
import type { StableToken } from '../../shared/wechat/stable-token.ts';
import { WeChatRefusedError } from '../../shared/wechat/wechat-errors.ts';

const SECRET = 'marker-app-secret';
const SESSION_KEY = 'marker-session-key';
const CODE = 'marker-login-code';

/** A page of answers that the loopback server gives in turn; the last one stays. */
type Answer = { status?: number; location?: string; text: string } | 'never';
let answers: Answer[] = [];
let asked: { method: string; url: URL; body: string }[] = [];
let pauses: number[] = [];
let server: Server;
let endpoint = '';

const json = (value: unknown): Answer => ({ text: JSON.stringify(value) });

beforeEach(async () => {
  asked = [];
  pauses = [];
  server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    asked.push({ method: request.method ?? '', url: new URL(request.url ?? '', 'http://127.0.0.1'), body });
    const answer = answers[Math.min(asked.length, answers.length) - 1];
    if (answer === undefined || answer === 'never') return;
    if (answer.location !== undefined) response.setHeader('Location', answer.location);
    response.writeHead(answer.status ?? 200, { 'Content-Type': 'text/plain' }).end(answer.text);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const tokens = { current: 'token-1', renewed: [] as string[] };
const stableToken: StableToken = {
  get: async () => tokens.current,
  renew: async (refused) => {
    tokens.renewed.push(refused);
    return 'token-2';
  },
};

function login(timeoutMs = 5_000) {
  return createWeChatLogin({
    appId: 'wx1',
    secret: async () => SECRET,
    endpoint,
    timeoutMs,
    stableToken,
    random: () => 0.5,
    sleep: async (ms) => {
      pauses.push(ms);
    },
  });
}

describe('a login code', () => {
  it('is exchanged for who it stands for, and the session key stays behind', async () => {
    answers = [json({ openid: 'oA', unionid: 'uA', session_key: SESSION_KEY })];
    const outcome = await login().codeToSession(CODE);
    expect(outcome).toEqual({ ok: true, openid: 'oA', unionid: 'uA' });
    expect(
      asked.map(({ method, url }) => [method, url.pathname, Object.fromEntries(url.searchParams)]),
    ).toEqual([
      [
        'GET',
        '/sns/jscode2session',
        { appid: 'wx1', secret: SECRET, js_code: CODE, grant_type: 'authorization_code' },
      ],
    ]);
  });

  it.each([{}, { unionid: '' }])('of a user without unionid has none (%j)', async (also) => {
    answers = [json({ openid: 'oA', session_key: SESSION_KEY, ...also })];
    expect(await login().codeToSession(CODE)).toEqual({ ok: true, openid: 'oA' });
  });

  it.each([
    [40029, 'INVALID_CODE'],
    [40163, 'USED_CODE'],
    [45011, 'RATE_LIMITED'],
    [40226, 'BLOCKED'],
  ])('refused with %i is %s, without a second try', async (errcode, reason) => {
    answers = [json({ errcode, errmsg: 'x' })];
    expect(await login().codeToSession(CODE)).toEqual({ ok: false, reason });
    expect(asked).toHaveLength(1);
  });

  it.each<[string, Answer]>([
    ['a busy answer', json({ errcode: -1, errmsg: 'system error' })],
    ['an answer that is no JSON', { text: '<html>502</html>' }],
    ['a server error', { status: 502, text: '{"openid":"oB"}' }],
    ['an answer without openid', json({ session_key: SESSION_KEY })],
    ['a redirect', { status: 302, location: '/elsewhere', text: '' }],
  ])('is tried again after %s', async (_, broken) => {
    answers = [broken, json({ errcode: 0, openid: 'oA' })];
    expect(await login().codeToSession(CODE)).toEqual({ ok: true, openid: 'oA' });
    expect(asked.map(({ url }) => url.pathname)).toEqual(['/sns/jscode2session', '/sns/jscode2session']);
  });

  it('is given up as busy after three tries with growing pauses', async () => {
    answers = [json({ errcode: -1 })];
    expect(await login().codeToSession(CODE)).toEqual({ ok: false, reason: 'BUSY' });
    expect(asked).toHaveLength(3);
    expect(pauses).toEqual([200, 400]);
  });

  it('is busy when WeChat never answers or is not there', async () => {
    answers = ['never'];
    expect(await login(30).codeToSession(CODE)).toEqual({ ok: false, reason: 'BUSY' });
    expect(asked).toHaveLength(3);
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    expect(await login().codeToSession(CODE)).toEqual({ ok: false, reason: 'BUSY' });
  });

  it('that nobody answers is busy before the function of an API ends, after two attempts of four seconds', async () => {
    let ms = 7;
    const silent = createWeChatLogin({
      appId: 'wx1',
      secret: async () => SECRET,
      endpoint,
      timeoutMs: 4_000,
      stableToken,
      random: () => 0.5,
      elapsed: () => ms,
      fetch: async () => {
        ms += 4_000;
        throw new Error('nothing came in time');
      },
      sleep: async (pause) => {
        ms += pause;
      },
    });
    expect(await silent.codeToSession(CODE)).toEqual({ ok: false, reason: 'BUSY' });
    expect(ms - 7).toBe(8_200);
  });

  it('throws on a misconfiguration, telling neither secret nor code nor session key', async () => {
    answers = [json({ errcode: 40125, errmsg: `invalid appsecret ${SECRET}`, session_key: SESSION_KEY })];
    const error: unknown = await login()
      .codeToSession(CODE)
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(WeChatRefusedError);
    expect(error).toMatchObject({ api: '/sns/jscode2session', errcode: 40125 });
    const told = JSON.stringify([error, error instanceof Error && [error.message, error.stack, error.cause]]);
    for (const marker of [SECRET, SESSION_KEY, CODE]) expect(told).not.toContain(marker);
  });
});

describe('a phone code', () => {
  const phone = (changes: object = {}) =>
    json({
      errcode: 0,
      errmsg: 'ok',
      phone_info: {
        phoneNumber: '+8613812341234',
        purePhoneNumber: '13812341234',
        countryCode: 86,
        ...changes,
      },
    });

  beforeEach(() => {
    tokens.renewed = [];
  });

  it('is exchanged with the access token for the bare number', async () => {
    answers = [phone()];
    expect(await login().phoneOf(CODE)).toEqual({ ok: true, phone: '13812341234', countryCode: '86' });
    expect(asked[0]?.method).toBe('POST');
    expect(asked[0]?.url.pathname).toBe('/wxa/business/getuserphonenumber');
    expect(asked[0]?.url.searchParams.get('access_token')).toBe('token-1');
    expect(JSON.parse(asked[0]?.body ?? '')).toEqual({ code: CODE });
  });

  it('may stand for a foreign number', async () => {
    answers = [phone({ purePhoneNumber: '5551234567', countryCode: '1' })];
    expect(await login().phoneOf(CODE)).toEqual({ ok: true, phone: '5551234567', countryCode: '1' });
  });

  it.each([40001, 40014, 42001])('is tried once more with another token after %i', async (errcode) => {
    answers = [json({ errcode }), phone()];
    expect(await login().phoneOf(CODE)).toMatchObject({ ok: true });
    expect(asked.map(({ url }) => url.searchParams.get('access_token'))).toEqual(['token-1', 'token-2']);
    expect(tokens.renewed).toEqual(['token-1']);
  });

  it('throws when the other token is refused as well', async () => {
    answers = [json({ errcode: 40001 })];
    await expect(login().phoneOf(CODE)).rejects.toThrow(WeChatRefusedError);
    expect(asked).toHaveLength(2);
  });

  it.each([
    [40029, 'INVALID_CODE'],
    [45011, 'RATE_LIMITED'],
    [-1, 'BUSY'],
  ])('refused with %i is %s', async (errcode, reason) => {
    answers = [json({ errcode })];
    expect(await login().phoneOf(CODE)).toEqual({ ok: false, reason });
  });
});
