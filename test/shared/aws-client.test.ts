import { createHash, createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { KMSClient, ListKeysCommand } from '@aws-sdk/client-kms';
import { ListStateMachinesCommand, SFNClient } from '@aws-sdk/client-sfn';
import { SignatureV4 } from '@smithy/signature-v4';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type AwsClient, createAwsClient } from '../../shared/aws/aws-client.ts';
import { createPost, type Post } from '../../shared/aws/post.ts';
import { signedHeaders } from '../../shared/aws/sign.ts';
import { localAws } from '../support/local-aws.ts';

const service = { name: 'dynamodb', target: 'DynamoDB_20120810', version: '1.0' } as const;

/** The hash that the SDK's signer asks for. */
class Sha256 {
  readonly #hash;
  constructor(secret?: string | Uint8Array | ArrayBuffer | ArrayBufferView) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', secret as Uint8Array);
  }
  update(part: string | Uint8Array): void {
    this.#hash.update(part);
  }
  async digest(): Promise<Uint8Array> {
    return new Uint8Array(this.#hash.digest());
  }
}

const text = fc.string({ minLength: 1, unit: fc.constantFrom(...'AZaz09/+=') });
const calls = fc.record({
  service: fc.constantFrom('dynamodb', 'kms', 'states'),
  region: fc.constantFrom('cn-north-1', 'cn-northwest-1', 'ap-east-1', 'local'),
  host: fc.constantFrom('dynamodb.cn-north-1.amazonaws.com.cn', '127.0.0.1:8000'),
  contentType: fc.constantFrom('application/x-amz-json-1.0', 'application/x-amz-json-1.1'),
  target: fc.constantFrom('DynamoDB_20120810.GetItem', 'TrentService.Decrypt'),
  body: fc.json().map((json) => JSON.stringify({ json, name: '王某' })),
});
const dates = fc.date({
  min: new Date('2020-01-01'),
  max: new Date('2099-12-31'),
  noInvalidDate: true,
});
const credentials = fc.record(
  { accessKeyId: text, secretAccessKey: text, sessionToken: text },
  { requiredKeys: ['accessKeyId', 'secretAccessKey'] },
);

describe('a call', () => {
  it("is signed as AWS's own signer signs it", async () => {
    await fc.assert(
      fc.asyncProperty(calls, credentials, dates, async (call, who, date) => {
        const { region, host, body } = call;
        const headers = { 'content-type': call.contentType, host, 'x-amz-target': call.target };
        const signer = new SignatureV4({
          ...{ service: call.service, region, credentials: who, sha256: Sha256 },
          applyChecksum: false,
        });
        const place = { protocol: 'https:', method: 'POST', hostname: host, path: '/', query: {} };
        const signed = await signer.sign({ ...place, headers, body }, { signingDate: date });
        expect(signedHeaders(call, who, date.getTime())).toEqual(signed.headers);
      }),
      { numRuns: 300 },
    );
  });

  it.each(['cn-north-1', 'cn-northwest-1', 'ap-east-1', 'eu-west-1'])(
    'goes where the SDK sends it in %s',
    async (region) => {
      const hosts: string[] = [];
      const requestHandler = {
        handle: async ({ hostname }: { hostname: string }) => {
          hosts.push(hostname);
          throw new Error('far enough');
        },
      };
      const where = { ...localAws, region, requestHandler, maxAttempts: 1 };
      await new DynamoDBClient(where).send(new ListTablesCommand()).catch(() => {});
      await new KMSClient(where).send(new ListKeysCommand()).catch(() => {});
      await new SFNClient(where).send(new ListStateMachinesCommand()).catch(() => {});
      const ours: string[] = [];
      const post: Post = async ({ host }) => {
        ours.push(String(host));
        return { status: 200, text: '{}' };
      };
      for (const name of ['dynamodb', 'kms', 'states']) {
        const client = createAwsClient({
          ...{ ...localAws, region, attempts: 1, post: () => post },
          service: { ...service, name },
        });
        await client.call('Ask', {});
      }
      expect(ours).toEqual(hosts);
    },
  );
});

async function served(
  answer: (request: IncomingMessage, response: ServerResponse, body: string) => void,
): Promise<string> {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    answer(request, response, Buffer.concat(chunks).toString('utf8'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${Object(server.address()).port}`;
}

function clientOf(
  endpoint: string,
  attempts = 1,
): AwsClient<Record<string, { input: object; output: object }>> {
  const client = createAwsClient({ ...localAws, endpoint, service, attempts });
  onTestFinished(() => client.destroy());
  return client;
}

describe('the client', () => {
  it('posts JSON and answers what comes back, over one connection', async () => {
    const ports = new Set<number | undefined>();
    const endpoint = await served(({ socket, headers, method }, response, body) => {
      ports.add(socket.remotePort);
      response.end(JSON.stringify({ method, target: headers['x-amz-target'], body }));
    });
    const client = clientOf(endpoint);
    for (let n = 0; n < 3; n += 1) {
      expect(await client.call('GetItem', { n, name: '王某' })).toEqual({
        method: 'POST',
        target: 'DynamoDB_20120810.GetItem',
        body: JSON.stringify({ n, name: '王某' }),
      });
    }
    expect(ports.size).toBe(1);
  });

  it('takes an empty answer for an empty object', async () => {
    const endpoint = await served((_, response) => response.end());
    expect(await clientOf(endpoint).call('Ask', {})).toEqual({});
  });

  it.each([
    ['of a service', 400, '{"__type":"com.amazonaws.x#LimitExceeded","message":"secret"}', 'LimitExceeded'],
    ['with an address', 400, '{"__type":"LimitExceeded:http://amazon/secret"}', 'LimitExceeded'],
    ['of a proxy', 503, '<html>secret</html>', 'UnknownError'],
    ['that is nothing', 502, 'null', 'UnknownError'],
  ])('names an error %s, and repeats none of its text', async (_, status, body, name) => {
    const endpoint = await served((__, response) => {
      response.statusCode = status;
      response.end(body);
    });
    const error: unknown = await clientOf(endpoint)
      .call('Ask', {})
      .catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name, status });
    expect(JSON.stringify([String(error), error, Object(error).stack])).not.toContain('secret');
  });

  it.each([
    ['a broken service three times', 500, '{}', 3],
    ['a throttled one three times', 400, '{"__type":"ThrottlingException"}', 3],
    ['one that refuses once', 400, '{"__type":"ValidationException"}', 1],
  ])('asks %s', async (_, status, body, times) => {
    let asked = 0;
    const endpoint = await served((__, response) => {
      asked += 1;
      response.statusCode = status;
      response.end(body);
    });
    await expect(clientOf(endpoint, 3).call('Ask', {})).rejects.toMatchObject({ status });
    expect(asked).toBe(times);
  });

  it('answers what a second attempt brings', async () => {
    let asked = 0;
    const endpoint = await served((request, response) => {
      asked += 1;
      if (asked === 1) request.socket.destroy();
      else response.end('{"ok":true}');
    });
    expect(await clientOf(endpoint, 3).call('Ask', {})).toEqual({ ok: true });
  });

  it('gives up one that never answers, and one that stops in the middle', async () => {
    const endpoint = await served((request, response) => {
      if (request.headers['x-amz-target'] === 'half') response.write('{');
    });
    const { post, destroy } = createPost(endpoint, { connectMs: 1_000, answerMs: 50 });
    onTestFinished(destroy);
    for (const target of ['none', 'half']) {
      await expect(post({ 'x-amz-target': target }, '{}')).rejects.toMatchObject({ name: 'TimeoutError' });
    }
  });
});
