import { type WeChatAnswer, wechatError } from './answer.ts';
import type { OneTimeCodes } from './codes.ts';
import type { Knobs } from './knobs.ts';
import { credentialFault, type MiniProgram, newSessionKey, openIdOf } from './mini-program.ts';
import type { MinuteRate } from './rate.ts';

export interface LoginParts {
  readonly program: MiniProgram;
  readonly codes: OneTimeCodes;
  /** 100 a minute and user. */
  readonly rate: MinuteRate;
  readonly knobs: Knobs;
}

/** `GET /sns/jscode2session`. */
export function exchangeLoginCode(parts: LoginParts, query: URLSearchParams): WeChatAnswer {
  const given = (name: string) => query.get(name) ?? undefined;
  const fault = credentialFault(parts.program, { appId: given('appid'), appSecret: given('secret') });
  if (fault !== undefined) return fault;
  if (query.get('grant_type') !== 'authorization_code') return wechatError(40002);
  const code = query.get('js_code');
  if (!code) return wechatError(41008);
  const looked = parts.codes.look(code);
  if ('fault' in looked) return wechatError(looked.fault === 'used' ? 40163 : 40029);
  // A refusal for risk or haste leaves the code as good as it was.
  if (parts.knobs.isBlocked(looked.user.person)) return wechatError(40226);
  if (parts.knobs.strikes('rateLimited') || !parts.rate.admit(looked.user.person)) return wechatError(45011);
  parts.codes.redeem(code);
  return { openid: openIdOf(parts.program, looked.user), session_key: newSessionKey() };
}
