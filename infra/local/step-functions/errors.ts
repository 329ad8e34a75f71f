import { AwsRefusal } from '../http/aws-json.ts';

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

/** What the API answers a request that it refuses. */
export class SfnRefusal extends AwsRefusal {
  override readonly name = 'SfnRefusal';
}
