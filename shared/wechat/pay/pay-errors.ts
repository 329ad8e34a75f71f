/**
 * REFUSED: WeChat said no, with a code. UNAVAILABLE: no answer, or one that says to come again. UNTRUSTED: an answer
 * that is not proven to be WeChat's. MALFORMED: WeChat's, but not what its documentation promises.
 */
export type PayFault = 'REFUSED' | 'UNAVAILABLE' | 'UNTRUSTED' | 'MALFORMED';

export interface PayFailure {
  /** The call's template, e.g. `POST /v3/refund/domestic/refunds`. */
  readonly api: string;
  readonly fault: PayFault;
  /** WeChat's own code, e.g. `NOT_ENOUGH`. */
  readonly code?: string | undefined;
  /** HTTP status of the answer. */
  readonly status?: number | undefined;
  /** WeChat's number of the call, for its support. */
  readonly requestId?: string | undefined;
  /** The same call with the same numbers may succeed later. */
  readonly retryable: boolean;
  /** It may have been carried out all the same: ask by a query before acting on the opposite. */
  readonly outcomeUnknown: boolean;
}

/** A call that gave nothing. Holds no key, card, person, body, address or text of WeChat's. */
export class WeChatPayError extends Error {
  readonly api: string;
  readonly fault: PayFault;
  readonly code: string | undefined;
  readonly status: number | undefined;
  readonly requestId: string | undefined;
  readonly retryable: boolean;
  readonly outcomeUnknown: boolean;

  constructor(failure: PayFailure) {
    super('the call to WeChat Pay gave nothing');
    this.name = 'WeChatPayError';
    this.api = failure.api;
    this.fault = failure.fault;
    this.code = failure.code;
    this.status = failure.status;
    this.requestId = failure.requestId;
    this.retryable = failure.retryable;
    this.outcomeUnknown = failure.outcomeUnknown;
  }
}

/** A request of ours that WeChat could only refuse: a defect of the caller. Names the field, not its value. */
export class InvalidPayRequestError extends Error {
  readonly field: string;

  constructor(field: string) {
    super('not a request to WeChat Pay');
    this.name = 'InvalidPayRequestError';
    this.field = field;
  }
}

/** The value by which a caller tells one of WeChat's refusals from all else; anything else is thrown again. */
export async function unlessRefused<T, R>(
  call: () => Promise<T>,
  meanings: ReadonlyMap<string, R>,
): Promise<T | R> {
  try {
    return await call();
  } catch (error) {
    const code = error instanceof WeChatPayError && error.fault === 'REFUSED' ? error.code : undefined;
    const meaning = code === undefined ? undefined : meanings.get(code);
    if (meaning === undefined) throw error;
    return meaning;
  }
}
