import { AwsError } from '../aws/aws-error.ts';
import { toAttributes, toItem } from './attribute-value.ts';
import { refusedUnits } from './capacity.ts';
import { carriedByPut, carriedByUpdate, checkKey } from './carried.ts';
import type { Action } from './changes.ts';
import { parseCondition } from './condition.ts';
import { call, capacity, type Engine } from './dynamodb-engine.ts';
import { conditionExpression, Placeholders, updateExpression } from './expression.ts';
import type { Changes, Condition, Item, Key, WriteOptions, WriteOutcome } from './table.ts';
import { TableUnavailable } from './table-errors.ts';
import { sameValue } from './value.ts';

/** Every write asks for the item as it stood when its condition fails: the loser learns why without a read. */
const ALWAYS = {
  ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  ReturnConsumedCapacity: 'TOTAL',
} as const;

export async function putItem(engine: Engine, item: Item, options: WriteOptions): Promise<WriteOutcome> {
  const stored = carriedByPut(item, options);
  const command = {
    TableName: engine.tableName,
    Item: toAttributes(stored),
    ...conditionOf(options.if, new Placeholders()),
    ...ALWAYS,
  };
  return write(engine, 'put', {
    repeatable: true,
    stored,
    async send() {
      const answer = await engine.client.call('PutItem', command);
      return { item: stored, units: capacity(answer.ConsumedCapacity) };
    },
  });
}

export async function updateItem(
  engine: Engine,
  key: Key,
  changes: Changes,
  options: WriteOptions,
): Promise<WriteOutcome> {
  const actions = carriedByUpdate(checkKey(key), changes, options);
  const placeholders = new Placeholders();
  const command = {
    TableName: engine.tableName,
    Key: toAttributes({ ...checkKey(key) }),
    UpdateExpression: updateExpression(actions, placeholders),
    ...conditionOf(options.if, placeholders),
    ReturnValues: 'ALL_NEW',
    ...ALWAYS,
  } as const;
  return write(engine, 'update', {
    repeatable: actions.every(isRepeatable),
    async send() {
      const answer = await engine.client.call('UpdateItem', command);
      return { item: toItem(answer.Attributes ?? {}), units: capacity(answer.ConsumedCapacity) };
    },
  });
}

export async function deleteItem(
  engine: Engine,
  key: Key,
  condition: Condition | undefined,
): Promise<WriteOutcome<Item | undefined>> {
  const command = {
    TableName: engine.tableName,
    Key: toAttributes({ ...checkKey(key) }),
    ...conditionOf(condition, new Placeholders()),
    ReturnValues: 'ALL_OLD',
    ...ALWAYS,
  } as const;
  return write(engine, 'delete', {
    repeatable: true,
    async send(): Promise<Done<Item | undefined>> {
      const { Attributes, ConsumedCapacity } = await engine.client.call('DeleteItem', command);
      return { item: Attributes && toItem(Attributes), units: capacity(ConsumedCapacity) };
    },
  });
}

/** `placeholders` are shared with the update's own expression, so their maps come out once, here. */
export function conditionOf(condition: Condition | undefined, placeholders: Placeholders): object {
  const expression = condition !== undefined && conditionExpression(parseCondition(condition), placeholders);
  return {
    ...(expression !== false && { ConditionExpression: expression }),
    ...placeholders.attributes(),
  };
}

/** Adding or appending twice differs from once; so does copying a value that the first time has replaced. */
function isRepeatable(action: Action): boolean {
  return action.kind === 'remove' || action.operand.kind === 'literal';
}

interface Done<T> {
  readonly item: T;
  readonly units: number;
}

interface Write<T> {
  readonly repeatable: boolean;
  /** What stands there if an earlier, unanswered attempt has written after all. */
  readonly stored?: T & Item;
  send(): Promise<Done<T>>;
}

type Written<T> = { readonly ok: true; readonly item: T } | (WriteOutcome & { readonly ok: false });

async function write<T>(engine: Engine, operation: string, how: Write<T>): Promise<Written<T>> {
  return call(engine, how.repeatable, async (mayBeApplied) => {
    try {
      const { item, units } = await how.send();
      engine.report({ operation, readUnits: 0, writeUnits: units, refused: false });
      return { ok: true, item };
    } catch (error) {
      if (!(error instanceof AwsError && error.name === 'ConditionalCheckFailedException')) throw error;
      const current = error.item && toItem(error.item);
      // The engine bills a refusal by the item as it stood, and does not report it.
      engine.report({ operation, readUnits: 0, writeUnits: refusedUnits(current), refused: true });
      if (!mayBeApplied) return { ok: false, current };
      if (how.stored !== undefined && sameValue(current, how.stored)) return { ok: true, item: how.stored };
      // Refused, perhaps by our own unanswered write: neither yes nor no would be true.
      throw new TableUnavailable(error.name, 'unknown');
    }
  });
}
