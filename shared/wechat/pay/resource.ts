import { constants, createDecipheriv, type KeyObject, publicEncrypt } from 'node:crypto';
import * as z from 'zod/mini';
import { canonicalBase64 } from './base64.ts';
import type { PlatformKey } from './platform-keys.ts';

/** 加解密: what WeChat seals for us, and what we seal for WeChat. */

/** The sealed part of a notification. */
export const sealedResourceSchema = z.object({
  algorithm: z.literal('AEAD_AES_256_GCM'),
  ciphertext: z.string(),
  nonce: z.string(),
  /** May be missing or empty, which is the same to the cipher. */
  associated_data: z._default(z.string(), ''),
});

export type SealedResource = z.output<typeof sealedResourceSchema>;

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** The plain text; undefined when it was not sealed with this key, or not like this. */
export function openResource(resource: SealedResource, apiV3Key: KeyObject): string | undefined {
  const nonce = Buffer.from(resource.nonce, 'utf8');
  const sealed = canonicalBase64(resource.ciphertext);
  if (nonce.length !== NONCE_BYTES || sealed === undefined || sealed.length < TAG_BYTES) return undefined;
  const end = sealed.length - TAG_BYTES;
  const decipher = createDecipheriv('aes-256-gcm', apiV3Key, nonce, { authTagLength: TAG_BYTES })
    .setAAD(Buffer.from(resource.associated_data, 'utf8'))
    .setAuthTag(sealed.subarray(end));
  try {
    const plain = Buffer.concat([decipher.update(sealed.subarray(0, end)), decipher.final()]);
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(plain);
  } catch {
    return undefined;
  }
}

/**
 * A name or an identity number as WeChat wants it: RSA-OAEP with SHA-1, in Base64. The call must name the key in
 * `Wechatpay-Serial`. At most 214 bytes with a 2,048-bit key.
 */
export function sealSensitive(text: string, { publicKey }: PlatformKey): string {
  const options = { key: publicKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha1' };
  return publicEncrypt(options, Buffer.from(text, 'utf8')).toString('base64');
}
