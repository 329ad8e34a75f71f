import { createHash } from 'node:crypto';
import { InvalidObjectCall, type ObjectFacts } from './objects.ts';

/** `<context>/…`: segments of letters, digits, `-`, `_` and `.`, none of which begins with a dot. */
const KEY = /^[a-z][a-z0-9-]*(\/[A-Za-z0-9_-][A-Za-z0-9._-]*)+$/;
const LONGEST_KEY = 200;
/** RFC 9110 §8.3.1: type, subtype, perhaps a parameter. */
const CONTENT_TYPE = /^[a-z]+\/[a-z0-9.+-]+(; [a-z]+=[a-z0-9-]+)?$/;
const SHA256 = /^[0-9a-f]{64}$/;
/** S3's own limit: a signature of version 4 is good for a week. */
const LONGEST_SECONDS = 7 * 24 * 3600;

/** The checksum as S3 takes it, and as a client repeats it. */
export const CHECKSUM_HEADER = 'x-amz-checksum-sha256';

/** @throws InvalidObjectCall, which does not repeat the key */
export function checkKey(key: string): void {
  if (key.length > LONGEST_KEY || !KEY.test(key)) throw new InvalidObjectCall('no key of an object');
}

/** What a link promises. @throws InvalidObjectCall */
export function checkLink(link: {
  readonly key: string;
  readonly contentType: string;
  readonly expiresInSeconds: number;
}): void {
  checkKey(link.key);
  checkContentType(link.contentType);
  const { expiresInSeconds: seconds } = link;
  if (!Number.isInteger(seconds) || seconds < 1 || seconds > LONGEST_SECONDS)
    throw new InvalidObjectCall('a link lasts one second to seven days');
}

/** @throws InvalidObjectCall */
export function checkFacts({ sizeBytes, contentType, sha256 }: ObjectFacts): void {
  checkContentType(contentType);
  if (!Number.isInteger(sizeBytes) || sizeBytes < 0) throw new InvalidObjectCall('no size of an object');
  if (!SHA256.test(sha256)) throw new InvalidObjectCall('no SHA-256 in hex');
}

function checkContentType(contentType: string): void {
  if (!CONTENT_TYPE.test(contentType)) throw new InvalidObjectCall('no content type');
}

/** The facts of bytes that are at hand. */
export function factsOf(contentType: string, bytes: Uint8Array): ObjectFacts {
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { sizeBytes: bytes.length, contentType, sha256 };
}

/** What the sender of an upload sends with it; its length says itself. */
export function uploadHeaders({
  contentType,
  sha256,
}: Pick<ObjectFacts, 'contentType' | 'sha256'>): Record<string, string> {
  return { 'content-type': contentType, [CHECKSUM_HEADER]: Buffer.from(sha256, 'hex').toString('base64') };
}
