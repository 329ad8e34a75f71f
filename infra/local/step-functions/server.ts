import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import { operations } from './api.ts';
import { LAPTOP, type Place } from './arn.ts';
import type { Engine } from './engine.ts';
import { SfnRefusal } from './errors.ts';

export interface LocalStepFunctions {
  /** For `AWS_ENDPOINT_URL_SFN`. */
  readonly endpoint: string;
  stop(): Promise<void>;
}

const MAX_BODY_BYTES = 8 * 1024 * 1024;

/** Serves an engine by the JSON 1.0 API that `@aws-sdk/client-sfn` speaks, on 127.0.0.1. */
export async function serveStepFunctions({
  engine,
  place = LAPTOP,
  port = 0,
}: {
  engine: Engine;
  place?: Place;
  port?: number;
}): Promise<LocalStepFunctions> {
  const known = operations(engine, place);
  const server = createServer(async (request, response) => {
    response.setHeader('Content-Type', 'application/x-amz-json-1.0');
    response.setHeader('x-amzn-RequestId', randomUUID());
    try {
      const operation = known.get(operationOf(request));
      if (operation === undefined) {
        throw new SfnRefusal(
          'UnknownOperationException',
          'the local Step Functions does not know that operation',
        );
      }
      response.end(JSON.stringify(await operation.run(await jsonOf(request))));
    } catch (error) {
      const refusal =
        error instanceof SfnRefusal
          ? error
          : new SfnRefusal('InternalFailure', 'the workflow engine has stopped');
      response.statusCode = error instanceof SfnRefusal ? 400 : 500;
      response.end(JSON.stringify({ __type: refusal.type, message: refusal.message }));
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string')
    throw new Error('the local Step Functions has no port');
  return {
    endpoint: `http://127.0.0.1:${address.port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Any signature will do, but one must be there: a web page open on the same laptop cannot make one. */
function operationOf(request: IncomingMessage): string {
  if (!request.headers.authorization?.startsWith('AWS4-HMAC-SHA256 ')) {
    throw new SfnRefusal('MissingAuthenticationTokenException', 'the request is not signed');
  }
  const target = request.headers['x-amz-target'];
  return typeof target === 'string' ? target.replace(/^AWSStepFunctions\./, '') : '';
}

async function jsonOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) throw new SfnRefusal('ValidationException', 'the request is too large');
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    throw new SfnRefusal('SerializationException', 'the request is not JSON');
  }
}
