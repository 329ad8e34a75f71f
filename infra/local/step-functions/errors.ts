/** A state failed, in the words of the Amazon States Language. What Retry and Catch see. */
export class StateError extends Error {
  readonly error: string | undefined;
  readonly reason: string | undefined;

  constructor(error: string | undefined, reason?: string) {
    super(`${error}: ${reason}`);
    this.name = 'StateError';
    this.error = error;
    this.reason = reason;
  }
}

export const queryFailed = (reason: string): StateError =>
  new StateError('States.QueryEvaluationError', reason);

/** A request is refused under AWS's name for it: the SDK turns it into an error of the same name. */
export class SfnRefusal extends Error {
  readonly type: string;

  constructor(type: string, message: string) {
    super(message);
    this.name = 'SfnRefusal';
    this.type = type;
  }
}
