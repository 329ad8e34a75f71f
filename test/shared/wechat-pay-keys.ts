import { createCipheriv, createPrivateKey, type KeyObject, randomBytes, sign } from 'node:crypto';
import { readMerchant } from '../../shared/wechat/pay/merchant.ts';
import { readPlatformKeys } from '../../shared/wechat/pay/platform-keys.ts';
import vectors from './wechat-pay-vectors.json' with { type: 'json' };

/** Keys of the vectors: published, so good for tests and nothing else. */
export { vectors };

const keys = vectors.testOnlyKeys;

export const NOW_MS = 1_795_392_000_000;

export const merchant = readMerchant(keys.merchant);

export const platformKeys = readPlatformKeys([
  { publicKeyId: keys.platformPublicKey.publicKeyId, pem: keys.platformPublicKey.pem },
  { certificatePem: keys.platformCertificate.certificatePem },
]);

export interface PlatformSigner {
  readonly serial: string;
  readonly privateKey: KeyObject;
}

/** WeChat's side of the two key modes. */
export const byPublicKey: PlatformSigner = {
  serial: keys.platformPublicKey.publicKeyId,
  privateKey: createPrivateKey(keys.platformPublicKey.privateKeyPem),
};

export const byCertificate: PlatformSigner = {
  serial: keys.platformCertificate.serial,
  privateKey: createPrivateKey(keys.platformCertificate.privateKeyPem),
};

export interface SignedParts {
  readonly signer?: PlatformSigner;
  readonly timestamp?: string;
  readonly nonce?: string;
}

/** An answer or notification as WeChat would sign it. */
export function signedBy(
  body: string | Buffer,
  { signer = byPublicKey, timestamp = String(NOW_MS / 1000), nonce = 'c5ac7061fccab6bf' }: SignedParts = {},
) {
  const rawBody = Buffer.from(body);
  const message = Buffer.concat([Buffer.from(`${timestamp}\n${nonce}\n`), rawBody, Buffer.from('\n')]);
  const headers: Record<string, string> = {
    'Wechatpay-Timestamp': timestamp,
    'Wechatpay-Nonce': nonce,
    'Wechatpay-Signature': sign('sha256', message, signer.privateKey).toString('base64'),
    'Wechatpay-Serial': signer.serial,
  };
  return { headers, rawBody };
}

/** A resource as WeChat would seal it. */
export function sealed(
  plain: string,
  {
    key = keys.merchant.apiV3Key,
    nonce = randomBytes(6).toString('hex'),
    associatedData = 'transaction',
  }: { readonly key?: string; readonly nonce?: string; readonly associatedData?: string } = {},
) {
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(associatedData));
  const ciphertext = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return {
    algorithm: 'AEAD_AES_256_GCM' as const,
    ciphertext: ciphertext.toString('base64'),
    nonce,
    associated_data: associatedData,
  };
}
