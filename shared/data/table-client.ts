import type {
  BatchGetItemInput,
  BatchGetItemOutput,
  CreateTableInput,
  DeleteItemInput,
  DeleteItemOutput,
  DescribeTableInput,
  DescribeTableOutput,
  GetItemInput,
  GetItemOutput,
  PutItemInput,
  PutItemOutput,
  QueryInput,
  QueryOutput,
  TransactWriteItemsInput,
  TransactWriteItemsOutput,
  UpdateItemInput,
  UpdateItemOutput,
  UpdateTimeToLiveInput,
} from '@aws-sdk/client-dynamodb';
import { type AwsClient, type AwsConnection, createAwsClient } from '../aws/aws-client.ts';

/** The operations this layer calls, and those by which the laptop makes its table. */
type TableCalls = {
  GetItem: { input: GetItemInput; output: GetItemOutput };
  BatchGetItem: { input: BatchGetItemInput; output: BatchGetItemOutput };
  Query: { input: QueryInput; output: QueryOutput };
  PutItem: { input: PutItemInput; output: PutItemOutput };
  UpdateItem: { input: UpdateItemInput; output: UpdateItemOutput };
  DeleteItem: { input: DeleteItemInput; output: DeleteItemOutput };
  TransactWriteItems: { input: TransactWriteItemsInput; output: TransactWriteItemsOutput };
  CreateTable: { input: CreateTableInput; output: object };
  DescribeTable: { input: DescribeTableInput; output: DescribeTableOutput };
  UpdateTimeToLive: { input: UpdateTimeToLiveInput; output: object };
};

export type TableClient = AwsClient<TableCalls>;

/**
 * The client the table layer expects. It does not repeat by itself: an addition whose answer was lost must not be
 * repeated, a transaction that met another must. Both are judged in `table-retry.ts`.
 */
export function createTableClient(connection: AwsConnection): TableClient {
  const service = { name: 'dynamodb', target: 'DynamoDB_20120810', version: '1.0' } as const;
  return createAwsClient({ ...connection, service, attempts: 1 });
}
