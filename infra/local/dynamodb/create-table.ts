import {
  CreateTableCommand,
  type CreateTableCommandInput,
  type DynamoDBClient,
  ResourceInUseException,
  UpdateTimeToLiveCommand,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import {
  indexNames,
  keyAttributes,
  streamView,
  type TableIndex,
  tableIndexes,
  tableKeys,
  ttlAttribute,
} from '../../../shared/data/schema.ts';

export interface LocalTable {
  readonly tableName: string;
  /** Left on by default. The embedded engine slows down with every record its stream keeps. */
  readonly stream?: boolean;
}

/** Creates the city's table as `schema.ts` defines it; one that exists already is left as it is. */
export async function createTable(
  client: DynamoDBClient,
  { tableName, stream = true }: LocalTable,
): Promise<void> {
  try {
    await client.send(new CreateTableCommand(tableDefinition(tableName, stream)));
  } catch (error) {
    if (error instanceof ResourceInUseException) return;
    throw error;
  }
  await waitUntilTableExists({ client, maxWaitTime: 120, minDelay: 1 }, { TableName: tableName });
  const TimeToLiveSpecification = { AttributeName: ttlAttribute, Enabled: true };
  await client.send(new UpdateTimeToLiveCommand({ TableName: tableName, TimeToLiveSpecification }));
}

/** What `CreateTable` is asked for. */
export function tableDefinition(TableName: string, stream: boolean): CreateTableCommandInput {
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

function keySchema(keys: Pick<TableIndex, 'partitionKey' | 'sortKey'>): CreateTableCommandInput['KeySchema'] {
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
