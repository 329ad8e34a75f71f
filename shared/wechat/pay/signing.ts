import { type KeyObject, sign } from 'node:crypto';
import type { Merchant } from './merchant.ts';

/** 签名: what a merchant signs. Strings after pay.weixin.qq.com/doc/v3/merchant/4012365336 and 4012791898. */

const SCHEME = 'WECHATPAY2-SHA256-RSA2048';

export interface SignedRequest {
  readonly method: 'GET' | 'POST';
  /** Exactly as it goes over the wire, query included, host not. */
  readonly pathAndQuery: string;
  readonly timestampSeconds: number;
  readonly nonce: string;
  /** Exactly as it goes over the wire; empty where there is none. */
  readonly body: string;
}

/** Five lines, each ended by a line feed: without a body the fifth is empty and still there. */
export function requestMessage(request: SignedRequest): string {
  const { method, pathAndQuery, timestampSeconds, nonce, body } = request;
  return lines(method, pathAndQuery, String(timestampSeconds), nonce, body);
}

/** RSA PKCS#1 v1.5 over SHA-256, in Base64. */
export function signMessage(message: string, privateKey: KeyObject): string {
  return sign('sha256', Buffer.from(message, 'utf8'), privateKey).toString('base64');
}

/** The `Authorization` header of a request. */
export function authorization(merchant: Merchant, request: SignedRequest): string {
  const fields = {
    mchid: merchant.mchid,
    nonce_str: request.nonce,
    timestamp: String(request.timestampSeconds),
    serial_no: merchant.serial,
    signature: signMessage(requestMessage(request), merchant.privateKey),
  };
  const pairs = Object.entries(fields).map(([name, value]) => `${name}="${value}"`);
  return `${SCHEME} ${pairs.join(',')}`;
}

/** What `wx.requestPayment` takes, name for name. */
export interface LaunchParameters {
  readonly timeStamp: string;
  readonly nonceStr: string;
  readonly package: string;
  readonly signType: 'RSA';
  readonly paySign: string;
}

export interface Launch {
  readonly appid: string;
  readonly prepayId: string;
  readonly timestampSeconds: number;
  readonly nonce: string;
}

/** Four lines: app id, time, nonce and `prepay_id=…`; `signType` is not among them. */
export function launchMessage({ appid, prepayId, timestampSeconds, nonce }: Launch): string {
  return lines(appid, String(timestampSeconds), nonce, `prepay_id=${prepayId}`);
}

/** Good for as long as the prepay id: two hours. The prepay id says who may pay what, so no log should hold it. */
export function launchParameters(merchant: Pick<Merchant, 'privateKey'>, launch: Launch): LaunchParameters {
  return {
    timeStamp: String(launch.timestampSeconds),
    nonceStr: launch.nonce,
    package: `prepay_id=${launch.prepayId}`,
    signType: 'RSA',
    paySign: signMessage(launchMessage(launch), merchant.privateKey),
  };
}

function lines(...texts: readonly string[]): string {
  return texts.map((text) => `${text}\n`).join('');
}
