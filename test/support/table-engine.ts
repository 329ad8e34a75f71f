import { randomUUID } from 'node:crypto';
import { DeleteTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createTable } from '../../infra/local/dynamodb/create-table.ts';
import { startEngine } from '../../infra/local/dynamodb/launch.ts';
import type { Post } from '../../shared/aws/post.ts';
import { createDynamoTable, type DynamoTableOptions } from '../../shared/data/dynamodb-table.ts';
import type { Table } from '../../shared/data/table.ts';
import { createTableClient, type TableClient } from '../../shared/data/table-client.ts';

import { localAws } from './local-aws.ts';

export interface TableEngine {
  readonly table: Table;
  readonly client: TableClient;
  readonly endpoint: string;
  readonly tableName: string;
  stop(): Promise<void>;
}

export interface TableEngineOptions extends Partial<Omit<DynamoTableOptions, 'client' | 'tableName'>> {
  /** Off by default: the embedded engine slows down with every record its stream keeps. */
  readonly stream?: boolean;
  /** In place of the network. */
  readonly post?: (real: Post) => Post;
}

/**
 * A fresh table for one test file: over an embedded engine of its own, or over TABLE_TEST_ENDPOINT where that is
 * set. Stop it in `afterAll`.
 */
export async function startTableEngine({
  stream = false,
  post,
  ...options
}: TableEngineOptions = {}): Promise<TableEngine> {
  const given = process.env['TABLE_TEST_ENDPOINT'];
  const engine = await startEngine({ environment: { ...process.env, AWS_ENDPOINT_URL_DYNAMODB: given } });
  const { endpoint } = engine;
  const client = createTableClient({ ...localAws, endpoint, ...(post && { post }) });
  const tableName = `table-${randomUUID()}`;
  await createTable(client, { tableName, stream });
  return {
    table: createDynamoTable({ client, tableName, ...options }),
    client,
    endpoint,
    tableName,
    async stop() {
      // The embedded engine forgets its tables; somebody else's does not.
      if (given !== undefined) await deleteTable(endpoint, tableName);
      client.destroy();
      await engine.stop();
    },
  };
}

async function deleteTable(endpoint: string, TableName: string): Promise<void> {
  const client = new DynamoDBClient({ ...localAws, endpoint });
  await client.send(new DeleteTableCommand({ TableName }));
  client.destroy();
}
