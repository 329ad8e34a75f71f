import type { Action, Operand, Source } from './changes.ts';
import { comparePaths, isList, isMap, valueAt } from './path.ts';
import type { Item, Key, Value } from './table.ts';
import { InvalidTableCall } from './table-errors.ts';

/**
 * The item after an update, as the engine would leave it: every operand is read from the item before the write.
 * Throws `InvalidTableCall` where the engine answers ValidationException: a missing parent, a missing source,
 * an operand of the wrong kind.
 */
export function applied(actions: readonly Action[], before: Item | undefined, key: Key): Item {
  const base: Item = before ?? { ...key };
  const sets = actions.flatMap((action) =>
    action.kind === 'set' ? [{ path: action.path, value: operandValue(action.operand, base) }] : [],
  );
  const removes = actions.flatMap(({ kind, path }) => (kind === 'remove' ? [path] : []));
  let after: Value = base;
  // Ascending, because what lies beyond a list's end is appended in the order of its positions.
  for (const { path, value } of sets.toSorted((left, right) => comparePaths(left.path, right.path)))
    after = withValue(after, path, value);
  // Descending, because positions are those before the write.
  for (const path of removes.toSorted((left, right) => comparePaths(right, left)))
    after = withoutValue(after, path);
  const { pk, sk } = key;
  return Object.freeze({ ...asMap(after), pk, sk });
}

function operandValue(operand: Operand, item: Item): Value {
  if (operand.kind === 'sum') {
    const left = sourceValue(operand.left, item);
    if (typeof left !== 'number') throw new InvalidTableCall('only a number can be added to');
    return decimalSum(left, operand.plus);
  }
  if (operand.kind === 'join') {
    const [left, right] = [sourceValue(operand.left, item), sourceValue(operand.right, item)];
    if (!isList(left) || !isList(right)) throw new InvalidTableCall('only lists can be joined');
    return Object.freeze([...left, ...right]);
  }
  return sourceValue(operand, item);
}

function sourceValue(source: Source, item: Item): Value {
  if (source.kind === 'literal') return source.value;
  const found = valueAt(item, source.path);
  // Null is a value: only what is missing has a substitute.
  const value = found === undefined ? source.orElse : found;
  if (value === undefined) throw new InvalidTableCall('a change reads an attribute that is not there');
  return value;
}

/** The engine adds decimals exactly; so does this, for the fractions that JavaScript would blur. */
function decimalSum(left: number, plus: number): number {
  const sum = left + plus;
  if (Number.isInteger(left)) {
    if (!Number.isSafeInteger(sum)) throw new InvalidTableCall('a sum exceeds 2^53-1');
    return sum;
  }
  const [mantissa = '', exponent = '0'] = left.toExponential().split('e');
  const decimals = mantissa.replace(/[-.]/g, '').length - 1 - Number(exponent);
  return Number(sum.toFixed(Math.min(decimals, 100)));
}

function withValue(holder: Value, path: readonly (string | number)[], value: Value): Value {
  const [segment, ...rest] = path;
  if (segment === undefined) return value;
  if (typeof segment === 'number') {
    if (!isList(holder)) throw invalidPath();
    if (segment >= holder.length && rest.length > 0) throw invalidPath();
    const list = [...holder];
    list[Math.min(segment, list.length)] = withValue(list[segment] ?? null, rest, value);
    return Object.freeze(list);
  }
  if (!isMap(holder)) throw invalidPath();
  const inner = Object.hasOwn(holder, segment) ? holder[segment] : undefined;
  if (inner === undefined && rest.length > 0) throw invalidPath();
  return Object.freeze({ ...holder, [segment]: withValue(inner ?? null, rest, value) });
}

function withoutValue(holder: Value, path: readonly (string | number)[]): Value {
  const [segment, ...rest] = path;
  if (segment === undefined) return holder;
  if (typeof segment === 'number') {
    if (!isList(holder)) throw invalidPath();
    const element = holder[segment];
    if (rest.length === 0) return Object.freeze(holder.filter((_, index) => index !== segment));
    if (element === undefined) throw invalidPath();
    return Object.freeze(holder.with(segment, withoutValue(element, rest)));
  }
  if (!isMap(holder)) throw invalidPath();
  const { [segment]: element, ...others } = holder;
  if (rest.length === 0) return Object.freeze(others);
  if (element === undefined) throw invalidPath();
  return Object.freeze({ ...holder, [segment]: withoutValue(element, rest) });
}

function asMap(value: Value): { readonly [name: string]: Value } {
  if (!isMap(value)) throw invalidPath();
  return value;
}

function invalidPath(): InvalidTableCall {
  return new InvalidTableCall('a change goes through something that is missing or of another kind');
}
