import { strict as assert } from 'node:assert';
import { DEMO_PASSWORD } from '../../functions/identity/load-people.ts';
import { expectStatus } from '../journey/journey.ts';
import type { Answer, TestCity } from './city.ts';

/** People of a journey: they hold a session and speak to the city through its front door only. */

let keys = 0;

export interface Person {
  get<Body>(path: string): Promise<Body>;
  /** A change; each has an idempotency key of its own unless one is given. */
  send<Body>(method: 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown, key?: string): Promise<Body>;
  /** A request that has to be refused with this status and code. */
  refused(method: string, path: string, code: string, status: number, body?: unknown): Promise<Refused>;
}

export interface Refused {
  readonly code: string;
  readonly message: string;
  readonly fields?: readonly { readonly path: string; readonly message: string }[];
  readonly reasons?: readonly {
    readonly code: string;
    readonly message: string;
    readonly detail?: Record<string, unknown>;
  }[];
  readonly context?: Record<string, unknown>;
}

/** Logs in when first needed, and again when the session has ended meanwhile, as the mini-program does. */
export function person(city: TestCity, login: () => Promise<string>): Person {
  let session: Promise<string> | undefined;
  const once = async (method: string, path: string, body: unknown, key: string): Promise<Answer> => {
    session ??= login();
    return city.http(method, path, {
      token: await session,
      ...(body === undefined ? {} : { body }),
      ...(method === 'GET' ? {} : { key }),
    });
  };
  const ask = async (
    method: string,
    path: string,
    body?: unknown,
    key = `journey-${++keys}`,
  ): Promise<Answer> => {
    const answer = await once(method, path, body, key);
    if (answer.status !== 401) return answer;
    session = undefined;
    return once(method, path, body, key);
  };
  return {
    get: async (path) => expectStatus(await ask('GET', path), 200),
    async send(method, path, body = {}, key) {
      const answer = await ask(method, path, body, key);
      assert.ok(
        answer.status === 200 || answer.status === 201,
        `${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`,
      );
      return answer.body as never;
    },
    async refused(method, path, code, status, body = method === 'GET' ? undefined : {}) {
      const refusal = expectStatus<Refused>(await ask(method, path, body), status);
      assert.equal(refusal.code, code);
      assert.match(refusal.message, /\p{Script=Han}/u);
      return refusal;
    },
  };
}

export interface Resident extends Person {
  readonly patientId: string;
}

/** A demo resident, verified when the city was loaded. */
export async function resident(city: TestCity, wechatCode: string): Promise<Resident> {
  const { patientId } = await wechatLogin(city, wechatCode);
  if (patientId === undefined) throw new Error(`${wechatCode} is not verified`);
  return { ...person(city, async () => (await wechatLogin(city, wechatCode)).token), patientId };
}

export interface WeChatSession {
  readonly token: string;
  readonly verified: boolean;
  readonly noticeVersion: string;
  readonly patientId?: string;
}

/** Opens the mini-program: a code from WeChat for a session of the city. */
export async function wechatLogin(
  city: TestCity,
  wechatCode: string,
  phone?: string,
): Promise<WeChatSession> {
  const { loginCode } = await city.wechatCodes(wechatCode, phone);
  return expectStatus(
    await city.http('POST', '/identity/wechat-sessions', { body: { code: loginCode } }),
    200,
  );
}

/** A demo member of staff, with the second factor. */
export function staff(city: TestCity, loginName: string): Person {
  return person(city, () => staffLogin(city, loginName));
}

/** A one-time password is good once, so half a minute passes first. */
async function staffLogin(city: TestCity, loginName: string): Promise<string> {
  await city.clock.advance('PT31S');
  const first = expectStatus<{ token: string }>(
    await city.http('POST', '/identity/staff-sessions', { body: { loginName, password: DEMO_PASSWORD } }),
    200,
  );
  const { totp } = expectStatus<{ totp: string }>(
    await city.http('GET', `/local/totp?loginName=${loginName}`),
    200,
  );
  const second = expectStatus<{ token: string }>(
    await city.http('POST', '/identity/staff-sessions/second-factor', { token: first.token, body: { totp } }),
    200,
  );
  return second.token;
}
