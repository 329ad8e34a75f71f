import { randomUUID } from 'node:crypto';
import { DeleteTableCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createTable } from '../../infra/local/dynamodb/create-table.ts';
import { startEngine } from '../../infra/local/dynamodb/launch.ts';
import { createDynamoTable, type DynamoTableOptions } from '../../shared/data/dynamodb-table.ts';
import type { Table } from '../../shared/data/table.ts';
import { createTableClient } from '../../shared/data/table-client.ts';

export interface TableEngine {
  readonly table: Table;
  readonly client: DynamoDBClient;
  readonly endpoint: string;
  readonly tableName: string;
  stop(): Promise<void>;
}

export interface TableEngineOptions extends Partial<Omit<DynamoTableOptions, 'client' | 'tableName'>> {
  /** Off by default: the embedded engine slows down with every record its stream keeps. */
  readonly stream?: boolean;
}

/**
 * A fresh table for one test file: over an embedded engine of its own, or over TABLE_TEST_ENDPOINT where that is
 * set. Stop it in `afterAll`.
 */
export async function startTableEngine({
  stream = false,
  ...options
}: TableEngineOptions = {}): Promise<TableEngine> {
  const given = process.env['TABLE_TEST_ENDPOINT'];
  const engine = await startEngine({ environment: { ...process.env, AWS_ENDPOINT_URL_DYNAMODB: given } });
  const client = createTableClient({
    endpoint: engine.endpoint,
    region: 'local',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  const tableName = `table-${randomUUID()}`;
  await createTable(client, { tableName, stream });
  return {
    table: createDynamoTable({ client, tableName, ...options }),
    client,
    endpoint: engine.endpoint,
    tableName,
    async stop() {
      // The embedded engine forgets its tables; somebody else's does not.
      if (given !== undefined) await client.send(new DeleteTableCommand({ TableName: tableName }));
      client.destroy();
      await engine.stop();
    },
  };
}
