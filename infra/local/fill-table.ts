import { type DynamoDBClient, TransactWriteItemsCommand } from '@aws-sdk/client-dynamodb';
import type { Context } from '../../shared/context.ts';
import { toAttributes } from '../../shared/data/attribute-value.ts';
import { createMemoryTable } from '../../shared/data/memory-table.ts';
import type { Item, Table, Value } from '../../shared/data/table.ts';
import type { Deps } from '../../shared/deps.ts';
import type { Clock } from '../../shared/kernel/clock.ts';
import { createFunctions } from './functions-in-process.ts';

/** Writes what a new city begins with. `settle` lets every context hear of what was written so far. */
export type Load = (deps: Deps, settle: () => Promise<void>) => Promise<void>;

export interface FillParts {
  readonly client: DynamoDBClient;
  readonly tableName: string;
  readonly clock: Clock;
  readonly city: string;
  readonly contexts: readonly Context[];
  readonly depsOver: (table: Table) => Deps;
  readonly load: Load;
}

/**
 * Fills an empty table. The use cases that everybody goes through run over a table in memory, events included, and
 * what comes of it is written by the hundred: two seconds instead of fifteen, for a county.
 */
export async function fillTable(parts: FillParts): Promise<void> {
  const pending: Item[] = [];
  const table = createMemoryTable({
    clock: parts.clock,
    onChange: ({ new: item }) => {
      if (item?.['eventId'] !== undefined) pending.push(item);
    },
  });
  const deps = parts.depsOver(table);
  const { invokeWorker } = createFunctions(parts.city, parts.contexts, deps);
  const settle = async (): Promise<void> => {
    for (let item = pending.shift(); item !== undefined; item = pending.shift()) {
      const [type, event] = [item['eventType'], item['event']];
      for (const { name, subscriptions } of parts.contexts) {
        const subscribes = subscriptions.some((subscription) => subscription.event === type);
        if (subscribes) await invokeWorker(name, { 'detail-type': 'domain-event', detail: { type, event } });
      }
    }
  };
  await parts.load(deps, settle);
  await settle();
  const items = table.all().map(published);
  for (let start = 0; start < items.length; start += MOST_TOGETHER) {
    await writeTogether(parts.client, parts.tableName, items.slice(start, start + MOST_TOGETHER));
  }
}

/** A transaction's most. The engine syncs once for it, where a batch would sync for each of its items. */
const MOST_TOGETHER = 100;

/** Without the event that everybody has heard. */
function published({ eventId, eventType, event, ...item }: Item): { readonly [name: string]: Value } {
  return item;
}

async function writeTogether(
  client: DynamoDBClient,
  tableName: string,
  items: readonly { readonly [name: string]: Value }[],
): Promise<void> {
  const puts = items.map((item) => ({ Put: { TableName: tableName, Item: toAttributes(item) } }));
  await client.send(new TransactWriteItemsCommand({ TransactItems: puts }));
}
