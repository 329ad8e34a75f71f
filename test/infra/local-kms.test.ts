import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DecryptCommand, EncryptCommand, GenerateDataKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { masterKeyFile } from '../../infra/local/kms/master-key.ts';
import { type LocalKms, startKms } from '../../infra/local/kms/server.ts';
import { createKms, createKmsClient, type Kms, WrappedKeyError } from '../../shared/privacy/kms.ts';
import { localAws } from '../support/local-aws.ts';

const folder = mkdtempSync(join(tmpdir(), 'kms-'));
const keyFile = join(folder, 'secrets', 'master.key');
let server: LocalKms;
let client: KMSClient;

function clientOf({ endpoint }: LocalKms): KMSClient {
  return new KMSClient({
    endpoint,
    region: 'local',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  });
}

beforeAll(async () => {
  server = await startKms({ keyFile });
  client = clientOf(server);
});
afterAll(async () => {
  client.destroy();
  await server.stop();
  rmSync(folder, { recursive: true });
});

const key = 'alias/city';
const plain = Buffer.from('thirty-two bytes of key material');

async function encrypted(
  context: Record<string, string> = { city: 'a', purpose: 'field' },
): Promise<Uint8Array> {
  const answer = await client.send(
    new EncryptCommand({ KeyId: key, Plaintext: plain, EncryptionContext: context }),
  );
  return answer.CiphertextBlob ?? new Uint8Array();
}

async function errorName(sending: Promise<unknown>): Promise<string> {
  return sending.then(
    () => 'no error',
    (error: unknown) => (error instanceof Error ? error.name : 'no Error'),
  );
}

describe('the local KMS, asked by the AWS client', () => {
  it('decrypts what it encrypted, whatever the order of the context', async () => {
    const blob = await encrypted();
    const answer = await client.send(
      new DecryptCommand({ CiphertextBlob: blob, EncryptionContext: { purpose: 'field', city: 'a' } }),
    );
    expect(Buffer.from(answer.Plaintext ?? []).toString()).toBe(plain.toString());
    expect(answer.KeyId).toMatch(/:alias\/city$/);
    expect(Buffer.from(blob).includes(plain)).toBe(false);
  });

  it.each([
    ['a changed value', { city: 'b', purpose: 'field' }],
    ['a missing name', { city: 'a' }],
    ['a further name', { city: 'a', purpose: 'field', more: 'x' }],
    ['no context', undefined],
  ])('refuses %s of context', async (_, context) => {
    const blob = await encrypted();
    const sending = client.send(
      new DecryptCommand({ CiphertextBlob: blob, ...(context ? { EncryptionContext: context } : {}) }),
    );
    expect(await errorName(sending)).toBe('InvalidCiphertextException');
  });

  it('refuses every altered byte', async () => {
    const blob = await encrypted({});
    for (let i = 0; i < blob.length; i += 7) {
      const altered = Uint8Array.from(blob);
      altered[i] = (altered[i] ?? 0) ^ 1;
      expect(await errorName(client.send(new DecryptCommand({ CiphertextBlob: altered })))).toBe(
        'InvalidCiphertextException',
      );
    }
    const short = blob.slice(0, 20);
    expect(await errorName(client.send(new DecryptCommand({ CiphertextBlob: short })))).toBe(
      'InvalidCiphertextException',
    );
  });

  it('refuses to open with another key than the one named', async () => {
    const blob = await encrypted({});
    const sending = client.send(new DecryptCommand({ CiphertextBlob: blob, KeyId: 'alias/other' }));
    expect(await errorName(sending)).toBe('IncorrectKeyException');
    const arn = 'arn:local:kms:local:000000000000:alias/city';
    expect(await errorName(client.send(new DecryptCommand({ CiphertextBlob: blob, KeyId: arn })))).toBe(
      'no error',
    );
  });

  it('generates data keys of the size asked for', async () => {
    const answer = await client.send(new GenerateDataKeyCommand({ KeyId: key, KeySpec: 'AES_256' }));
    expect(answer.Plaintext?.length).toBe(32);
    const opened = await client.send(new DecryptCommand({ CiphertextBlob: answer.CiphertextBlob }));
    expect(opened.Plaintext).toEqual(answer.Plaintext);
    const small = await client.send(new GenerateDataKeyCommand({ KeyId: key, NumberOfBytes: 5 }));
    expect(small.Plaintext?.length).toBe(5);
  });

  it('validates as KMS does', async () => {
    const tooLong = new EncryptCommand({ KeyId: key, Plaintext: Buffer.alloc(4097) });
    expect(await errorName(client.send(tooLong))).toBe('ValidationException');
    expect(await errorName(client.send(new GenerateDataKeyCommand({ KeyId: key })))).toBe(
      'ValidationException',
    );
  });

  it.each([
    ['without a signature', {}, 'MissingAuthenticationTokenException'],
    [
      'of another service',
      { authorization: 'AWS4-HMAC-SHA256 x', 'x-amz-target': 'Other.Encrypt' },
      'UnknownOperationException',
    ],
    [
      'of an operation it does not have',
      { authorization: 'AWS4-HMAC-SHA256 x', 'x-amz-target': 'TrentService.ScheduleKeyDeletion' },
      'UnsupportedOperationException',
    ],
  ])('refuses a request %s', async (_, headers, type) => {
    const response = await fetch(server.endpoint, { method: 'POST', headers: { ...headers }, body: '{}' });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ __type: type });
  });
});

describe('its key file', () => {
  it('is readable by its owner only and keeps ciphertexts readable over a restart', async () => {
    expect(statSync(keyFile).mode & 0o777).toBe(0o600);
    const blob = await encrypted();
    const second = await startKms({ keyFile });
    const secondClient = clientOf(second);
    const opened = await secondClient.send(
      new DecryptCommand({ CiphertextBlob: blob, EncryptionContext: { city: 'a', purpose: 'field' } }),
    );
    expect(Buffer.from(opened.Plaintext ?? []).toString()).toBe(plain.toString());
    secondClient.destroy();
    await second.stop();
  });

  it('is written once and never overwritten', () => {
    const before = readFileSync(keyFile, 'utf8');
    expect(masterKeyFile(keyFile).toString('base64')).toBe(before.trim());
    expect(readFileSync(keyFile, 'utf8')).toBe(before);
    expect(readdirSync(join(folder, 'secrets'))).toEqual(['master.key']);
  });

  it('is refused when damaged, not replaced: a new key would lose the data', async () => {
    const damaged = join(folder, 'damaged.key');
    writeFileSync(damaged, 'c2hvcnQ=\n');
    chmodSync(damaged, 0o600);
    await expect(startKms({ keyFile: damaged })).rejects.toThrow(/no master key/);
    expect(readFileSync(damaged, 'utf8')).toBe('c2hvcnQ=\n');
  });

  it('differs from that of a server without a file', async () => {
    const passing = await startKms();
    const passingClient = clientOf(passing);
    const blob = await encrypted({});
    expect(await errorName(passingClient.send(new DecryptCommand({ CiphertextBlob: blob })))).toBe(
      'InvalidCiphertextException',
    );
    passingClient.destroy();
    await passing.stop();
  });
});

describe('the port that wraps data keys', () => {
  const context = { city: 'pingdingshan', pk: 'keys#identity', sk: 'field#000001' };
  const port = (keyId = key, { endpoint } = server): Kms =>
    createKms({ client: createKmsClient({ ...localAws, endpoint }), keyId });

  it('unwraps what it wrapped', async () => {
    const kms = port();
    const wrapped = await kms.wrap(plain, context);
    expect(Buffer.from(await kms.unwrap(wrapped, context)).toString()).toBe(plain.toString());
  });

  it.each([
    ['in another context', key, { ...context, city: 'minhang' }],
    ['under another key', 'alias/other', context],
  ])('refuses a text wrapped %s, without repeating it', async (_, keyId, other) => {
    const wrapped = await port().wrap(plain, context);
    const unwrapping = port(keyId).unwrap(wrapped, other);
    await expect(unwrapping).rejects.toThrow(WrappedKeyError);
    await expect(unwrapping).rejects.not.toThrow(wrapped);
  });

  it('passes on that KMS is away', async () => {
    const gone = await startKms();
    await gone.stop();
    const wrapping = port(key, gone).unwrap('AAAA', context);
    await expect(wrapping).rejects.not.toThrow(WrappedKeyError);
  });
});
