import { hash } from 'node:crypto';
import { contentDisposition } from './content-disposition.ts';
import type { FileAnswer } from './file-answer.ts';
import type { EdgeResponse, HttpRequest } from './request.ts';

const COMPRESS_FROM_BYTES = 1024;

const SAFETY_HEADERS = {
  'x-content-type-options': 'nosniff',
  'strict-transport-security': 'max-age=31536000',
};

const JSON_HEADERS = {
  'content-type': 'application/json; charset=utf-8',
  ...SAFETY_HEADERS,
  vary: 'accept-encoding',
};

/**
 * JSON with an ETag on readable answers (so that clients can poll), gzip from 1 KB on where the client takes it.
 * The ETag is weak: it stands for the content, compressed or not.
 */
export function encode(
  http: Pick<HttpRequest, 'method' | 'headers'>,
  status: number,
  value: unknown,
  more: Readonly<Record<string, string>> = {},
): EdgeResponse {
  const body = JSON.stringify(value);
  const headers: Record<string, string> = { ...JSON_HEADERS, 'cache-control': 'private, no-store', ...more };
  if (http.method === 'GET' && status === 200) {
    const etag = `W/"${hash('sha256', body, 'base64url').slice(0, 22)}"`;
    headers['etag'] = etag;
    headers['cache-control'] = 'private, no-cache';
    if (names(http.headers['if-none-match'], etag)) {
      return { statusCode: 304, headers, body: '', isBase64Encoded: false };
    }
  }
  if (Buffer.byteLength(body) < COMPRESS_FROM_BYTES || !takesGzip(http.headers['accept-encoding'])) {
    return { statusCode: status, headers, body, isBase64Encoded: false };
  }
  return {
    statusCode: status,
    headers: { ...headers, 'content-encoding': 'gzip' },
    body: gzipped(body).toString('base64'),
    isBase64Encoded: true,
  };
}

/** Loading zlib takes a tenth of a cold start, and most first answers are short. */
function gzipped(text: string): Buffer {
  return process.getBuiltinModule('node:zlib').gzipSync(text);
}

/** A file to be kept by whoever asked, and by nobody on the way. Both edges turn the base64 back into bytes. */
export function encodeFile(status: number, { fileName, contentType, bytes }: FileAnswer): EdgeResponse {
  return {
    statusCode: status,
    headers: {
      ...SAFETY_HEADERS,
      'content-type': contentType,
      'content-disposition': contentDisposition(fileName),
      'cache-control': 'private, no-store',
    },
    body: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64'),
    isBase64Encoded: true,
  };
}

/** RFC 9110 §13.1.2: a list of tags, compared weakly, or `*`. */
function names(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  const tags = ifNoneMatch.split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  return tags.includes('*') || tags.includes(etag.replace(/^W\//, ''));
}

/** `gzip;q=0` refuses it. */
function takesGzip(acceptEncoding: string | undefined): boolean {
  return (acceptEncoding ?? '').split(',').some((coding) => {
    const [name, quality = ''] = coding.split(';').map((part) => part.trim().toLowerCase());
    return name === 'gzip' && !/^q=0(\.0{0,3})?$/.test(quality);
  });
}
