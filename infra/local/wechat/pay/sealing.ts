import { createCipheriv, type KeyObject, randomBytes, sign, verify } from 'node:crypto';

/** WeChat's side of the cryptography, written apart from the client's, so that one mistake is not made twice. */

export interface AuthorisedRequest {
  readonly method: string;
  /** Path and query as they came over the wire. */
  readonly target: string;
  readonly timestamp: string;
  readonly nonce: string;
  readonly body: Buffer;
}

export function isSignedBy(publicKey: KeyObject, request: AuthorisedRequest, signature: string): boolean {
  const { method, target, timestamp, nonce, body } = request;
  const head = Buffer.from([method, target, timestamp, nonce, ''].join('\n'));
  const message = Buffer.concat([head, body, Buffer.from('\n')]);
  return verify('RSA-SHA256', message, publicKey, Buffer.from(signature, 'base64'));
}

export interface PlatformSigner {
  readonly id: string;
  readonly privateKey: KeyObject;
}

/** The headers of an answer or a notification. */
export function signatureHeaders(
  signer: PlatformSigner,
  body: Buffer,
  nowMs: number,
): Readonly<Record<string, string>> {
  const timestamp = String(Math.floor(nowMs / 1000));
  const nonce = randomBytes(16).toString('hex');
  const message = Buffer.concat([Buffer.from(`${timestamp}\n${nonce}\n`), body, Buffer.from('\n')]);
  return {
    'Wechatpay-Timestamp': timestamp,
    'Wechatpay-Nonce': nonce,
    'Wechatpay-Signature': sign('RSA-SHA256', message, signer.privateKey).toString('base64'),
    'Wechatpay-Serial': signer.id,
    'Wechatpay-Signature-Type': 'WECHATPAY2-SHA256-RSA2048',
  };
}

export interface SealedResource {
  readonly original_type: string;
  readonly algorithm: 'AEAD_AES_256_GCM';
  readonly ciphertext: string;
  readonly associated_data: string;
  readonly nonce: string;
}

export function sealResource(apiV3Key: string, kind: string, resource: unknown): SealedResource {
  const nonce = randomBytes(6).toString('hex');
  const cipher = createCipheriv('aes-256-gcm', Buffer.from(apiV3Key), Buffer.from(nonce));
  cipher.setAAD(Buffer.from(kind));
  const sealed = [cipher.update(JSON.stringify(resource), 'utf8'), cipher.final(), cipher.getAuthTag()];
  return {
    original_type: kind,
    algorithm: 'AEAD_AES_256_GCM',
    ciphertext: Buffer.concat(sealed).toString('base64'),
    associated_data: kind,
    nonce,
  };
}
