import { AwsError } from './aws-error.ts';

/** What an error means for another attempt. `applied: 'unknown'`: a write may have happened. */
export type Fault = { readonly reason: string; readonly applied: 'no' | 'unknown' };

/** Refused before anything was done. */
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

/** The service failed, or nobody answered: a write may have happened. */
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
  if (!(error instanceof AwsError)) return names;
  // A cancelled transaction tells why in its reasons, one an operation.
  for (const { Code = '' } of error.reasons ?? []) names.push(Code);
  if (error.status >= 500) names.push('InternalServerError');
  return names;
}
