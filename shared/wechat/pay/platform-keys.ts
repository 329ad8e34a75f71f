import { createPublicKey, type KeyObject, X509Certificate } from 'node:crypto';
import { InvalidPayKeyError } from './merchant.ts';

/** A key of WeChat's own: it signs answers and notifications, and what only WeChat may read is sealed with it. */
export interface PlatformKey {
  /** `PUB_KEY_ID_…`, or the serial number of a platform certificate: what `Wechatpay-Serial` says. */
  readonly id: string;
  readonly publicKey: KeyObject;
  /** Of a certificate, epoch milliseconds. A public key has no end. */
  readonly valid?: { readonly from: number; readonly until: number };
}

/** By id. The first is the one that calls ask for and seal with; more than one stand side by side in a rotation. */
export type PlatformKeys = ReadonlyMap<string, PlatformKey>;

/** 微信支付公钥, or 平台证书 (the older mode). */
export type PlatformKeyText =
  | { readonly publicKeyId: string; readonly pem: string }
  | { readonly certificatePem: string };

/** @throws InvalidPayKeyError */
export function readPlatformKeys(texts: readonly PlatformKeyText[]): PlatformKeys {
  const keys = texts.map((text) => ('publicKeyId' in text ? publicKeyOf(text) : certificateOf(text)));
  return new Map(keys.map((key) => [key.id, key]));
}

function publicKeyOf({ publicKeyId, pem }: { readonly publicKeyId: string; readonly pem: string }) {
  if (!/^PUB_KEY_ID_[0-9A-Za-z]{1,64}$/.test(publicKeyId)) throw new InvalidPayKeyError('publicKeyId');
  return { id: publicKeyId, publicKey: rsaKey(() => createPublicKey(pem)) };
}

function certificateOf({ certificatePem }: { readonly certificatePem: string }): PlatformKey {
  try {
    const certificate = new X509Certificate(certificatePem);
    return {
      id: certificate.serialNumber,
      publicKey: rsaKey(() => certificate.publicKey),
      valid: { from: Date.parse(certificate.validFrom), until: Date.parse(certificate.validTo) },
    };
  } catch {
    throw new InvalidPayKeyError('certificatePem');
  }
}

function rsaKey(read: () => KeyObject): KeyObject {
  try {
    const key = read();
    if (key.asymmetricKeyType === 'rsa') return key;
  } catch {
    // Named below, without what OpenSSL says.
  }
  throw new InvalidPayKeyError('pem');
}
