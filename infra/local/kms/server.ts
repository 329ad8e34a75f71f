import { randomBytes, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import { masterKey, masterKeyFile } from './master-key.ts';
import { answer } from './operations.ts';
import { KmsRefusal } from './refusal.ts';

export interface LocalKms {
  /** For `AWS_ENDPOINT_URL_KMS`. */
  readonly endpoint: string;
  stop(): Promise<void>;
}

const MAX_BODY_BYTES = 64 * 1024;

/**
 * KMS for the laptop: the JSON 1.1 API that `@aws-sdk/client-kms` speaks, on 127.0.0.1. With a `keyFile` what was
 * encrypted survives a restart; without one the master key lives as long as the process.
 */
export async function startKms({
  keyFile,
  port = 0,
}: {
  keyFile?: string;
  port?: number;
} = {}): Promise<LocalKms> {
  const master = masterKey(keyFile === undefined ? randomBytes(32) : masterKeyFile(keyFile));

  const server = createServer(async (request, response) => {
    response.setHeader('Content-Type', 'application/x-amz-json-1.1');
    response.setHeader('x-amzn-RequestId', randomUUID());
    try {
      const operation = operationOf(request);
      response.end(JSON.stringify(answer(master, operation, await jsonOf(request))));
    } catch (error) {
      const refusal = error instanceof KmsRefusal ? error : new KmsRefusal('KMSInternalException');
      response.statusCode = error instanceof KmsRefusal ? 400 : 500;
      response.end(JSON.stringify({ __type: refusal.type, message: refusal.message }));
    }
  });

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the local KMS has no port');
  return {
    endpoint: `http://127.0.0.1:${address.port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/**
 * Signatures are not checked, since any local credentials will do; but one must be there, so that a web page open on
 * the same laptop cannot ask this port to decrypt.
 */
function operationOf(request: IncomingMessage): string {
  if (!request.headers.authorization?.startsWith('AWS4-HMAC-SHA256 ')) {
    throw new KmsRefusal('MissingAuthenticationTokenException', 'the request is not signed');
  }
  const target = request.headers['x-amz-target'];
  if (typeof target !== 'string' || !target.startsWith('TrentService.')) {
    throw new KmsRefusal('UnknownOperationException', 'no operation is named');
  }
  return target.slice('TrentService.'.length);
}

async function jsonOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) throw new KmsRefusal('ValidationException', 'the request is too large');
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    throw new KmsRefusal('SerializationException', 'the request is not JSON');
  }
}
