import { Refusal } from './kernel/errors.ts';
import { framesOf } from './observability/error-facts.ts';

/** A message nobody declared: it goes to the dead-letter queue instead of being swallowed. */
export class UnknownMessage extends Error {
  override readonly name = 'UnknownMessage';

  constructor(kind: string) {
    super(`no ${kind} of this name is declared`);
  }
}

/** A task's input or output, or an event, that is not as declared. Names the fields, never what they hold. */
export class InvalidMessage extends Error {
  override readonly name = 'InvalidMessage';

  constructor(kind: string, fields = '') {
    super(`the ${kind} is not as declared: ${fields}`);
  }
}

/**
 * The error as it may leave the function: its name (of a `Refusal`, its code), where it came from, and no message
 * but those that are written in the code.
 */
export function messageless(error: unknown): Error {
  if (error instanceof UnknownMessage || error instanceof InvalidMessage) return error;
  const known = error instanceof Error ? error : new Error('what was thrown is no error');
  const left = new Error(known instanceof Refusal ? known.message : 'see WORKER_FAILED of this request');
  left.name = known instanceof Refusal ? known.code : known.name;
  left.stack = [left.name, ...framesOf(known)].join('\n    ');
  return left;
}
