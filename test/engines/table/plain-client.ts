import { Agent, request } from 'node:http';
import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  TransactionCanceledException,
} from '@aws-sdk/client-dynamodb';

/**
 * DynamoDB's protocol without the SDK's signing and serialisation, which cost three times the rest of a call: the
 * differential suite makes 200,000 calls, and what it compares is the layer and the engine. The conformance
 * suites go through the SDK itself.
 */
export function createPlainClient(endpoint: string): Pick<DynamoDBClient, 'send'> & { destroy(): void } {
  const agent = new Agent({ keepAlive: true });
  const { hostname, port } = new URL(endpoint);
  const authorization =
    'AWS4-HMAC-SHA256 Credential=local/20260101/local/dynamodb/aws4_request, SignedHeaders=host, Signature=0';

  function exchange(operation: string, body: string): Promise<{ status: number; text: string }> {
    const headers = {
      authorization,
      'content-length': Buffer.byteLength(body),
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-date': '20260101T000000Z',
      'x-amz-target': `DynamoDB_20120810.${operation}`,
    };
    return new Promise((resolve, reject) => {
      const call = request({ agent, hostname, port, method: 'POST', path: '/', headers }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }),
        );
      });
      call.on('error', reject);
      call.end(body);
    });
  }

  async function send(command: {
    readonly constructor: { readonly name: string };
    readonly input: unknown;
  }): Promise<unknown> {
    const operation = command.constructor.name.replace(/Command$/, '');
    const { status, text } = await exchange(operation, JSON.stringify(command.input));
    const answer = JSON.parse(text);
    if (status === 200) return answer;
    throw errorOf(status, answer);
  }

  // The client's own type has an overload a command.
  return { send: send as DynamoDBClient['send'], destroy: () => agent.destroy() };
}

function errorOf(
  httpStatusCode: number,
  answer: { __type: string; message?: string; Message?: string },
): Error {
  const name = answer.__type.split('#').at(-1) ?? '';
  const options = {
    ...answer,
    message: answer.message ?? answer.Message ?? '',
    $metadata: { httpStatusCode },
  };
  if (name === 'ConditionalCheckFailedException') return new ConditionalCheckFailedException(options);
  if (name === 'TransactionCanceledException') return new TransactionCanceledException(options);
  return Object.assign(new Error(options.message), { name, $metadata: options.$metadata });
}
