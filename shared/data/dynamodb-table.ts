import { setTimeout as sleepFor } from 'node:timers/promises';
import type { Engine } from './dynamodb-engine.ts';
import { getItem, getItems, queryPage } from './dynamodb-read.ts';
import { transactItems } from './dynamodb-transact.ts';
import { deleteItem, putItem, updateItem } from './dynamodb-write.ts';
import type { Consumed, Table } from './table.ts';
import type { TableClient } from './table-client.ts';

export interface DynamoTableOptions {
  /** Best made by `createTableClient`, which leaves retrying to this layer. */
  readonly client: Pick<TableClient, 'call'>;
  readonly tableName: string;
  /** Told the capacity of each call, refused writes included. */
  readonly onConsumed?: (consumed: Consumed) => void;
  readonly sleep?: (milliseconds: number) => Promise<void>;
  /** In [0, 1). */
  readonly random?: () => number;
}

/**
 * The table over DynamoDB, or anything that speaks its API.
 * Throws `InvalidTableCall` for a call that can never succeed, `TableUnavailable` when the engine does not
 * answer within six attempts.
 */
export function createDynamoTable(options: DynamoTableOptions): Table {
  const { client, tableName, onConsumed = () => {}, random = Math.random } = options;
  const { sleep = (milliseconds: number): Promise<void> => sleepFor(milliseconds) } = options;
  const engine: Engine = { client, tableName, retry: { sleep, random }, report: onConsumed };
  return {
    get: async (key, { consistent = false } = {}) => getItem(engine, key, consistent),
    getMany: async (keys, { consistent = false } = {}) => getItems(engine, keys, consistent),
    query: async (spec) => queryPage(engine, spec),
    put: async (item, write = {}) => putItem(engine, item, write),
    update: async (key, changes, write = {}) => updateItem(engine, key, changes, write),
    delete: async (key, write = {}) => deleteItem(engine, key, write.if),
    transact: async (operations, { token } = {}) => transactItems(engine, operations, token),
  };
}
