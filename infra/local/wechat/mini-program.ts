import { createHmac, randomBytes } from 'node:crypto';
import { type WeChatAnswer, wechatError } from './answer.ts';

/** The mini-program's account with WeChat. */
export interface MiniProgram {
  readonly appId: string;
  readonly appSecret: string;
}

/** Someone with WeChat on the phone. */
export interface WeChatUser {
  /** Names the user here, e.g. `demo-li-na`. */
  readonly person: string;
  readonly phone: string;
}

/** The same person has another openid in every mini-program, and the same one in this for ever. */
export function openIdOf({ appId }: MiniProgram, { person }: WeChatUser): string {
  return `o${createHmac('sha256', appId).update(person).digest('base64url').slice(0, 27)}`;
}

export function newSessionKey(): string {
  return randomBytes(16).toString('base64');
}

/** What is wrong with the credentials of a call, in the order in which WeChat looks. */
export function credentialFault(
  program: MiniProgram,
  given: { readonly appId: string | undefined; readonly appSecret: string | undefined },
): WeChatAnswer | undefined {
  if (!given.appId) return wechatError(41002);
  if (!given.appSecret) return wechatError(41004);
  if (given.appId !== program.appId) return wechatError(40013);
  if (given.appSecret !== program.appSecret) return wechatError(40125);
  return undefined;
}

/** The laptop's mini-program: known to the stand-in and to nobody else. */
export const laptopProgram: MiniProgram = {
  appId: 'wx00000000laptop',
  appSecret: 'laptop-mini-program-secret',
};
