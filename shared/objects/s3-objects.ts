import { contentDisposition } from '../http/content-disposition.ts';
import type { Clock } from '../kernel/clock.ts';
import { CHECKSUM_HEADER, checkFacts, checkKey, checkLink, factsOf, uploadHeaders } from './object-calls.ts';
import { type ObjectFacts, type ObjectStore, ObjectStoreUnavailable } from './objects.ts';
import { type SendToS3, sendToS3 } from './s3-send.ts';
import type { S3Signer } from './s3-signer.ts';

export interface S3ObjectsParts {
  readonly signer: S3Signer;
  readonly clock: Clock;
  readonly send?: SendToS3;
}

const WITH_CHECKSUM = { 'x-amz-checksum-mode': 'ENABLED' };

/** The object store on S3. The bucket encrypts by itself, under the city's key; no request has to say so. */
export function s3Objects({ signer, clock, send = sendToS3(signer) }: S3ObjectsParts): ObjectStore {
  const until = (seconds: number): string => new Date(clock.now() + seconds * 1000).toISOString();

  /**
   * To whoever may not list the whole bucket S3 answers a missing key with 403, like a refusal. Our functions may list
   * below their own prefix: there the two are told apart.
   */
  async function isThere(key: string): Promise<boolean> {
    const query = { 'list-type': '2', prefix: key, 'max-keys': '1' };
    const { text } = await send({ method: 'GET', key: '', query }, { accepts: [200] });
    return text().includes(`<Key>${key}</Key>`);
  }

  async function read(method: 'GET' | 'HEAD', key: string) {
    checkKey(key);
    const answer = await send({ method, key, headers: WITH_CHECKSUM }, { accepts: [200, 403, 404] });
    if (answer.status === 200) return answer;
    if (answer.status === 403 && (await isThere(key))) throw new ObjectStoreUnavailable('403');
    return undefined;
  }

  return {
    async put({ key, contentType, bytes }) {
      checkKey(key);
      const facts = factsOf(contentType, bytes);
      checkFacts(facts);
      await send(
        { method: 'PUT', key, headers: uploadHeaders(facts) },
        { accepts: [200], body: bytes, sha256: facts.sha256 },
      );
      return facts;
    },
    async head(key) {
      const answer = await read('HEAD', key);
      return answer === undefined ? undefined : factsIn(answer.headers);
    },
    async get(key) {
      const answer = await read('GET', key);
      if (answer === undefined) return undefined;
      const { contentType, sha256 } = factsIn(answer.headers);
      const facts = factsOf(contentType, answer.bytes);
      // Cut short on its way, or no longer what was put.
      if (facts.sha256 !== sha256) throw new ObjectStoreUnavailable('checksum');
      return { ...facts, bytes: answer.bytes };
    },
    async uploadLink(upload) {
      checkLink(upload);
      checkFacts(upload);
      const { key, sizeBytes, expiresInSeconds } = upload;
      const headers = uploadHeaders(upload);
      // The length is signed too, though every client sends it by itself.
      const signed = { ...headers, 'content-length': String(sizeBytes) };
      const request = { method: 'PUT', key, headers: signed } as const;
      const end = until(expiresInSeconds);
      return { url: await signer.presign(request, expiresInSeconds), headers, until: end };
    },
    async downloadLink(download) {
      checkLink(download);
      const { key, fileName, contentType, expiresInSeconds } = download;
      const query = {
        'response-content-type': contentType,
        'response-content-disposition': contentDisposition(fileName),
      };
      const end = until(expiresInSeconds);
      return { url: await signer.presign({ method: 'GET', key, query }, expiresInSeconds), until: end };
    },
  };
}

/** Everything comes in with its SHA-256, by `put` or by a link, so S3 knows it of everything. */
function factsIn(headers: Headers): ObjectFacts {
  const checksum = headers.get(CHECKSUM_HEADER);
  if (checksum === null) throw new ObjectStoreUnavailable('no checksum');
  return {
    sizeBytes: Number(headers.get('content-length')),
    contentType: headers.get('content-type') ?? '',
    sha256: Buffer.from(checksum, 'base64').toString('hex'),
  };
}
