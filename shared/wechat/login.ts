import * as z from 'zod/mini';
import { type StableToken, withToken } from './stable-token.ts';
import { callWeChat, type WeChatConnection } from './wechat-call.ts';
import { WeChatRefusedError, WeChatUnavailableError } from './wechat-errors.ts';

/**
 * Why a code gave nothing. INVALID_CODE, USED_CODE: the mini-program asks for a new one. RATE_LIMITED: more than 100 a
 * minute for this user. BLOCKED: WeChat's risk control. BUSY: WeChat did not answer.
 */
export type CodeRefusal = 'INVALID_CODE' | 'USED_CODE' | 'RATE_LIMITED' | 'BLOCKED' | 'BUSY';

export type LoginOutcome =
  | { readonly ok: true; readonly openid: string; readonly unionid?: string }
  | { readonly ok: false; readonly reason: CodeRefusal };

export type PhoneOutcome =
  /** `countryCode` without a plus: mainland numbers have 86. */
  | { readonly ok: true; readonly phone: string; readonly countryCode: string }
  | { readonly ok: false; readonly reason: CodeRefusal };

export interface WeChatLogin {
  /**
   * Who a `wx.login` code stands for; a code is good for five minutes and one use. The session key that comes with it
   * is dropped when the answer is parsed: nothing of ours needs it, and it would open the user's private data.
   * @throws WeChatRefusedError on a misconfiguration
   */
  codeToSession(code: string): Promise<LoginOutcome>;
  /** The number behind a `getPhoneNumber` code. @throws WeChatRefusedError on a misconfiguration */
  phoneOf(code: string): Promise<PhoneOutcome>;
}

export interface WeChatLoginParts extends WeChatConnection {
  readonly appId: string;
  readonly secret: () => Promise<string>;
  /** For `phoneOf`. */
  readonly stableToken: StableToken;
}

const REFUSALS: ReadonlyMap<number, CodeRefusal> = new Map([
  [40029, 'INVALID_CODE'],
  [40163, 'USED_CODE'],
  [45011, 'RATE_LIMITED'],
  [40226, 'BLOCKED'],
]);

const SESSION_API = '/sns/jscode2session';
const PHONE_API = '/wxa/business/getuserphonenumber';

const sessionSchema = z.object({
  openid: z.string().check(z.minLength(1)),
  unionid: z.optional(z.string()),
});

const phoneSchema = z.object({
  phone_info: z.object({
    purePhoneNumber: z.string().check(z.regex(/^\d{5,15}$/)),
    countryCode: z.pipe(z.coerce.string(), z.string().check(z.regex(/^\d{1,4}$/))),
  }),
});

export function createWeChatLogin(parts: WeChatLoginParts): WeChatLogin {
  return {
    async codeToSession(code) {
      const outcome = await unlessBusy(async () =>
        callWeChat(parts, {
          api: SESSION_API,
          query: {
            appid: parts.appId,
            secret: await parts.secret(),
            js_code: code,
            grant_type: 'authorization_code',
          },
          answer: sessionSchema,
        }),
      );
      if (outcome === undefined) return { ok: false, reason: 'BUSY' };
      if (!outcome.ok) return refused(SESSION_API, outcome.errcode);
      const { openid, unionid } = outcome.answer;
      return { ok: true, openid, ...(unionid === undefined || unionid === '' ? {} : { unionid }) };
    },

    async phoneOf(code) {
      const outcome = await unlessBusy(() =>
        withToken(parts.stableToken, (token) =>
          callWeChat(parts, {
            api: PHONE_API,
            query: { access_token: token },
            body: { code },
            answer: phoneSchema,
          }),
        ),
      );
      if (outcome === undefined) return { ok: false, reason: 'BUSY' };
      if (!outcome.ok) return refused(PHONE_API, outcome.errcode);
      const { purePhoneNumber, countryCode } = outcome.answer.phone_info;
      return { ok: true, phone: purePhoneNumber, countryCode };
    },
  };
}

function refused(api: string, errcode: number): { readonly ok: false; readonly reason: CodeRefusal } {
  const reason = REFUSALS.get(errcode);
  if (reason === undefined) throw new WeChatRefusedError(api, errcode);
  return { ok: false, reason };
}

async function unlessBusy<T>(call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof WeChatUnavailableError) return undefined;
    throw error;
  }
}
