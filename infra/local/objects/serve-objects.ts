import { contentDisposition } from '../../../shared/http/content-disposition.ts';
import type { Clock } from '../../../shared/kernel/clock.ts';
import { factsOf, uploadHeaders } from '../../../shared/objects/object-calls.ts';
import type { Blobs } from './blobs.ts';
import type { LinkSigner, SignedLink } from './link-signer.ts';

export interface ObjectRequest {
  readonly method: string;
  /** As it came, still encoded. */
  readonly pathname: string;
  readonly search: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Uint8Array;
}

export interface ObjectAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | string;
}

export type ServeObjects = (request: ObjectRequest) => Promise<ObjectAnswer>;

/** What stands behind the links of a local object store, with S3's answers. */
export function serveObjects(parts: {
  readonly blobs: Blobs;
  readonly signer: LinkSigner;
  readonly clock: Clock;
}): ServeObjects {
  return async (request) => {
    const link = parts.signer.open(request.method, request.pathname, request.search);
    if (link === undefined) return refused(403, 'SignatureDoesNotMatch');
    if (parts.clock.now() >= Date.parse(link.promises.get('until') ?? ''))
      return refused(403, 'AccessDenied');
    return request.method === 'PUT' ? take(parts.blobs, link, request) : hand(parts.blobs, link);
  };
}

async function hand(blobs: Blobs, { key, promises }: SignedLink): Promise<ObjectAnswer> {
  const object = await blobs.read(key);
  if (object === undefined) return refused(404, 'NoSuchKey');
  const headers = {
    'content-type': promises.get('type') ?? '',
    'content-disposition': contentDisposition(promises.get('name') ?? ''),
  };
  return { status: 200, headers, body: object.bytes };
}

async function take(
  blobs: Blobs,
  { key, promises }: SignedLink,
  { headers, body }: ObjectRequest,
): Promise<ObjectAnswer> {
  const promised = { contentType: promises.get('type') ?? '', sha256: promises.get('sha256') ?? '' };
  const asSigned = Object.entries(uploadHeaders(promised)).every(([name, value]) => headers[name] === value);
  if (!asSigned || body.length !== Number(promises.get('size'))) return refused(403, 'SignatureDoesNotMatch');
  const facts = factsOf(promised.contentType, body);
  if (facts.sha256 !== promised.sha256) return refused(400, 'BadDigest');
  await blobs.write(key, { ...facts, bytes: body });
  return { status: 200, headers: {}, body: '' };
}

function refused(status: number, code: string): ObjectAnswer {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify({ code }) };
}
