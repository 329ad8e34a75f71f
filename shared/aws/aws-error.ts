import type { AttributeValue, CancellationReason } from '@aws-sdk/client-dynamodb';

/** What an error says besides its name; only DynamoDB's do, of failed conditions. */
interface Told {
  readonly __type?: string;
  readonly code?: string;
  readonly Item?: Record<string, AttributeValue>;
  readonly CancellationReasons?: readonly CancellationReason[];
}

/**
 * What an AWS service answered instead of a result. The service's own text stays out: it may quote what was sent.
 * `name` is the service's name for it, e.g. `ConditionalCheckFailedException`.
 */
export class AwsError extends Error {
  /** HTTP's. */
  readonly status: number;
  /** What stood there when a condition failed, where it was asked for. */
  readonly item: Record<string, AttributeValue> | undefined;
  /** Why a transaction was cancelled, one an operation. */
  readonly reasons: readonly CancellationReason[] | undefined;

  constructor(status: number, text: string) {
    const { __type, code, Item, CancellationReasons } = told(text);
    super(`an AWS service answered ${status}`);
    this.name = (__type ?? code ?? 'UnknownError').replace(/^.*#|:.*$/g, '');
    this.status = status;
    this.item = Item;
    this.reasons = CancellationReasons;
  }
}

/** A proxy's page is no JSON: then the status is all there is. */
function told(text: string): Told {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
  }
}
