import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { toAttribute } from './attribute-value.ts';
import type { Action, Operand, Source } from './changes.ts';
import type { Check, Comparison } from './condition.ts';
import { comparePaths, type Segments } from './path.ts';
import type { QueryPlan } from './query-plan.ts';
import type { Value } from './table.ts';

/** The placeholders of one request: each name and each value stands once, however often it is used. */
export class Placeholders {
  readonly #names = new Map<string, string>();
  readonly #values = new Map<string, { readonly placeholder: string; readonly attribute: AttributeValue }>();

  path(path: Segments): string {
    return path.reduce<string>(
      (text, segment) =>
        typeof segment === 'number' ? `${text}[${segment}]` : `${text}${text && '.'}${this.#name(segment)}`,
      '',
    );
  }

  value(value: Value): string {
    const attribute = toAttribute(value);
    const key = JSON.stringify(attribute);
    const known = this.#values.get(key);
    if (known !== undefined) return known.placeholder;
    const placeholder = `:v${this.#values.size}`;
    this.#values.set(key, { placeholder, attribute });
    return placeholder;
  }

  /** Only what is used: the engine refuses an empty or unused entry. */
  attributes(): {
    ExpressionAttributeNames?: Record<string, string>;
    ExpressionAttributeValues?: Record<string, AttributeValue>;
  } {
    const names = Array.from(this.#names, ([name, placeholder]) => [placeholder, name]);
    const values = Array.from(this.#values.values(), ({ placeholder, attribute }) => [
      placeholder,
      attribute,
    ]);
    return {
      ...(names.length > 0 && { ExpressionAttributeNames: Object.fromEntries(names) }),
      ...(values.length > 0 && { ExpressionAttributeValues: Object.fromEntries(values) }),
    };
  }

  #name(name: string): string {
    const placeholder = this.#names.get(name) ?? `#n${this.#names.size}`;
    this.#names.set(name, placeholder);
    return placeholder;
  }
}

const SIGNS: { readonly [comparison in Comparison]: string } = {
  eq: '=',
  ne: '<>',
  lt: '<',
  le: '<=',
  gt: '>',
  ge: '>=',
};

export function conditionExpression(check: Check, placeholders: Placeholders): string {
  switch (check.kind) {
    case 'all':
    case 'any': {
      const parts = check.of.map((each) => partExpression(each, placeholders));
      return parts.join(check.kind === 'all' ? ' AND ' : ' OR ');
    }
    case 'not':
      return `NOT (${conditionExpression(check.of, placeholders)})`;
    default:
      return leafExpression(check, placeholders);
  }
}

/** Parentheses only where they mean something: the engine refuses redundant ones. */
function partExpression(check: Check, placeholders: Placeholders): string {
  const text = conditionExpression(check, placeholders);
  return check.kind === 'all' || check.kind === 'any' ? `(${text})` : text;
}

type Leaf = Exclude<Check, { kind: 'all' | 'any' | 'not' }>;

function leafExpression(check: Leaf, placeholders: Placeholders): string {
  const path = placeholders.path(check.path);
  switch (check.kind) {
    case 'exists':
      return check.expected ? `attribute_exists(${path})` : `attribute_not_exists(${path})`;
    case 'compare':
      return `${path} ${SIGNS[check.comparison]} ${placeholders.value(check.value)}`;
    case 'size':
      return `size(${path}) ${SIGNS[check.comparison]} ${placeholders.value(check.value)}`;
    case 'between':
      return `${path} BETWEEN ${placeholders.value(check.low)} AND ${placeholders.value(check.high)}`;
    case 'in':
      return `${path} IN (${check.values.map((value) => placeholders.value(value)).join(', ')})`;
    case 'beginsWith':
      return `begins_with(${path}, ${placeholders.value(check.prefix)})`;
    case 'contains':
      return `contains(${path}, ${placeholders.value(check.value)})`;
  }
}

export function updateExpression(actions: readonly Action[], placeholders: Placeholders): string {
  const sets = actions.flatMap((action) =>
    action.kind === 'set'
      ? [`${placeholders.path(action.path)} = ${operandExpression(action.operand, placeholders)}`]
      : [],
  );
  const removed = actions.flatMap(({ kind, path }) => (kind === 'remove' ? [path] : []));
  // DynamoDB takes positions as they were before; the embedded engine removes one by one. Last first suits both.
  const ordered = removed.toSorted((left, right) => comparePaths(right, left));
  const removes = ordered.map((path) => placeholders.path(path));
  return [
    ...(sets.length > 0 ? [`SET ${sets.join(', ')}`] : []),
    ...(removes.length > 0 ? [`REMOVE ${removes.join(', ')}`] : []),
  ].join(' ');
}

function operandExpression(operand: Operand, placeholders: Placeholders): string {
  if (operand.kind === 'sum')
    return `${sourceExpression(operand.left, placeholders)} + ${placeholders.value(operand.plus)}`;
  if (operand.kind === 'join') {
    const parts = [operand.left, operand.right].map((part) => sourceExpression(part, placeholders));
    return `list_append(${parts.join(', ')})`;
  }
  return sourceExpression(operand, placeholders);
}

function sourceExpression(source: Source, placeholders: Placeholders): string {
  if (source.kind === 'literal') return placeholders.value(source.value);
  const path = placeholders.path(source.path);
  return source.orElse === undefined ? path : `if_not_exists(${path}, ${placeholders.value(source.orElse)})`;
}

export function keyExpression(plan: QueryPlan, placeholders: Placeholders): string {
  const partition = `${placeholders.path([plan.partitionKey])} = ${placeholders.value(plan.pk)}`;
  if (plan.range === undefined) return partition;
  const path: Segments = [plan.sortKey];
  const { range } = plan;
  if (range.kind === 'between') return `${partition} AND ${leafExpression({ ...range, path }, placeholders)}`;
  if (range.kind === 'beginsWith')
    return `${partition} AND ${leafExpression({ kind: 'beginsWith', path, prefix: range.value }, placeholders)}`;
  const leaf: Leaf = { kind: 'compare', path, comparison: range.kind, value: range.value };
  return `${partition} AND ${leafExpression(leaf, placeholders)}`;
}
