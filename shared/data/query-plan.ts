import { checkKey, checkKeyString } from './carried.ts';
import { type Check, parseCondition } from './condition.ts';
import { tableIndexes, tableKeys } from './schema.ts';
import type { IndexName, Item, QuerySpec } from './table.ts';
import { InvalidTableCall } from './table-errors.ts';
import { compareUtf8 } from './value.ts';

/** The range of sort keys a query reads. */
export type Range =
  | { readonly kind: 'eq' | 'lt' | 'le' | 'gt' | 'ge' | 'beginsWith'; readonly value: string }
  | { readonly kind: 'between'; readonly low: string; readonly high: string };

/** A query taken apart and checked, the same for both implementations. */
export interface QueryPlan {
  readonly index: IndexName | undefined;
  readonly partitionKey: string;
  readonly sortKey: string;
  readonly pk: string;
  readonly range: Range | undefined;
  readonly limit: number;
  /** The key attributes of the item to go on after. */
  readonly after: Item | undefined;
  readonly descending: boolean;
  readonly consistent: boolean;
  readonly filter: Check | undefined;
}

const DEFAULT_LIMIT = 100;

/** Throws `InvalidTableCall` on what the engine would refuse. */
export function planQuery(spec: QuerySpec): QueryPlan {
  const { index, pk, limit = DEFAULT_LIMIT, descending = false, consistent = false } = spec;
  const keys = index === undefined ? tableKeys : tableIndexes[index];
  if (keys === undefined) throw new InvalidTableCall('there is no such index');
  checkKeyString(pk, 2048);
  if (consistent && index !== undefined) throw new InvalidTableCall('an index is never strongly consistent');
  if (!Number.isSafeInteger(limit) || limit < 1) throw new InvalidTableCall('a page holds one item or more');
  const { partitionKey, sortKey } = keys;
  return {
    ...{ index, partitionKey, sortKey, pk, limit, descending, consistent },
    range: spec.sk === undefined ? undefined : rangeOf(spec.sk),
    after: spec.after === undefined ? undefined : startOf(spec.after, partitionKey, sortKey, pk),
    filter: spec.where === undefined ? undefined : filterOf(spec.where, [partitionKey, sortKey]),
  };
}

/** Whether a sort key lies before (−1), in (0) or behind (1) the range. */
export function placeInRange(range: Range | undefined, sort: string): number {
  if (range === undefined) return 0;
  if (range.kind === 'between')
    return compareUtf8(sort, range.low) < 0 ? -1 : Math.max(0, Math.sign(compareUtf8(sort, range.high)));
  const order = Math.sign(compareUtf8(sort, range.value));
  switch (range.kind) {
    case 'eq':
      return order;
    case 'lt':
      return order < 0 ? 0 : 1;
    case 'le':
      return Math.max(0, order);
    case 'gt':
      return order > 0 ? 0 : -1;
    case 'ge':
      return Math.min(0, order);
    case 'beginsWith':
      return sort.startsWith(range.value) ? 0 : order;
  }
}

function rangeOf(clause: NonNullable<QuerySpec['sk']>): Range {
  const [entry, ...more] = Object.entries(clause);
  if (entry === undefined || more.length > 0)
    throw new InvalidTableCall('a range of sort keys takes exactly one operator');
  const [kind] = entry;
  if (kind === 'between' && clause.between !== undefined) {
    const [low, high] = clause.between;
    checkKeyString(low, 1024);
    checkKeyString(high, 1024);
    if (compareUtf8(low, high) > 0) throw new InvalidTableCall('the bounds of between are upside down');
    return { kind, low, high };
  }
  if (!isRangeKind(kind)) throw new InvalidTableCall('a range of sort keys names an unknown operator');
  const value = clause[kind];
  // begins_with takes an empty prefix nowhere: a key is never empty, so it would mean "all".
  if (value === undefined || typeof value === 'object') throw new InvalidTableCall('a sort key is a string');
  checkKeyString(value, 1024);
  return { kind, value };
}

function isRangeKind(kind: string): kind is 'eq' | 'lt' | 'le' | 'gt' | 'ge' | 'beginsWith' {
  return ['eq', 'lt', 'le', 'gt', 'ge', 'beginsWith'].includes(kind);
}

function startOf(after: Item, partitionKey: string, sortKey: string, pk: string): Item {
  const key = checkKey(after);
  const [partition, sort] = [after[partitionKey], after[sortKey]];
  if (partition !== pk) throw new InvalidTableCall('a page goes on in the partition it began in');
  checkKeyString(sort, 1024);
  return { ...key, [partitionKey]: partition, [sortKey]: sort };
}

function filterOf(where: QuerySpec['where'] & object, keys: readonly string[]): Check {
  const check = parseCondition(where);
  if (touches(check, keys)) throw new InvalidTableCall('a filter cannot name the key it is read by: use sk');
  return check;
}

function touches(check: Check, names: readonly string[]): boolean {
  switch (check.kind) {
    case 'all':
    case 'any':
      return check.of.some((each) => touches(each, names));
    case 'not':
      return touches(check.of, names);
    default:
      return names.includes(check.path[0]);
  }
}
