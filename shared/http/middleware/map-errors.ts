import type { Context } from '../../context.ts';
import { TableUnavailable } from '../../data/table-errors.ts';
import { houseErrors, Refusal } from '../../kernel/errors.ts';
import { ObjectStoreUnavailable } from '../../objects/objects.ts';
import { type LogEntry, logEntry } from '../../observability/log.ts';
import type { Exchange, Step } from '../exchange.ts';
import { encode } from '../response.ts';

const DEFECT = logEntry('HTTP_DEFECT', 'an unexpected error ended a request');
const UNAVAILABLE = logEntry('HTTP_UNAVAILABLE', 'the table or a provider did not answer');

/** Long enough for a throttled partition to recover, short enough for a person who waits. */
const RETRY_AFTER_SECONDS = 2;

/** The only place that turns an error into HTTP. What is not a `Refusal` says nothing about itself to the caller. */
export function mapErrors(context: Context): Step {
  return {
    onError: (request) => {
      const { event, error } = request;
      const { deps, requestId, http } = event;
      const { refusal, entry } = refusalOf(error);
      const facts = { context: context.name, requestId, refusal: refusal.code };
      if (entry === DEFECT) deps.log.error(entry, facts, error);
      else if (entry !== undefined) deps.log.warn(entry, facts, refusal.details.cause ?? error);
      const headers = headersOf(refusal, event);
      request.response = encode(http, refusal.status, refusalBody(refusal, requestId), headers);
    },
  };
}

function refusalOf(error: unknown): { readonly refusal: Refusal; readonly entry?: LogEntry } {
  if (error instanceof Refusal) return { refusal: error, ...(error.status >= 500 && { entry: UNAVAILABLE }) };
  if (error instanceof TableUnavailable || error instanceof ObjectStoreUnavailable || isTimeout(error)) {
    return { refusal: houseErrors.refusal('UNAVAILABLE'), entry: UNAVAILABLE };
  }
  return { refusal: houseErrors.refusal('INTERNAL'), entry: DEFECT };
}

/** Ours (middy's, shortly before Lambda's own limit) or a provider's (`AbortSignal.timeout`). */
function isTimeout(error: unknown): boolean {
  return error instanceof Error && error.name === 'TimeoutError';
}

function headersOf({ status }: Refusal, { allowed = [] }: Exchange): Record<string, string> {
  switch (status) {
    case 401:
      return { 'www-authenticate': 'Bearer' };
    case 405:
      return { allow: allowed.join(', ') };
    case 503:
      return { 'retry-after': String(RETRY_AFTER_SECONDS) };
    default:
      return {};
  }
}

/** What the caller reads of a refusal. */
export function refusalBody({ code, message, details }: Refusal, requestId: string): object {
  const { reasons, fields, context } = details;
  return {
    code,
    message,
    requestId,
    ...(fields === undefined ? {} : { fields }),
    ...(reasons === undefined ? {} : { reasons }),
    ...(context === undefined ? {} : { context }),
  };
}
