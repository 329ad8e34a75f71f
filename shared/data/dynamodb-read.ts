import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { toAttributes, toItem } from './attribute-value.ts';
import { checkKey } from './carried.ts';
import { call, capacity, type Engine } from './dynamodb-engine.ts';
import { conditionExpression, keyExpression, Placeholders } from './expression.ts';
import { planQuery } from './query-plan.ts';
import type { Item, Key, Page, QuerySpec } from './table.ts';
import { TableUnavailable } from './table-errors.ts';
import { pause } from './table-retry.ts';

/** BatchGetItem's own limit. */
const BATCH = 100;
const MAX_EMPTY_ANSWERS = 6;

export async function getItem(engine: Engine, key: Key, consistent: boolean): Promise<Item | undefined> {
  const command = {
    TableName: engine.tableName,
    Key: toAttributes({ ...checkKey(key) }),
    ConsistentRead: consistent,
    ReturnConsumedCapacity: 'TOTAL',
  } as const;
  const answer = await call(engine, true, () => engine.client.call('GetItem', command));
  reportRead(engine, 'get', capacity(answer.ConsumedCapacity));
  return answer.Item === undefined ? undefined : toItem(answer.Item);
}

export async function getItems(
  engine: Engine,
  keys: readonly Key[],
  consistent: boolean,
): Promise<(Item | undefined)[]> {
  const distinct = new Map(keys.map(checkKey).map((key) => [nameOf(key), key]));
  const found = new Map<string, Item>();
  const wanted = Array.from(distinct.values());
  let units = 0;
  for (let start = 0; start < wanted.length; start += BATCH) {
    const answer = await batch(engine, wanted.slice(start, start + BATCH), consistent);
    for (const item of answer.items) found.set(nameOf(item), item);
    units += answer.units;
  }
  if (keys.length > 0) reportRead(engine, 'getMany', units);
  return keys.map((key) => found.get(nameOf(key)));
}

async function batch(
  engine: Engine,
  keys: readonly Key[],
  consistent: boolean,
): Promise<{ items: Item[]; units: number }> {
  const items: Item[] = [];
  let units = 0;
  let emptyAnswers = 0;
  let pending: Record<string, AttributeValue>[] = keys.map((key) => toAttributes({ ...key }));
  while (pending.length > 0) {
    const RequestItems = { [engine.tableName]: { Keys: pending, ConsistentRead: consistent } };
    const answer = await call(engine, true, () =>
      engine.client.call('BatchGetItem', { RequestItems, ReturnConsumedCapacity: 'TOTAL' }),
    );
    const records = answer.Responses?.[engine.tableName] ?? [];
    items.push(...records.map(toItem));
    for (const consumed of answer.ConsumedCapacity ?? []) units += capacity(consumed);
    pending = answer.UnprocessedKeys?.[engine.tableName]?.Keys ?? [];
    // A page may simply have been full; only an answer without progress means the table is throttled.
    emptyAnswers = records.length > 0 ? 0 : emptyAnswers + 1;
    if (pending.length === 0) break;
    if (emptyAnswers >= MAX_EMPTY_ANSWERS) throw new TableUnavailable('UnprocessedKeys', 'no');
    await pause(engine.retry, emptyAnswers);
  }
  return { items, units };
}

export async function queryPage(engine: Engine, spec: QuerySpec): Promise<Page> {
  const plan = planQuery(spec);
  const placeholders = new Placeholders();
  const command = {
    TableName: engine.tableName,
    ...(plan.index !== undefined && { IndexName: plan.index }),
    KeyConditionExpression: keyExpression(plan, placeholders),
    ...(plan.filter !== undefined && { FilterExpression: conditionExpression(plan.filter, placeholders) }),
    ...placeholders.attributes(),
    Limit: plan.limit,
    ScanIndexForward: !plan.descending,
    ConsistentRead: plan.consistent,
    ...(plan.after !== undefined && { ExclusiveStartKey: toAttributes(plan.after) }),
    ReturnConsumedCapacity: 'TOTAL',
  } as const;
  const answer = await call(engine, true, () => engine.client.call('Query', command));
  reportRead(engine, 'query', capacity(answer.ConsumedCapacity));
  return {
    items: (answer.Items ?? []).map(toItem),
    ...(answer.LastEvaluatedKey !== undefined && { next: toItem(answer.LastEvaluatedKey) }),
  };
}

function reportRead(engine: Engine, operation: string, readUnits: number): void {
  engine.report({ operation, readUnits, writeUnits: 0, refused: false });
}

/** A length in front keeps two keys apart whatever characters they hold. */
function nameOf({ pk, sk }: Key): string {
  return `${pk.length}:${pk}${sk}`;
}
