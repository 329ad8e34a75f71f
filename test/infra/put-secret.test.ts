import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type City, cityFile } from '../../infra/cities/city.ts';
import { demo } from '../../infra/cities/demo.ts';
import { hechi } from '../../infra/cities/hechi.ts';
import { createTable } from '../../infra/local/dynamodb/create-table.ts';
import { type LocalEngine, startEngine } from '../../infra/local/dynamodb/launch.ts';
import { type LocalKms, startKms } from '../../infra/local/kms/server.ts';
import { createDynamoTable } from '../../shared/data/dynamodb-table.ts';
import type { Table } from '../../shared/data/table.ts';
import { createTableClient } from '../../shared/data/table-client.ts';
import { parseCity } from '../../shared/policy/city.ts';
import { createKms, createKmsClient } from '../../shared/privacy/kms.ts';
import { getSecret } from '../../shared/privacy/secrets.ts';
import { localAws } from '../support/local-aws.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const address = { context: 'identity', name: 'wechat-app-secret' };
const folder = mkdtempSync(join(tmpdir(), 'put-secret-'));
let engine: LocalEngine;
let kmsServer: LocalKms;
let table: Table;

beforeAll(async () => {
  [engine, kmsServer] = await Promise.all([startEngine(), startKms({ keyFile: join(folder, 'key') })]);
  const client = createTableClient({ ...localAws, endpoint: engine.endpoint });
  await createTable(client, { tableName: 'demo-table' });
  table = createDynamoTable({ client, tableName: 'demo-table' });
});
afterAll(async () => {
  await Promise.all([engine.stop(), kmsServer.stop()]);
  rmSync(folder, { recursive: true });
});

/** The operator's command, as an operator runs it. (The KMS it calls is in this process: it must not be blocked.) */
async function putSecret(args: readonly string[], input: string) {
  const child = spawn(process.execPath, [join(ROOT, 'infra', 'put-secret.ts'), ...args], {
    env: {
      AWS_ENDPOINT_URL_DYNAMODB: engine.endpoint,
      AWS_ENDPOINT_URL_KMS: kmsServer.endpoint,
      AWS_ACCESS_KEY_ID: 'a',
      AWS_SECRET_ACCESS_KEY: 'b',
    },
  });
  child.stdin.end(input);
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { status: child.exitCode, stdout, stderr };
}

async function secretOf(city: City): Promise<string | undefined> {
  const client = createKmsClient({ ...localAws, endpoint: kmsServer.endpoint });
  const kms = createKms({ client, keyId: 'alias/demo' });
  return getSecret({ city: parseCity(cityFile(city), []), table, kms }, address);
}

describe('the command that puts a secret', () => {
  it('puts what comes by stdin where the context reads it, says so, and shows it nowhere', async () => {
    const { status, stdout, stderr } = await putSecret(
      ['demo', address.context, address.name],
      'marker-7391\n',
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain('wechat-app-secret of identity is put in demo');
    expect(stdout).not.toContain('marker-7391');
    expect(await secretOf(demo)).toBe('marker-7391');
    const { items } = await table.query({ pk: 'secrets#identity' });
    expect(JSON.stringify(items)).not.toContain('marker-7391');
  });

  it('replaces the one before', async () => {
    await putSecret(['demo', address.context, address.name], 'old');
    await putSecret(['demo', address.context, address.name], 'new');
    expect(await secretOf(demo)).toBe('new');
  });

  it('binds it to its city', async () => {
    await putSecret(['demo', address.context, address.name], 'of the demo');
    await expect(secretOf(hechi)).rejects.toThrow();
  });

  it.each([
    ['a city nobody has', ['nowhere', 'identity', 'x'], 'value'],
    ['a context nobody has', ['demo', 'identiy', 'x'], 'value'],
    ['no name', ['demo', 'identity'], 'value'],
    ['an empty value', ['demo', 'identity', 'x'], ' \n'],
  ])('refuses %s and says how it is used', async (_, args, input) => {
    const { status, stderr } = await putSecret(args, input);
    expect(status).toBe(1);
    expect(stderr).toContain('usage: npx node infra/put-secret.ts <city> <context> <name>');
    expect(await table.get({ pk: 'secrets#identity', sk: 'x' })).toBeUndefined();
  });
});
