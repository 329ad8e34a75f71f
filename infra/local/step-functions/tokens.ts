import { createHash, randomBytes } from 'node:crypto';

const sealOf = (body: Buffer): Buffer => createHash('sha256').update(body).digest().subarray(0, 8);

/** Opaque, and told from any other text by its own checksum. */
export function newToken(): string {
  const body = randomBytes(40);
  return Buffer.concat([body, sealOf(body)]).toString('base64url');
}

export function isToken(text: string): boolean {
  const bytes = Buffer.from(text, 'base64url');
  return bytes.length === 48 && sealOf(bytes.subarray(0, 40)).equals(bytes.subarray(40));
}
