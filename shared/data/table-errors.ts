/** A call that can never succeed as written: a broken path, an oversized item, a wrong operand. A bug of the caller. */
export class InvalidTableCall extends Error {
  override readonly name = 'InvalidTableCall';
  readonly code = 'TABLE_INVALID_CALL';
}

/**
 * The engine did not answer within the retries. The message never carries keys or items.
 * `applied` says what is known of a write: `no`, or `unknown` when it may have happened all the same.
 */
export class TableUnavailable extends Error {
  override readonly name = 'TableUnavailable';
  readonly code = 'TABLE_UNAVAILABLE';
  /** The engine's error name, e.g. `ThrottlingException`. */
  readonly reason: string;
  readonly applied: 'no' | 'unknown';

  constructor(reason: string, applied: 'no' | 'unknown') {
    super('the table did not answer');
    this.reason = reason;
    this.applied = applied;
  }
}
