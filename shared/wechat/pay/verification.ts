import { verify } from 'node:crypto';
import { canonicalBase64 } from './base64.ts';
import type { PlatformKey, PlatformKeys } from './platform-keys.ts';

/** 验签: whether an answer or a notification is WeChat's. After pay.weixin.qq.com/doc/v3/merchant/4013053249. */

/** As Node, `fetch` or API Gateway hand them over: in any case of letters. */
export type HeaderSource = Headers | Readonly<Record<string, string | readonly string[] | undefined>>;

export interface Signed {
  readonly headers: HeaderSource;
  /** The bytes that came, before anybody read them as text or JSON. */
  readonly rawBody: Uint8Array;
}

/**
 * HEADERS: one is missing, doubled or malformed. PROBE: WeChat tests whether the signature is looked at, and wants to
 * be refused. UNKNOWN_KEY: nobody has given us this key; it is never fetched on demand, or anybody's key would do.
 * STALE: 300 seconds or more from our clock.
 */
export type Distrust = 'HEADERS' | 'PROBE' | 'UNKNOWN_KEY' | 'STALE' | 'SIGNATURE';

export type Verdict = { readonly ok: true } | { readonly ok: false; readonly reason: Distrust };

const PROBE_PREFIX = 'WECHATPAY/SIGNTEST/';
const WINDOW_SECONDS = 300;

/** Three lines over the raw body: time, nonce, body. Answers and notifications are signed alike. */
export function verifySigned(signed: Signed, keys: PlatformKeys, nowMs: number): Verdict {
  const timestamp = header(signed.headers, 'wechatpay-timestamp');
  const nonce = header(signed.headers, 'wechatpay-nonce');
  const signature = header(signed.headers, 'wechatpay-signature');
  const serial = header(signed.headers, 'wechatpay-serial');
  if (signature?.startsWith(PROBE_PREFIX) === true) return refused('PROBE');
  if (timestamp === undefined || !/^[1-9]\d{0,11}$/.test(timestamp)) return refused('HEADERS');
  // A line feed in the nonce would let the end of it be moved into the body.
  if (nonce === undefined || !/^[\x21-\x7e]{1,128}$/.test(nonce)) return refused('HEADERS');
  if (signature === undefined || serial === undefined) return refused('HEADERS');
  const key = keys.get(serial);
  if (key === undefined || !isValid(key, nowMs)) return refused('UNKNOWN_KEY');
  if (Math.abs(nowMs - Number(timestamp) * 1000) >= WINDOW_SECONDS * 1000) return refused('STALE');
  const bytes = canonicalBase64(signature);
  const message = Buffer.concat([Buffer.from(`${timestamp}\n${nonce}\n`), signed.rawBody, Buffer.from('\n')]);
  const isTrue = bytes !== undefined && verify('sha256', message, key.publicKey, bytes);
  return isTrue ? { ok: true } : refused('SIGNATURE');
}

/** One header's value; undefined where it is missing or said twice. */
export function header(headers: HeaderSource, name: string): string | undefined {
  if (headers instanceof Headers) return headers.get(name) ?? undefined;
  const values = Object.entries(headers).flatMap(([key, value]) =>
    key.toLowerCase() === name && value !== undefined ? value : [],
  );
  return values.length === 1 ? values[0] : undefined;
}

function isValid({ valid }: PlatformKey, nowMs: number): boolean {
  return valid === undefined || (valid.from <= nowMs && nowMs <= valid.until);
}

function refused(reason: Distrust): Verdict {
  return { ok: false, reason };
}
