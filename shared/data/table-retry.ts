import { TableUnavailable } from './table-errors.ts';

export interface RetrySettings {
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** In [0, 1). */
  readonly random: () => number;
}

/** What an engine's error means for another attempt. `applied: 'unknown'`: the write may have happened. */
export type Fault = { readonly reason: string; readonly applied: 'no' | 'unknown' };

const MAX_ATTEMPTS = 6;
const BASE_MS = 25;
const CAP_MS = 1_000;

/** Refused before anything was written. The SDK does not retry a conflict of transactions by itself. */
const UNAPPLIED = new Set([
  'TransactionConflictException',
  'TransactionConflict',
  'ThrottlingException',
  'ThrottlingError',
  'Throttling',
  'ProvisionedThroughputExceededException',
  'ProvisionedThroughputExceeded',
  'RequestLimitExceeded',
  'TransactionInProgressException',
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
]);

/** The engine failed, or nobody answered: a write may have happened. */
const AMBIGUOUS = new Set([
  'InternalServerError',
  'InternalFailure',
  'ServiceUnavailable',
  'ServiceUnavailableException',
  'TimeoutError',
  'RequestTimeout',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
]);

/** Undefined when the error is none that another attempt could mend. */
export function faultOf(error: unknown): Fault | undefined {
  for (const reason of namesOf(error)) {
    if (UNAPPLIED.has(reason)) return { reason, applied: 'no' };
    if (AMBIGUOUS.has(reason)) return { reason, applied: 'unknown' };
  }
  return undefined;
}

function namesOf(error: unknown): string[] {
  if (!(error instanceof Error)) return [];
  const names = [error.name];
  if ('code' in error && typeof error.code === 'string') names.push(error.code);
  // A cancelled transaction tells why in its reasons, one an operation.
  if ('CancellationReasons' in error && Array.isArray(error.CancellationReasons))
    for (const { Code } of error.CancellationReasons) names.push(String(Code));
  if ('$metadata' in error) names.push(serverFault(error.$metadata));
  return names;
}

function serverFault(metadata: unknown): string {
  if (typeof metadata !== 'object' || metadata === null || !('httpStatusCode' in metadata)) return '';
  return Number(metadata.httpStatusCode) >= 500 ? 'InternalServerError' : '';
}

/**
 * Calls until it answers, at most six times, waiting a random part of a doubling time (full jitter).
 * With `repeatable: false` an attempt that may have been applied is not repeated.
 * `attempt` is told whether an earlier attempt may have been applied. Throws `TableUnavailable`.
 */
export async function retried<T>(
  settings: RetrySettings,
  repeatable: boolean,
  attempt: (mayBeApplied: boolean) => Promise<T>,
): Promise<T> {
  let mayBeApplied = false;
  for (let failures = 0; ; failures += 1) {
    try {
      return await attempt(mayBeApplied);
    } catch (error) {
      const fault = faultOf(error);
      if (fault === undefined) throw error;
      mayBeApplied ||= fault.applied === 'unknown';
      if (failures + 1 >= MAX_ATTEMPTS || (mayBeApplied && !repeatable))
        throw new TableUnavailable(fault.reason, mayBeApplied ? 'unknown' : 'no');
    }
    await pause(settings, failures);
  }
}

/** Full jitter: anything between nothing and the doubled base. */
export function pause({ sleep, random }: RetrySettings, failures: number): Promise<void> {
  return sleep(random() * Math.min(CAP_MS, BASE_MS * 2 ** failures));
}
