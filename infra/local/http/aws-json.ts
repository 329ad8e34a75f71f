import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import { readBody } from './read-body.ts';

/** A request is refused under AWS's name for it: the SDK turns it into an error of the same name. */
export class AwsRefusal extends Error {
  override readonly name: string = 'AwsRefusal';
  readonly type: string;

  constructor(type: string, message = type) {
    super(message);
    this.type = type;
  }
}

export interface AwsJsonService {
  /** `1.0` or `1.1` of AWS's JSON protocol. */
  readonly version: string;
  /** What stands before an operation's name: `TrentService`. */
  readonly target: string;
  readonly mostBytes: number;
  /** What is said of an error that is no refusal. */
  readonly failure: AwsRefusal;
  readonly answer: (operation: string, body: unknown) => Promise<unknown> | unknown;
}

export interface ServedService {
  /** For `AWS_ENDPOINT_URL_…`. */
  readonly endpoint: string;
  stop(): Promise<void>;
}

/** Serves what an SDK client speaks to, on 127.0.0.1. */
export async function serveAwsJson(service: AwsJsonService, port = 0): Promise<ServedService> {
  const server = createServer(async (request, response) => {
    response.setHeader('Content-Type', `application/x-amz-json-${service.version}`);
    response.setHeader('x-amzn-RequestId', randomUUID());
    try {
      const operation = operationOf(request, service.target);
      response.end(JSON.stringify(await service.answer(operation, await jsonOf(request, service.mostBytes))));
    } catch (error) {
      const { type, message } = error instanceof AwsRefusal ? error : service.failure;
      response.statusCode = error instanceof AwsRefusal ? 400 : 500;
      response.end(JSON.stringify({ __type: type, message }));
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error(`${service.target} has no port`);
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
 * the same laptop, which can make none, is told nothing.
 */
function operationOf({ headers }: IncomingMessage, service: string): string {
  if (!headers.authorization?.startsWith('AWS4-HMAC-SHA256 ')) {
    throw new AwsRefusal('MissingAuthenticationTokenException', 'the request is not signed');
  }
  const target = headers['x-amz-target'];
  if (typeof target !== 'string' || !target.startsWith(`${service}.`)) {
    throw new AwsRefusal('UnknownOperationException', 'no operation is named');
  }
  return target.slice(service.length + 1);
}

async function jsonOf(request: IncomingMessage, mostBytes: number): Promise<unknown> {
  const body = await readBody(request, mostBytes);
  if (body === 'too-large') throw new AwsRefusal('ValidationException', 'the request is too large');
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    throw new AwsRefusal('SerializationException', 'the request is not JSON');
  }
}
