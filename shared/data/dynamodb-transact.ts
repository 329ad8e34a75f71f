import { randomUUID } from 'node:crypto';
import type { CancellationReason, TransactWriteItem } from '@aws-sdk/client-dynamodb';
import { AwsError } from '../aws/aws-error.ts';
import { toAttributes, toItem } from './attribute-value.ts';
import { refusedUnits } from './capacity.ts';
import { carriedByPut, carriedByUpdate, checkKey } from './carried.ts';
import { parseCondition } from './condition.ts';
import { call, capacity, type Engine } from './dynamodb-engine.ts';
import { conditionOf } from './dynamodb-write.ts';
import { conditionExpression, Placeholders, updateExpression } from './expression.ts';
import type { TransactOperation, TransactOutcome } from './table.ts';
import { checkTransaction } from './transaction.ts';

export async function transactItems(
  engine: Engine,
  operations: readonly TransactOperation[],
  token: string = randomUUID(),
): Promise<TransactOutcome> {
  checkTransaction(operations, token);
  const command = {
    TransactItems: operations.map((operation) => toTransactItem(engine.tableName, operation)),
    ClientRequestToken: token,
    ReturnConsumedCapacity: 'TOTAL',
  } as const;
  // The token makes a repeat a no-op, whatever became of the attempt before.
  return call(engine, true, async () => {
    try {
      const answer = await engine.client.call('TransactWriteItems', command);
      reportDone(engine, answer.ConsumedCapacity ?? []);
      return { ok: true };
    } catch (error) {
      const reasons = error instanceof AwsError ? error.reasons : undefined;
      if (reasons === undefined || !isRefusal(reasons)) throw error;
      return refused(engine, reasons);
    }
  });
}

function toTransactItem(TableName: string, operation: TransactOperation): TransactWriteItem {
  const placeholders = new Placeholders();
  const old = { ReturnValuesOnConditionCheckFailure: 'ALL_OLD' } as const;
  if ('put' in operation) {
    const Item = toAttributes(carriedByPut(operation.put, operation));
    return { Put: { TableName, Item, ...conditionOf(operation.if, placeholders), ...old } };
  }
  if ('update' in operation) {
    const key = checkKey(operation.update);
    const actions = carriedByUpdate(key, operation.changes, operation);
    const UpdateExpression = updateExpression(actions, placeholders);
    const condition = conditionOf(operation.if, placeholders);
    return { Update: { TableName, Key: toAttributes({ ...key }), UpdateExpression, ...condition, ...old } };
  }
  const Key = toAttributes({ ...checkKey('delete' in operation ? operation.delete : operation.check) });
  if ('delete' in operation)
    return { Delete: { TableName, Key, ...conditionOf(operation.if, placeholders), ...old } };
  const ConditionExpression = conditionExpression(parseCondition(operation.if), placeholders);
  return {
    ConditionCheck: { TableName, Key, ConditionExpression, ...placeholders.attributes(), ...old },
  };
}

/** A failed condition decides, whatever else went wrong; an operation that can never succeed is no refusal. */
function isRefusal(reasons: readonly CancellationReason[]): boolean {
  const codes = reasons.map(({ Code }) => Code);
  return codes.includes('ConditionalCheckFailed') && !codes.includes('ValidationError');
}

function refused(engine: Engine, reasons: readonly CancellationReason[]): TransactOutcome {
  const failures = reasons.map(({ Code, Item }) => ({
    failed: Code === 'ConditionalCheckFailed',
    current: Item === undefined ? undefined : toItem(Item),
  }));
  const units = failures.reduce((sum, { current }) => sum + 2 * refusedUnits(current), 0);
  engine.report({ operation: 'transact', readUnits: 0, writeUnits: units, refused: true });
  return { ok: false, failures };
}

type Billed = Parameters<typeof capacity>[0] & { readonly ReadCapacityUnits?: number | undefined };

/** A repeat by the same token is billed as reads. */
function reportDone(engine: Engine, consumed: readonly Billed[]): void {
  const readUnits = consumed.reduce((sum, { ReadCapacityUnits = 0 }) => sum + ReadCapacityUnits, 0);
  const total = consumed.reduce((sum, each) => sum + capacity(each), 0);
  engine.report({ operation: 'transact', readUnits, writeUnits: total - readUnits, refused: false });
}
