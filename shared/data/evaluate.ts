import type { Check, Comparison } from './condition.ts';
import { isList, isMap, valueAt } from './path.ts';
import type { Item, Value } from './table.ts';
import { compareUtf8, sameValue } from './value.ts';

/** Whether a condition holds for an item as the engine would judge it; a missing item has no attributes. */
export function holds(check: Check, item: Item | undefined): boolean {
  switch (check.kind) {
    case 'all':
      return check.of.every((each) => holds(each, item));
    case 'any':
      return check.of.some((each) => holds(each, item));
    case 'not':
      return !holds(check.of, item);
    default:
      return leafHolds(check, valueAt(item, check.path));
  }
}

type Leaf = Exclude<Check, { kind: 'all' | 'any' | 'not' }>;

function leafHolds(check: Leaf, value: Value | undefined): boolean {
  switch (check.kind) {
    case 'exists':
      return (value !== undefined) === check.expected;
    case 'compare':
      return compares(value, check.comparison, check.value);
    case 'size':
      return compares(sizeOf(value), check.comparison, check.value);
    case 'between':
      return compares(value, 'ge', check.low) && compares(value, 'le', check.high);
    case 'in':
      return check.values.some((each) => sameValue(value, each));
    case 'beginsWith':
      return typeof value === 'string' && value.startsWith(check.prefix);
    case 'contains':
      if (isList(value)) return value.some((element) => sameValue(element, check.value));
      return typeof value === 'string' && typeof check.value === 'string' && value.includes(check.value);
  }
}

/** A missing value equals nothing and has no order; values of two types have none either. */
function compares(value: Value | undefined, comparison: Comparison, operand: Value): boolean {
  if (comparison === 'eq') return sameValue(value, operand);
  if (comparison === 'ne') return !sameValue(value, operand);
  const order = orderOf(value, operand);
  if (order === undefined) return false;
  if (comparison === 'lt') return order < 0;
  if (comparison === 'le') return order <= 0;
  return comparison === 'gt' ? order > 0 : order >= 0;
}

function orderOf(left: Value | undefined, right: Value): number | undefined {
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  return typeof left === 'string' && typeof right === 'string' ? compareUtf8(left, right) : undefined;
}

function sizeOf(value: Value | undefined): number | undefined {
  if (typeof value === 'string' || isList(value)) return value.length;
  return isMap(value) ? Object.keys(value).length : undefined;
}
