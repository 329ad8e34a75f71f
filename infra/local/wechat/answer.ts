import { randomBytes } from 'node:crypto';

/** WeChat answers HTTP 200 with an `errcode`, whatever went wrong. Texts as WeChat sends them, less its request id. */
const ERRORS = {
  [-1]: 'system error',
  40001: 'invalid credential, access_token is invalid or not latest',
  40002: 'invalid grant_type',
  40003: 'invalid openid',
  40013: 'invalid appid',
  40029: 'invalid code',
  40037: 'invalid template_id',
  40125: 'invalid appsecret',
  40163: 'code been used',
  40226: 'code blocked',
  41001: 'access_token missing',
  41002: 'appid missing',
  41004: 'appsecret missing',
  41008: 'missing code',
  42001: 'access_token expired',
  43002: 'require POST method',
  43101: 'user refuse to accept the msg',
  45009: 'reach max api daily quota limit',
  45011: 'api minute-quota reach limit, must slower, retry next minute',
  47001: 'data format error',
  47003: 'argument invalid!',
} as const;

export type ErrorCode = keyof typeof ERRORS;

export type WeChatAnswer = Readonly<Record<string, unknown>>;

/** `about`: which argument, where WeChat names it. */
export function wechatError(errcode: ErrorCode, about = ''): WeChatAnswer {
  return { errcode, errmsg: `${ERRORS[errcode]}${about}, rid: ${randomBytes(12).toString('hex')}` };
}
