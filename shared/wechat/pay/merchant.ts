import { createPrivateKey, createSecretKey, type KeyObject } from 'node:crypto';

/** One merchant (商户) of WeChat Pay and its keys. Key objects hide their material from logs, JSON and `inspect`. */
export interface Merchant {
  readonly mchid: string;
  /** Serial number of the merchant's API certificate, hexadecimal. */
  readonly serial: string;
  /** Signs requests and launch parameters. */
  readonly privateKey: KeyObject;
  /** APIv3 密钥: opens what WeChat seals. */
  readonly apiV3Key: KeyObject;
}

/** A merchant's secrets as an operator stores them. */
export interface MerchantSecrets {
  readonly mchid: string;
  readonly serial: string;
  /** `apiclient_key.pem`. */
  readonly privateKeyPem: string;
  /** 32 bytes of ASCII. */
  readonly apiV3Key: string;
}

/**
 * On whose behalf money is taken. `direct`: the merchant itself. `partner`: a service provider (服务商) signs for its
 * sub-merchant; payers are known by the provider's app id, or by the sub-merchant's where that is given.
 */
export type Payee =
  | { readonly mode: 'direct'; readonly appid: string; readonly mchid: string }
  | {
      readonly mode: 'partner';
      readonly spAppid: string;
      readonly spMchid: string;
      readonly subMchid: string;
      readonly subAppid?: string;
    };

/** A key or number that cannot be one. The value itself is never repeated. */
export class InvalidPayKeyError extends Error {
  readonly part: string;

  constructor(part: string) {
    super('not a key of WeChat Pay');
    this.name = 'InvalidPayKeyError';
    this.part = part;
  }
}

/** @throws InvalidPayKeyError naming the part */
export function readMerchant({ mchid, serial, privateKeyPem, apiV3Key }: MerchantSecrets): Merchant {
  if (!/^\d{8,10}$/.test(mchid)) throw new InvalidPayKeyError('mchid');
  if (!/^[0-9A-F]{8,64}$/.test(serial)) throw new InvalidPayKeyError('serial');
  if (!/^[\x21-\x7e]{32}$/.test(apiV3Key)) throw new InvalidPayKeyError('apiV3Key');
  const privateKey = privateKeyOf(privateKeyPem);
  if (privateKey?.asymmetricKeyType !== 'rsa') throw new InvalidPayKeyError('privateKeyPem');
  return { mchid, serial, privateKey, apiV3Key: createSecretKey(apiV3Key, 'latin1') };
}

/** Whose signature a call for this payee carries. */
export function signerOf(payee: Payee): string {
  return payee.mode === 'direct' ? payee.mchid : payee.spMchid;
}

/** The app id whose user pays, which the launch parameters are signed with. */
export function launchAppId(payee: Payee): string {
  return payee.mode === 'direct' ? payee.appid : (payee.subAppid ?? payee.spAppid);
}

function privateKeyOf(pem: string): KeyObject | undefined {
  try {
    return createPrivateKey(pem);
  } catch {
    // OpenSSL's reasons may quote the input.
    return undefined;
  }
}
