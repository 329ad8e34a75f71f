import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';

/**
 * The SDK copies each input and output through a filter before it hands them to a logger that drops them: a tenth
 * of a call's time. Without `info` and `error` it does not. The type knows no such logger; the SDK asks for each.
 */
const unheard = { debug: () => {}, warn: () => {} } as unknown as NonNullable<DynamoDBClientConfig['logger']>;

/**
 * The client the table layer expects. It does not retry by itself: the SDK would repeat an addition whose answer
 * was lost, and does not repeat a transaction that met another. Both are judged in `table-retry.ts`.
 * A socket that stalls is given up long before the caller's own 15 seconds.
 */
export function createTableClient(config: DynamoDBClientConfig = {}): DynamoDBClient {
  return new DynamoDBClient({
    maxAttempts: 1,
    logger: unheard,
    requestHandler: { connectionTimeout: 1_000, requestTimeout: 3_000, throwOnRequestTimeout: true },
    ...config,
  });
}
