import { setTimeout as sleep } from 'node:timers/promises';
import type { CreateTableInput } from '@aws-sdk/client-dynamodb';
import { AwsError } from '../../../shared/aws/aws-error.ts';
import {
  indexNames,
  keyAttributes,
  streamView,
  type TableIndex,
  tableIndexes,
  tableKeys,
  ttlAttribute,
} from '../../../shared/data/schema.ts';
import type { TableClient } from '../../../shared/data/table-client.ts';

export interface LocalTable {
  readonly tableName: string;
  /** Left on by default. The embedded engine slows down with every record its stream keeps. */
  readonly stream?: boolean;
}

/** Creates the city's table as `schema.ts` defines it; one that exists already is left as it is. */
export async function createTable(
  client: TableClient,
  { tableName, stream = true }: LocalTable,
): Promise<void> {
  try {
    await client.call('CreateTable', tableDefinition(tableName, stream));
  } catch (error) {
    if (error instanceof AwsError && error.name === 'ResourceInUseException') return;
    throw error;
  }
  await untilActive(client, tableName);
  const TimeToLiveSpecification = { AttributeName: ttlAttribute, Enabled: true };
  await client.call('UpdateTimeToLive', { TableName: tableName, TimeToLiveSpecification });
}

const WAIT_MS = 1_000;
const MOST_WAITS = 120;

/** The embedded engine's tables are there at once; those of AWS take seconds. */
async function untilActive(client: TableClient, TableName: string): Promise<void> {
  for (let waits = 0; ; waits += 1) {
    const { Table } = await client.call('DescribeTable', { TableName });
    if (Table?.TableStatus === 'ACTIVE') return;
    if (waits === MOST_WAITS) throw new Error(`${TableName} does not become active`);
    await sleep(WAIT_MS);
  }
}

/** What `CreateTable` is asked for. */
export function tableDefinition(TableName: string, stream: boolean): CreateTableInput {
  return {
    TableName,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: keyAttributes.map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
    KeySchema: keySchema(tableKeys),
    GlobalSecondaryIndexes: indexNames.map((IndexName) => ({
      IndexName,
      KeySchema: keySchema(tableIndexes[IndexName]),
      Projection: projection(tableIndexes[IndexName]),
    })),
    ...(stream && { StreamSpecification: { StreamEnabled: true, StreamViewType: streamView } }),
  };
}

function keySchema(keys: Pick<TableIndex, 'partitionKey' | 'sortKey'>): CreateTableInput['KeySchema'] {
  return [
    { AttributeName: keys.partitionKey, KeyType: 'HASH' },
    { AttributeName: keys.sortKey, KeyType: 'RANGE' },
  ];
}

function projection({ projection }: TableIndex): {
  ProjectionType: 'ALL' | 'INCLUDE';
  NonKeyAttributes?: string[];
} {
  if (projection === 'ALL') return { ProjectionType: 'ALL' };
  return { ProjectionType: 'INCLUDE', NonKeyAttributes: [...projection] };
}
