import { describe, expect, it } from 'vitest';
import { identity } from '../../../functions/identity/context.ts';
import { createMemoryTable } from '../../../shared/data/memory-table.ts';
import type { Table } from '../../../shared/data/table.ts';
import { createApi } from '../../../shared/http/api.ts';
import { expectOk, openidOf, scene } from './scene.ts';

describe('login by WeChat', () => {
  it('opens an account at the first login and finds it at the next', async () => {
    const { login, items } = await scene();
    const first = await expectOk(login('lin'));
    const second = await expectOk(login('lin'));
    expect(first.body).toMatchObject({ phoneBound: false, verified: false, noticeVersion: 'notice-1' });
    expect(second.body.accountId).toBe(first.body.accountId);
    expect(items('identity#account#')).toHaveLength(1);
  });

  it('gives two people two accounts', async () => {
    const { login } = await scene();
    const [one, other] = [await login('lin'), await login('wang')];
    expect(one.body.accountId).not.toBe(other.body.accountId);
  });

  it('makes one account of twenty first logins at once', async () => {
    const { login, items, raceNext } = await scene();
    raceNext(20);
    const answers = await Promise.all(Array.from({ length: 20 }, () => login('lin')));
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200));
    expect(new Set(answers.map(({ body }) => body.accountId)).size).toBe(1);
    expect(items('identity#account#')).toHaveLength(1);
    expect(items('session#')).toHaveLength(1);
  });

  it('finds the account after the blind index key was rotated', async () => {
    const { login, deps } = await scene();
    const first = await login('lin');
    await deps.keyRing.rotate('identity', 'blind');
    deps.clock.advance(600_000);
    expect((await login('lin')).body.accountId).toBe(first.body.accountId);
  });

  it('tells a used code, an unknown one and an expired one apart', async () => {
    const { call, wechat, deps } = await scene();
    const lin = { person: 'lin', phone: '13900000001' };
    wechat.users.add(lin);
    const code = wechat.loginCodes.issue(lin);
    const post = (given: string) => call('POST', '/identity/wechat-sessions', { body: { code: given } });
    expect((await post(code)).status).toBe(200);
    expect(await post(code)).toMatchObject({ status: 409, body: { code: 'WECHAT_CODE_USED' } });
    expect(await post('unknown-code')).toMatchObject({ status: 400, body: { code: 'WECHAT_CODE_INVALID' } });
    const late = wechat.loginCodes.issue(lin);
    deps.clock.advance(301_000);
    expect(await post(late)).toMatchObject({ body: { code: 'WECHAT_CODE_INVALID' } });
  });

  it.each([
    [{ rateLimited: 1 }, 429, 'WECHAT_RATE_LIMITED'],
    [{ blocked: ['lin'] }, 403, 'WECHAT_BLOCKED'],
    [{ busy: 3 }, 503, 'WECHAT_BUSY'],
  ])('answers %o with %i %s and opens no account', async (faults, status, code) => {
    const { login, wechat, items } = await scene();
    wechat.knobs.set({ busy: 0, silent: 0, lostAnswers: 0, rateLimited: 0, blocked: [], ...faults });
    const answer = await login('lin');
    expect(answer).toMatchObject({ status, body: { code } });
    expect(answer.body.message).toMatch(/\p{Script=Han}/u);
    expect(items('identity#')).toEqual([]);
  });

  it('says that WeChat is not to be had where no app secret was put', async () => {
    const { login, deps } = await scene();
    await deps.table.delete({ pk: 'secrets#identity', sk: 'wechat-app-secret' });
    expect(await login('lin')).toMatchObject({ status: 503, body: { code: 'WECHAT_BUSY' } });
  });
});

describe('a session', () => {
  it('is refreshed, and ends when its life is over', async () => {
    const { login, call, deps } = await scene({ policy: { residentSessionHours: 1 } });
    const { token } = (await login('lin')).body;
    deps.clock.advance(50 * 60_000);
    const fresh = await expectOk(call('POST', '/identity/sessions/refresh', { token }));
    deps.clock.advance(30 * 60_000);
    expect((await call('GET', '/identity/account', { token })).status).toBe(401);
    expect((await call('GET', '/identity/account', { token: fresh.body.token })).status).toBe(200);
  });

  it('ends on every device when one signs out', async () => {
    const { login, call, deps } = await scene();
    const [phone, tablet] = [(await login('lin')).body.token, (await login('lin')).body.token];
    await expectOk(call('DELETE', '/identity/sessions', { token: phone }));
    deps.clock.advance(5_001);
    for (const token of [phone, tablet]) {
      expect(await call('GET', '/identity/account', { token })).toMatchObject({ status: 401 });
    }
    expect((await call('GET', '/identity/account', { token: (await login('lin')).body.token })).status).toBe(
      200,
    );
  });

  it('that was revoked cannot be exchanged for a good one while a function still takes it', async () => {
    const { login, call, deps } = await scene();
    const { token } = (await login('lin')).body;
    await expectOk(call('GET', '/identity/account', { token }));
    // Signed out through another container: this one has the old version in its cache.
    await createApi(identity, { ...deps })(
      {
        rawPath: '/identity/sessions',
        headers: { authorization: `Bearer ${token}` },
        requestContext: { requestId: 'other', http: { method: 'DELETE' } },
      } as never,
      {} as never,
    );
    expect(await call('GET', '/identity/account', { token })).toMatchObject({ status: 200 });
    expect(await call('POST', '/identity/sessions/refresh', { token })).toMatchObject({ status: 401 });
  });

  it('without a token opens nothing', async () => {
    const { call } = await scene();
    expect(await call('GET', '/identity/account')).toMatchObject({ body: { code: 'UNAUTHENTICATED' } });
  });
});

describe('the phone', () => {
  it('comes from WeChat and is shown masked', async () => {
    const { login, call, wechat } = await scene();
    const { token } = (await login('lin')).body;
    const code = wechat.phoneCodes.issue({ person: 'lin', phone: '13812345678' });
    const answer = await expectOk(call('PUT', '/identity/account/phone', { token, body: { code } }));
    expect(answer.body).toEqual({ phone: '138****5678' });
    expect((await call('GET', '/identity/account', { token })).body.phone).toBe('138****5678');
  });

  it('of another country is refused', async () => {
    const { login, call, wechat, items } = await scene();
    const { token } = (await login('lin')).body;
    const code = wechat.phoneCodes.issue({ person: 'lin', phone: '85291234567' });
    expect(await call('PUT', '/identity/account/phone', { token, body: { code } })).toMatchObject({
      status: 422,
      body: { code: 'PHONE_UNSUPPORTED' },
    });
    expect(items('identity#account#')[0]).not.toHaveProperty('phone');
  });

  it('needs a good code', async () => {
    const { login, call } = await scene();
    const { token } = (await login('lin')).body;
    const answer = await call('PUT', '/identity/account/phone', { token, body: { code: 'nonsense' } });
    expect(answer).toMatchObject({ status: 400, body: { code: 'WECHAT_CODE_INVALID' } });
  });
});

describe('a deactivated account', () => {
  it('loses sessions and the way in, and a later login makes a new one', async () => {
    const { login, call, deps, events, items } = await scene();
    const { token, accountId } = (await login('lin')).body;
    await expectOk(call('DELETE', '/identity/account', { token }));
    deps.clock.advance(5_001);
    expect((await call('GET', '/identity/account', { token })).status).toBe(401);
    expect(events.map(({ type }) => type)).toEqual(['identity.account-deactivated']);
    const again = await expectOk(login('lin'));
    expect(again.body.accountId).not.toBe(accountId);
    expect(items(`identity#account#${accountId}`)[0]).toMatchObject({ status: 'DEACTIVATED' });
  });

  it('gives no session to a login that found it before it was deactivated', async () => {
    const memory = createMemoryTable();
    let afterView = async (): Promise<unknown> => undefined;
    const table: Table = {
      ...memory,
      get: async (key, options) => {
        const item = await memory.get(key, options);
        // The last thing that a login reads of its account.
        if (key.pk.startsWith('openid#')) await afterView();
        return item;
      },
    };
    const { login, call, deps } = await scene({ table });
    const { token, accountId } = (await login('lin')).body;
    afterView = async () => {
      afterView = async () => undefined;
      await expectOk(call('DELETE', '/identity/account', { token }));
    };
    const late = (await login('lin')).body;
    expect(late.accountId).toBe(accountId);
    deps.clock.advance(5_001);
    expect((await call('DELETE', '/identity/sessions', { token: late.token })).status).toBe(401);
  });

  it('is refused where a function still takes its session', async () => {
    const { login, call } = await scene();
    const { token } = (await login('lin')).body;
    await expectOk(call('DELETE', '/identity/account', { token }));
    expect(await call('GET', '/identity/account', { token })).toMatchObject({
      status: 403,
      body: { code: 'ACCOUNT_INACTIVE' },
    });
  });
});

it('keeps no openid in clear', async () => {
  const { login, deps } = await scene();
  await login('lin');
  expect(JSON.stringify(deps.all())).not.toContain(openidOf('lin'));
});
