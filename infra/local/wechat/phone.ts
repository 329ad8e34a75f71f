import * as z from 'zod/mini';
import type { Clock } from '../../../shared/kernel/clock.ts';
import { type WeChatAnswer, wechatError } from './answer.ts';
import type { OneTimeCodes } from './codes.ts';
import type { MiniProgram } from './mini-program.ts';
import type { AccessTokens } from './token.ts';

const requestSchema = z.object({ code: z.string() });

export interface PhoneParts {
  readonly program: MiniProgram;
  readonly clock: Clock;
  readonly codes: OneTimeCodes;
  readonly tokens: AccessTokens;
}

/** `POST /wxa/business/getuserphonenumber`. A used code is an invalid one here: WeChat has no code of its own for it. */
export function phoneNumber(parts: PhoneParts, query: URLSearchParams, body: unknown): WeChatAnswer {
  const fault = parts.tokens.fault(query.get('access_token'));
  if (fault !== undefined) return fault;
  const parsed = requestSchema.safeParse(body);
  if (!parsed.success) return wechatError(47001);
  const redeemed = parts.codes.redeem(parsed.data.code);
  if ('fault' in redeemed) return wechatError(40029);
  const { phone } = redeemed.user;
  return {
    errcode: 0,
    errmsg: 'ok',
    phone_info: {
      phoneNumber: phone,
      purePhoneNumber: phone,
      countryCode: '86',
      watermark: { timestamp: Math.floor(parts.clock.now() / 1000), appid: parts.program.appId },
    },
  };
}
