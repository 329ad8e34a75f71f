import { isList, parsePath, type Segments } from './path.ts';
import { tableKeys } from './schema.ts';
import type { Condition, Scalar, Value } from './table.ts';
import { InvalidTableCall } from './table-errors.ts';
import { canonical, compareUtf8, isPlainObject, isScalar } from './value.ts';

export type Comparison = 'eq' | 'ne' | 'lt' | 'le' | 'gt' | 'ge';

/** A condition taken apart and checked; compiled for the engine by `expression.ts`, evaluated by `evaluate.ts`. */
export type Check =
  | { readonly kind: 'all' | 'any'; readonly of: readonly Check[] }
  | { readonly kind: 'not'; readonly of: Check }
  | { readonly kind: 'exists'; readonly path: Segments; readonly expected: boolean }
  | {
      readonly kind: 'compare';
      readonly path: Segments;
      readonly comparison: Comparison;
      readonly value: Value;
    }
  | {
      readonly kind: 'size';
      readonly path: Segments;
      readonly comparison: Comparison;
      readonly value: number;
    }
  | {
      readonly kind: 'between';
      readonly path: Segments;
      readonly low: string | number;
      readonly high: string | number;
    }
  | { readonly kind: 'in'; readonly path: Segments; readonly values: readonly Scalar[] }
  | { readonly kind: 'beginsWith'; readonly path: Segments; readonly prefix: string }
  | { readonly kind: 'contains'; readonly path: Segments; readonly value: Scalar };

/** DynamoDB's own limit for IN. */
const MAX_IN = 100;

/** Throws `InvalidTableCall` on anything vague: no clause, an undefined operand, an unknown operator. */
export function parseCondition(condition: Condition): Check {
  const checks = Object.entries(condition).flatMap(([key, clause]) =>
    key.startsWith('$') ? [combined(key, condition)] : clauses(parsePath(key), clause),
  );
  return group('all', checks, 'a condition');
}

/** One check needs no group: the engine refuses redundant parentheses. */
function group(kind: 'all' | 'any', checks: readonly Check[], what: string): Check {
  const [only] = checks;
  if (only === undefined) throw new InvalidTableCall(`${what} is empty: leave it out`);
  return checks.length === 1 ? only : { kind, of: checks };
}

function combined(key: string, condition: Condition): Check {
  const { $exists, $any, $all, $not } = condition;
  if (key === '$exists' && typeof $exists === 'boolean')
    return { kind: 'exists', path: [tableKeys.partitionKey], expected: $exists };
  if (key === '$any' && isList($any)) return group('any', $any.map(parseCondition), '$any');
  if (key === '$all' && isList($all)) return group('all', $all.map(parseCondition), '$all');
  if (key === '$not' && isPlainObject($not)) return { kind: 'not', of: parseCondition($not) };
  throw new InvalidTableCall(`a condition's ${key} is unknown, empty or of the wrong kind`);
}

function clauses(path: Segments, clause: unknown): Check[] {
  if (isScalar(clause)) return [comparison(path, 'eq', clause)];
  // An undefined operand is a mistake that must not turn into "no condition".
  if (!isPlainObject(clause)) throw new InvalidTableCall('a clause is a scalar or an object of operators');
  return [
    group(
      'all',
      Object.entries(clause).map(([operator, operand]) => parseOperator(path, operator, operand)),
      'a clause',
    ),
  ];
}

function parseOperator(path: Segments, operator: string, operand: unknown): Check {
  switch (operator) {
    case 'eq':
    case 'ne':
      return comparison(path, operator, operand);
    case 'lt':
    case 'le':
    case 'gt':
    case 'ge':
      return { kind: 'compare', path, comparison: operator, value: orderable(operand) };
    case 'between':
      return between(path, operand);
    case 'in':
      return membership(path, operand);
    case 'exists':
      if (typeof operand !== 'boolean') throw new InvalidTableCall('exists takes true or false');
      return { kind: 'exists', path, expected: operand };
    case 'beginsWith':
      if (typeof operand !== 'string') throw new InvalidTableCall('beginsWith takes a string');
      return { kind: 'beginsWith', path, prefix: operand };
    case 'contains':
      return { kind: 'contains', path, value: scalar(operand) };
    case 'size':
      return sizes(path, operand);
    default:
      throw new InvalidTableCall('a clause names an unknown operator');
  }
}

function comparison(path: Segments, operator: Comparison, operand: unknown): Check {
  if (operand === undefined) throw new InvalidTableCall('a comparison with undefined');
  return { kind: 'compare', path, comparison: operator, value: canonical(operand) };
}

function orderable(operand: unknown): string | number {
  const value = canonical(operand);
  if (typeof value === 'string' || typeof value === 'number') return value;
  throw new InvalidTableCall('an ordering compares strings or numbers');
}

function scalar(operand: unknown): Scalar {
  const value = canonical(operand);
  if (isScalar(value)) return value;
  throw new InvalidTableCall('an operand must be a scalar');
}

function between(path: Segments, operand: unknown): Check {
  if (!isList(operand) || operand.length !== 2) throw new InvalidTableCall('between takes two bounds');
  const [low, high] = [orderable(operand[0]), orderable(operand[1])];
  if (typeof low !== typeof high || ordered(high, low))
    throw new InvalidTableCall('the bounds of between are of two kinds or upside down');
  return { kind: 'between', path, low, high };
}

function ordered(left: string | number, right: string | number): boolean {
  if (typeof left === 'number' && typeof right === 'number') return left < right;
  return compareUtf8(String(left), String(right)) < 0;
}

function membership(path: Segments, operand: unknown): Check {
  if (!isList(operand) || operand.length === 0 || operand.length > MAX_IN)
    throw new InvalidTableCall(`in takes 1 to ${MAX_IN} scalars`);
  return { kind: 'in', path, values: operand.map(scalar) };
}

function sizes(path: Segments, operand: unknown): Check {
  if (!isPlainObject(operand)) throw new InvalidTableCall('size takes an object of comparisons');
  const checks = Object.entries(operand).map(([operator, value]): Check => {
    if (operator !== 'eq' && operator !== 'lt' && operator !== 'le' && operator !== 'gt' && operator !== 'ge')
      throw new InvalidTableCall('size takes eq, lt, le, gt or ge');
    if (typeof value !== 'number' || !Number.isSafeInteger(value))
      throw new InvalidTableCall('size is compared with an integer');
    return { kind: 'size', path, comparison: operator, value };
  });
  return group('all', checks, 'a size');
}
