import type { AttributeValue, TransactWriteItem } from '@aws-sdk/client-dynamodb';
import type { Answer, Post } from '../../shared/aws/post.ts';

/** What one partition takes in a second. Source: DynamoDB developer guide, "Best practices for partition keys". */
const PER_SECOND = { write: 1_000, read: 3_000 } as const;

interface Spent {
  readonly pk: string;
  readonly kind: keyof typeof PER_SECOND;
  readonly units: number;
}

/**
 * The embedded engine has no partitions: it takes any number of writes of one item. This puts DynamoDB's documented
 * limit of a partition in front of it, each partition key by itself as where one is hot, and throttles as the service
 * does. Every item counts as 1 KB at most; writes of a transaction count twice, whether it is refused or not.
 */
export function withPartitionLimits(real: Post): Post {
  const buckets = new Map<string, Bucket>();
  const bucketOf = ({ pk, kind }: Spent): Bucket => {
    const name = `${kind} ${pk}`;
    const known = buckets.get(name);
    if (known !== undefined) return known;
    const fresh = { left: PER_SECOND[kind], at: performance.now() };
    buckets.set(name, fresh);
    return fresh;
  };
  const hasRoom = (spent: Spent): boolean => {
    const bucket = bucketOf(spent);
    const perSecond = PER_SECOND[spent.kind];
    const now = performance.now();
    bucket.left = Math.min(perSecond, bucket.left + ((now - bucket.at) / 1000) * perSecond);
    bucket.at = now;
    return bucket.left >= spent.units;
  };
  return async (headers, body) => {
    const operation = headers['x-amz-target']?.split('.')[1] ?? '';
    const spent = spentBy(operation, JSON.parse(body));
    const rooms = spent.map(hasRoom);
    if (rooms.includes(false)) return throttled(operation, rooms);
    for (const each of spent) bucketOf(each).left -= each.units;
    return real(headers, body);
  };
}

interface Bucket {
  left: number;
  /** Of `performance.now()`. */
  at: number;
}

type Keyed = Readonly<Record<string, AttributeValue>>;

interface Call {
  readonly Key?: Keyed;
  readonly Item?: Keyed;
  readonly ConsistentRead?: boolean;
  readonly RequestItems?: Readonly<
    Record<string, { readonly Keys: readonly Keyed[]; readonly ConsistentRead?: boolean }>
  >;
  readonly TransactItems?: readonly TransactWriteItem[];
}

function spentBy(operation: string, call: Call): readonly Spent[] {
  const reads = (ConsistentRead = false) => ({ kind: 'read' as const, units: ConsistentRead ? 1 : 0.5 });
  switch (operation) {
    case 'GetItem':
      return [{ pk: pkOf(call.Key), ...reads(call.ConsistentRead) }];
    case 'BatchGetItem':
      return Object.values(call.RequestItems ?? {}).flatMap(({ Keys, ConsistentRead }) =>
        Keys.map((key) => ({ pk: pkOf(key), ...reads(ConsistentRead) })),
      );
    case 'PutItem':
    case 'UpdateItem':
    case 'DeleteItem':
      return [{ pk: pkOf(call.Item ?? call.Key), kind: 'write', units: 1 }];
    case 'TransactWriteItems':
      return (call.TransactItems ?? []).map(({ Put, Update, Delete, ConditionCheck }) => {
        const key = Put?.Item ?? Update?.Key ?? Delete?.Key ?? ConditionCheck?.Key;
        return { pk: pkOf(key), kind: 'write', units: 2 };
      });
    default:
      return [];
  }
}

function pkOf(key: Keyed | undefined): string {
  return key?.['pk']?.S ?? '';
}

function throttled(operation: string, rooms: readonly boolean[]): Answer {
  const answer =
    operation === 'TransactWriteItems'
      ? {
          __type: 'TransactionCanceledException',
          CancellationReasons: rooms.map((room) => ({ Code: room ? 'None' : 'ThrottlingError' })),
        }
      : { __type: 'ProvisionedThroughputExceededException' };
  return { status: 400, text: JSON.stringify(answer) };
}
