import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  DescribeStreamCommand,
  DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
} from '@aws-sdk/client-dynamodb-streams';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findEngine } from '../../../infra/local/dynamodb/binary.ts';
import { createTable } from '../../../infra/local/dynamodb/create-table.ts';
import { type LocalEngine, startEngine } from '../../../infra/local/dynamodb/launch.ts';
import { isAlive, writePidFile } from '../../../infra/local/dynamodb/pid-file.ts';
import { createDynamoTable } from '../../../shared/data/dynamodb-table.ts';
import type { Table } from '../../../shared/data/table.ts';
import { createTableClient, type TableClient } from '../../../shared/data/table-client.ts';
import { localAws } from '../../support/local-aws.ts';

const KEY = { pk: 'test#1', sk: 'item' };

let folder: string;
let running: { stop(): unknown }[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'table-launch-'));
  running = [];
});
afterEach(async () => {
  for (const each of running) await each.stop();
  rmSync(folder, { recursive: true });
});

async function started(dbPath?: string): Promise<LocalEngine> {
  const engine = await startEngine({ ...(dbPath && { dbPath }), environment: { PATH: process.env['PATH'] } });
  running.push(engine);
  return engine;
}

async function opened({ endpoint }: LocalEngine): Promise<{ client: TableClient; table: Table }> {
  const client = createTableClient({ ...localAws, endpoint });
  await createTable(client, { tableName: 'city' });
  running.push({ stop: () => client.destroy() });
  return { client, table: createDynamoTable({ client, tableName: 'city', sleep: async () => {} }) };
}

/** A process that starts an engine and is then killed, as a crashed city or test run is. */
async function orphaned(dbPath?: string): Promise<number> {
  const script = `
    const { startEngine } = await import('./infra/local/dynamodb/launch.ts');
    const engine = await startEngine(${JSON.stringify({ ...(dbPath && { dbPath }), environment: {} })});
    process.stdout.write(String(engine.pid));
    setInterval(() => {}, 1000);`;
  const parent = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [pid] = await once(parent.stdout, 'data');
  const ended = once(parent, 'exit');
  parent.kill('SIGKILL');
  await ended;
  return Number(pid);
}

describe('the embedded engine', () => {
  it('answers once it is started, and is gone once it is stopped', async () => {
    const engine = await started();
    const { table } = await opened(engine);
    await table.put({ ...KEY, n: 1 });
    expect(await table.get(KEY)).toEqual({ ...KEY, n: 1 });
    await engine.stop();
    expect(isAlive(engine.pid ?? 0)).toBe(false);
    await expect(table.get(KEY)).rejects.toMatchObject({ reason: 'ECONNREFUSED', applied: 'no' });
  });
  it('can be stopped twice', async () => {
    const engine = await started();
    await engine.stop();
    await expect(engine.stop()).resolves.toBeUndefined();
  });
  it('shares nothing with another', async () => {
    const [one, two] = await Promise.all([started(), started()]);
    expect(one.endpoint).not.toBe(two.endpoint);
    const [first, second] = [await opened(one), await opened(two)];
    await first.table.put(KEY);
    expect(await second.table.get(KEY)).toBeUndefined();
  });
  it('listens to this machine only', async () => {
    expect(new URL((await started()).endpoint).hostname).toBe('127.0.0.1');
  });
  it('takes the endpoint it is given instead, and starts nothing', async () => {
    const engine = await startEngine({
      environment: { AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:1', PATH: '' },
    });
    expect(engine).toMatchObject({ endpoint: 'http://127.0.0.1:1', pid: undefined });
    await engine.stop();
  });

  describe('with a file', () => {
    it('keeps its data when it is stopped', async () => {
      const dbPath = join(folder, 'city.sqlite');
      const engine = await started(dbPath);
      await (await opened(engine)).table.put({ ...KEY, n: 1 });
      await engine.stop();
      expect(await (await opened(await started(dbPath))).table.get(KEY)).toEqual({ ...KEY, n: 1 });
    });
    it('keeps all it acknowledged when it is killed', async () => {
      const dbPath = join(folder, 'city.sqlite');
      const engine = await started(dbPath);
      const { table } = await opened(engine);
      let acknowledged = 0;
      const writing = (async () => {
        for (;;) {
          await table.put({ pk: 'test#1', sk: String(acknowledged) });
          acknowledged += 1;
          if (acknowledged === 50) process.kill(engine.pid ?? 0, 'SIGKILL');
        }
      })();
      await expect(writing).rejects.toMatchObject({ code: 'TABLE_UNAVAILABLE' });
      await engine.stop();
      const { items } = await (await opened(await started(dbPath))).table.query({ pk: 'test#1' });
      expect(items.length).toBeGreaterThanOrEqual(acknowledged);
    });
    it('is not opened twice', async () => {
      const dbPath = join(folder, 'city.sqlite');
      await started(dbPath);
      await expect(started(dbPath)).rejects.toThrow(/is open in process/);
    });
    it('goes on with its stream after a restart: records, positions and iterators stay good', async () => {
      const dbPath = join(folder, 'city.sqlite');
      const engine = await started(dbPath);
      const before = await opened(engine);
      for (const n of [1, 2, 3]) await before.table.put({ ...KEY, n });
      const stream = await streamOf(before.client, engine);
      const first = await stream.records({ ShardIteratorType: 'TRIM_HORIZON' });
      expect(first.sequence).toEqual(['1', '2', '3']);
      await engine.stop();

      const again = await started(dbPath);
      const after = await opened(again);
      await after.table.put({ ...KEY, n: 4 });
      const rest = await streamOf(after.client, again);
      expect(rest.arn).toBe(stream.arn);
      const from2 = { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', SequenceNumber: '2' } as const;
      expect((await rest.records(from2)).sequence).toEqual(['3', '4']);
      expect((await rest.page(first.next)).sequence).toEqual(['4']);
    });
    it('looks up its stream’s last record by an index, so that writes stay fast', async () => {
      const dbPath = join(folder, 'city.sqlite');
      await opened(await started(dbPath));
      const { DatabaseSync } = await import('node:sqlite');
      const database = new DatabaseSync(dbPath);
      const plan = database
        .prepare(
          'EXPLAIN QUERY PLAN SELECT MAX(CAST(sequence_number AS INTEGER)) FROM _stream_records WHERE table_name = ?',
        )
        .all('city');
      database.close();
      expect(JSON.stringify(plan)).toContain('USING COVERING INDEX');
    });
  });

  describe('left behind by a killed parent', () => {
    it('is ended by the next start', async () => {
      const pid = await orphaned();
      expect(isAlive(pid)).toBe(true);
      await started();
      await gone(pid);
    });
    it('is ended by the next start on its file, which goes on with its data', async () => {
      const dbPath = join(folder, 'city.sqlite');
      const pid = await orphaned(dbPath);
      const { table } = await opened(await started(dbPath));
      await gone(pid);
      await table.put(KEY);
      expect(readdirSync(folder)).toContain('city.sqlite.pid');
    });
    it('is told apart from another process that has its number by now', async () => {
      const other: ChildProcess = spawn('sleep', ['60']);
      running.push({ stop: () => other.kill('SIGKILL') });
      const dbPath = join(folder, 'city.sqlite');
      const dead = await deadPid();
      writePidFile(`${dbPath}.pid`, { pid: other.pid ?? 0, port: 4321, parentPid: dead });
      await started(dbPath);
      expect(isAlive(other.pid ?? 0)).toBe(true);
    });
    it.each(['', '{', '{"pid":"x"}', '[]'])(
      'with the damaged pid file %j does not stop the next start',
      async (text) => {
        const dbPath = join(folder, 'city.sqlite');
        writeFileSync(`${dbPath}.pid`, text);
        await expect(started(dbPath)).resolves.toMatchObject({ endpoint: expect.any(String) });
      },
    );
  });
});

describe('the program of the embedded engine', () => {
  it('is the npm package’s where that is installed', () => {
    expect(findEngine('')).toContain('dynoxide');
  });
  it('is found on PATH where it is not', () => {
    const program = join(folder, 'dynoxide');
    writeFileSync(program, '', { mode: 0o755 });
    expect(findEngine(`/nowhere:${folder}`, '')).toBe(program);
  });
  it('is not what merely has its name', () => {
    mkdirSync(join(folder, 'a'));
    writeFileSync(join(folder, 'a', 'dynoxide'), '', { mode: 0o644 });
    expect(() => findEngine(join(folder, 'a'), '')).toThrow();
  });
  it.each(['AWS_ENDPOINT_URL_DYNAMODB', '@dynoxide/linux-x64', 'dynoxide on PATH'])(
    'missing, is asked for with %s as one way out',
    (way) => {
      expect(() => findEngine('/nowhere', '')).toThrow(way);
    },
  );
});

describe('the local table', () => {
  it('is what the schema defines', async () => {
    const { client } = await opened(await started());
    const { Table: table } = await client.call('DescribeTable', { TableName: 'city' });
    const indexes = Object.fromEntries(
      (table?.GlobalSecondaryIndexes ?? []).map((index) => [
        index.IndexName,
        [...(index.KeySchema ?? []).map(({ AttributeName }) => AttributeName), index.Projection],
      ]),
    );
    expect(table?.KeySchema?.map(({ AttributeName }) => AttributeName)).toEqual(['pk', 'sk']);
    expect(indexes).toEqual({
      lookup: ['lookupPk', 'lookupSk', { ProjectionType: 'ALL' }],
      due: ['dueShard', 'dueAt', { ProjectionType: 'INCLUDE', NonKeyAttributes: ['dueKind'] }],
      charges: ['chargePayer', 'chargeAt', { ProjectionType: 'INCLUDE', NonKeyAttributes: ['charge'] }],
    });
    expect(table?.StreamSpecification).toEqual({ StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' });
  });
  it('stays as it is when it is created again', async () => {
    const engine = await started();
    const { table } = await opened(engine);
    await table.put(KEY);
    expect(await (await opened(engine)).table.get(KEY)).toEqual(KEY);
  });
});

interface Records {
  readonly sequence: (string | undefined)[];
  readonly next: string | undefined;
}

async function streamOf(
  client: TableClient,
  { endpoint }: LocalEngine,
): Promise<{
  arn: string | undefined;
  page(iterator: string | undefined): Promise<Records>;
  records(
    from:
      | { ShardIteratorType: 'TRIM_HORIZON' }
      | { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER'; SequenceNumber: string },
  ): Promise<Records>;
}> {
  const streams = new DynamoDBStreamsClient({ ...localAws, endpoint });
  running.push({ stop: () => streams.destroy() });
  const { Table: table } = await client.call('DescribeTable', { TableName: 'city' });
  const StreamArn = table?.LatestStreamArn;
  const { StreamDescription } = await streams.send(new DescribeStreamCommand({ StreamArn }));
  const ShardId = StreamDescription?.Shards?.[0]?.ShardId;
  const page = async (ShardIterator: string | undefined): Promise<Records> => {
    const answer = await streams.send(new GetRecordsCommand({ ShardIterator }));
    const sequence = (answer.Records ?? []).map(({ dynamodb }) => dynamodb?.SequenceNumber);
    return { sequence, next: answer.NextShardIterator };
  };
  return {
    arn: StreamArn,
    page,
    async records(from) {
      const { ShardIterator } = await streams.send(
        new GetShardIteratorCommand({ StreamArn, ShardId, ...from }),
      );
      return page(ShardIterator);
    },
  };
}

/** A kill is seen a moment after it is sent. */
async function gone(pid: number): Promise<void> {
  await expect.poll(() => isAlive(pid)).toBe(false);
}

async function deadPid(): Promise<number> {
  const child = spawn('true');
  await once(child, 'exit');
  return child.pid ?? 0;
}
