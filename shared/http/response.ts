import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { EdgeResponse, HttpRequest } from './request.ts';

const COMPRESS_FROM_BYTES = 1024;

const BASE_HEADERS = {
  'content-type': 'application/json; charset=utf-8',
  'x-content-type-options': 'nosniff',
  'strict-transport-security': 'max-age=31536000',
};

/** JSON with an ETag on readable answers (so that clients can poll), gzip above 1 KB where the client takes it. */
export function encode(http: HttpRequest, status: number, value: unknown): EdgeResponse {
  const body = JSON.stringify(value);
  const headers: Record<string, string> = { ...BASE_HEADERS, 'cache-control': 'private, no-store' };
  if (http.method === 'GET' && status === 200) {
    const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
    headers['etag'] = etag;
    headers['cache-control'] = 'private, no-cache';
    if (http.headers['if-none-match'] === etag)
      return { statusCode: 304, headers, body: '', isBase64Encoded: false };
  }
  const gzip = body.length >= COMPRESS_FROM_BYTES && /\bgzip\b/.test(http.headers['accept-encoding'] ?? '');
  if (!gzip) return { statusCode: status, headers, body, isBase64Encoded: false };
  return {
    statusCode: status,
    headers: { ...headers, 'content-encoding': 'gzip', vary: 'accept-encoding' },
    body: gzipSync(body).toString('base64'),
    isBase64Encoded: true,
  };
}
