import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { startWeChat, type WeChatStandIn } from '../../../infra/local/wechat/server.ts';
import { ManualClock } from './manual-clock.ts';
import { tempFolder } from './temp-folder.ts';

const program = { appId: 'wx0000000000000001', appSecret: 'not-a-secret' };
const users = [
  { person: 'demo-li', phone: '13800000002' },
  { person: 'demo-li-na', phone: '13800000003' },
];

let clock: ManualClock;
let wechat: WeChatStandIn;

beforeEach(async () => {
  clock = new ManualClock('2026-11-23T00:00:00.000Z');
  await start(tempFolder());
});

async function start(folder: string): Promise<void> {
  const started = await startWeChat({ clock, program, users, folder });
  onTestFinished(() => started.stop());
  wechat = started;
}

async function get(path: string, query: Record<string, string>): Promise<Record<string, unknown>> {
  const response = await fetch(`${wechat.url}${path}?${new URLSearchParams(query)}`);
  expect(response.status).toBe(200);
  return (await response.json()) as Record<string, unknown>;
}

async function post(path: string, body: unknown): Promise<Record<string, unknown>> {
  const response = await fetch(`${wechat.url}${path}`, { method: 'POST', body: JSON.stringify(body) });
  expect(response.status).toBe(200);
  return (await response.json()) as Record<string, unknown>;
}

function login(code: string, changes: Record<string, string> = {}): Promise<Record<string, unknown>> {
  return get('/sns/jscode2session', {
    appid: program.appId,
    secret: program.appSecret,
    js_code: code,
    grant_type: 'authorization_code',
    ...changes,
  });
}

function token(changes: Record<string, unknown> = {}): Promise<Record<string, unknown>> {
  return post('/cgi-bin/stable_token', {
    grant_type: 'client_credential',
    appid: program.appId,
    secret: program.appSecret,
    ...changes,
  });
}

function phone(accessToken: unknown, code: string): Promise<Record<string, unknown>> {
  return post(`/wxa/business/getuserphonenumber?access_token=${accessToken}`, { code });
}

function issue(kind: 'loginCodes' | 'phoneCodes', person = 'demo-li-na'): string {
  const user = wechat.users.get(person);
  if (user === undefined) throw new Error('no such person');
  return wechat[kind].issue(user);
}

describe('a login code', () => {
  it('answers the same openid each time and a new session key', async () => {
    const first = await login(issue('loginCodes'));
    const second = await login(issue('loginCodes'));
    expect(first).toEqual({
      openid: expect.stringMatching(/^o[\w-]{27}$/),
      session_key: expect.stringMatching(/^[\w+/]{22}==$/),
    });
    expect(second['openid']).toBe(first['openid']);
    expect(second['session_key']).not.toBe(first['session_key']);
  });

  it('is good once', async () => {
    const code = issue('loginCodes');
    expect(await login(code)).toHaveProperty('openid');
    expect(await login(code)).toMatchObject({ errcode: 40163 });
  });

  it('is good for five minutes of the city clock', async () => {
    const [early, late] = [issue('loginCodes'), issue('loginCodes')];
    clock.pass(5 * 60_000);
    expect(await login(early)).toHaveProperty('openid');
    clock.pass(1);
    expect(await login(late)).toMatchObject({ errcode: 40029 });
  });

  it('may be a fixed one, which means the longest name it begins with', async () => {
    const [li, liNa] = [await login(issue('loginCodes', 'demo-li')), await login('demo-li-na-7')];
    expect(await login('demo-li-8')).toMatchObject({ openid: li['openid'] });
    expect(liNa['openid']).not.toBe(li['openid']);
    expect(await login('demo-li-na-7')).toMatchObject({ errcode: 40163 });
    expect(await login('demo-li-na-8')).toMatchObject({ openid: liNa['openid'] });
  });

  it.each([
    ['no code', { js_code: '' }, 41008],
    ['an unknown code', { js_code: 'nobody' }, 40029],
    ['another appid', { appid: 'wx9' }, 40013],
    ['no appid', { appid: '' }, 41002],
    ['another secret', { secret: 'other' }, 40125],
    ['no secret', { secret: '' }, 41004],
    ['another grant type', { grant_type: 'client_credential' }, 40002],
  ])('is refused with %s', async (_what, changes, errcode) => {
    expect(await login('demo-li-1', changes)).toEqual({ errcode, errmsg: expect.any(String) });
  });

  it('is refused to whoever logs in more than a hundred times a minute, and not used up by that', async () => {
    for (let n = 0; n < 100; n += 1) expect(await login(`demo-li-${n}`)).toHaveProperty('openid');
    expect(await login('demo-li-100')).toMatchObject({ errcode: 45011 });
    expect(await login('demo-li-na-1')).toHaveProperty('openid');
    clock.pass(60_000);
    expect(await login('demo-li-100')).toHaveProperty('openid');
  });
});

describe('a person whom WeChat did not know', () => {
  it('is added once and stays, with the same openid and the latest phone', async () => {
    const folder = tempFolder();
    await start(folder);
    wechat.users.add({ person: 'newcomer', phone: '13900000001' });
    wechat.users.add({ person: 'newcomer', phone: '13900000002' });
    const { openid } = await login('newcomer-1');
    await start(folder);
    expect(await login('newcomer-2')).toMatchObject({ openid });
    const { access_token } = await token();
    expect(await phone(access_token, issue('phoneCodes', 'newcomer'))).toMatchObject({
      phone_info: { purePhoneNumber: '13900000002' },
    });
  });
});

describe('an access token', () => {
  it('stays the same until five minutes before its end, counting down', async () => {
    const first = await token();
    expect(first).toEqual({ access_token: expect.any(String), expires_in: 7200 });
    clock.pass(6_899_999);
    expect(await token()).toEqual({ access_token: first['access_token'], expires_in: 300 });
  });

  it('overlaps its successor for those five minutes', async () => {
    const first = await token();
    clock.pass(6_900_000);
    const second = await token();
    expect(second).toEqual({
      access_token: expect.not.stringMatching(String(first['access_token'])),
      expires_in: 7200,
    });
    expect(await phone(first['access_token'], issue('phoneCodes'))).toMatchObject({ errcode: 0 });
    expect(await phone(second['access_token'], issue('phoneCodes'))).toMatchObject({ errcode: 0 });
    clock.pass(300_000);
    expect(await phone(first['access_token'], issue('phoneCodes'))).toMatchObject({ errcode: 42001 });
    expect(await phone(second['access_token'], issue('phoneCodes'))).toMatchObject({ errcode: 0 });
  });

  it('is void at once when a new one is forced', async () => {
    const first = await token();
    const second = await token({ force_refresh: true });
    expect(await phone(first['access_token'], issue('phoneCodes'))).toMatchObject({ errcode: 40001 });
    expect(await phone(second['access_token'], issue('phoneCodes'))).toMatchObject({ errcode: 0 });
  });

  it('is not forced again within thirty seconds, and twenty times a day at most', async () => {
    const first = await token({ force_refresh: true });
    clock.pass(29_999);
    expect(await token({ force_refresh: true })).toMatchObject({ access_token: first['access_token'] });
    for (let times = 2; times <= 20; times += 1) {
      clock.pass(30_000);
      expect(await token({ force_refresh: true })).toHaveProperty('access_token');
    }
    clock.pass(30_000);
    expect(await token({ force_refresh: true })).toMatchObject({ errcode: 45009 });
    clock.pass(24 * 3_600_000);
    expect(await token({ force_refresh: true })).toHaveProperty('access_token');
  });

  it('is still taken when the stand-in has been started anew', async () => {
    const folder = tempFolder();
    await start(folder);
    const { access_token: before } = await token();
    await start(folder);
    expect(await token()).toMatchObject({ access_token: before });
    expect(await phone(before, issue('phoneCodes'))).toMatchObject({ errcode: 0 });
  });

  it.each([
    ['another appid', { appid: 'wx9' }, 40013],
    ['another secret', { secret: 'other' }, 40125],
    ['another grant type', { grant_type: 'authorization_code' }, 40002],
    ['a field of another type', { force_refresh: 'yes' }, 47001],
  ])('is refused with %s', async (_what, changes, errcode) => {
    expect(await token(changes)).toMatchObject({ errcode });
  });

  it('is asked for by POST only', async () => {
    expect(await get('/cgi-bin/stable_token', {})).toMatchObject({ errcode: 43002 });
  });
});

describe('a phone code', () => {
  it('answers the telephone number, once', async () => {
    const { access_token } = await token();
    const code = issue('phoneCodes');
    expect(await phone(access_token, code)).toMatchObject({
      errcode: 0,
      phone_info: {
        phoneNumber: '13800000003',
        purePhoneNumber: '13800000003',
        countryCode: '86',
        watermark: { appid: program.appId, timestamp: 1795392000 },
      },
    });
    expect(await phone(access_token, code)).toMatchObject({ errcode: 40029 });
  });

  it('is no login code', async () => {
    const { access_token } = await token();
    expect(await phone(access_token, issue('loginCodes'))).toMatchObject({ errcode: 40029 });
  });

  it.each([
    ['without a token', '', 41001],
    ['with a token nobody gave', 'made-up', 40001],
  ])('is refused %s', async (_what, accessToken, errcode) => {
    expect(await phone(accessToken, issue('phoneCodes'))).toMatchObject({ errcode });
  });
});

describe('a fault on demand', () => {
  const none = { busy: 0, silent: 0, lostAnswers: 0, rateLimited: 0, blocked: [] };

  it('keeps WeChat busy as often as asked, without using up the code', async () => {
    wechat.knobs.set({ ...none, busy: 2 });
    const code = issue('loginCodes');
    expect(await login(code)).toMatchObject({ errcode: -1 });
    expect(await login(code)).toMatchObject({ errcode: -1 });
    expect(await login(code)).toHaveProperty('openid');
  });

  it('blocks a person', async () => {
    wechat.knobs.set({ ...none, blocked: ['demo-li'] });
    expect(await login('demo-li-1')).toMatchObject({ errcode: 40226 });
    expect(await login('demo-li-na-1')).toHaveProperty('openid');
    wechat.knobs.set(none);
    expect(await login('demo-li-1')).toHaveProperty('openid');
  });

  it('limits the rate', async () => {
    wechat.knobs.set({ ...none, rateLimited: 1 });
    expect(await login('demo-li-1')).toMatchObject({ errcode: 45011 });
    expect(await login('demo-li-1')).toHaveProperty('openid');
  });

  function unansweredLogin(code: string): Promise<Response> {
    const query = new URLSearchParams({
      appid: program.appId,
      secret: program.appSecret,
      js_code: code,
      grant_type: 'authorization_code',
    });
    return fetch(`${wechat.url}/sns/jscode2session?${query}`, { signal: AbortSignal.timeout(100) });
  }

  it('leaves a call without an answer and undone', async () => {
    wechat.knobs.set({ ...none, silent: 1 });
    const code = issue('loginCodes');
    await expect(unansweredLogin(code)).rejects.toThrow('timeout');
    expect(await login(code)).toHaveProperty('openid');
  });

  it('loses the answer of a call that was carried out', async () => {
    wechat.knobs.set({ ...none, lostAnswers: 1 });
    const code = issue('loginCodes');
    await expect(unansweredLogin(code)).rejects.toThrow('timeout');
    expect(await login(code)).toMatchObject({ errcode: 40163 });
  });
});
