import { AwsError } from '../aws/aws-error.ts';
import type { Consumed } from './table.ts';
import type { TableClient } from './table-client.ts';
import { InvalidTableCall, TableUnavailable } from './table-errors.ts';
import { type RetrySettings, retried } from './table-retry.ts';

/** What each operation over the engine needs. */
export interface Engine {
  readonly client: Pick<TableClient, 'call'>;
  readonly tableName: string;
  readonly retry: RetrySettings;
  readonly report: (consumed: Consumed) => void;
}

/** Calls with retries and answers in the layer's own errors; nothing of a key or an item is in their messages. */
export async function call<T>(
  engine: Engine,
  repeatable: boolean,
  attempt: (mayBeApplied: boolean) => Promise<T>,
): Promise<T> {
  try {
    return await retried(engine.retry, repeatable, attempt);
  } catch (error) {
    throw translated(error);
  }
}

function translated(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof TableUnavailable || error instanceof InvalidTableCall)
    return error;
  const { name } = error;
  // The engine's text can quote a value, so only its name goes on.
  if (name === 'ValidationException' || name === 'IdempotentParameterMismatchException')
    return new InvalidTableCall(`the engine refused the call: ${name}`);
  if (name === 'TransactionCanceledException')
    return new InvalidTableCall('the engine refused an operation of the transaction');
  return error instanceof AwsError ? new TableUnavailable(name, 'no') : error;
}

/** Only the total: the engine's answer splits it by index. */
export function capacity(consumed: { readonly CapacityUnits?: number | undefined } | undefined): number {
  return consumed?.CapacityUnits ?? 0;
}
