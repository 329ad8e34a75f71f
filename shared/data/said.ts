import { parsePath } from './path.ts';
import type { Changes, Condition, Key, Value } from './table.ts';
import { InvalidTableCall } from './table-errors.ts';

/**
 * What the key of an item says of it already (ids, a day), so that the item need not store it: it is left out where
 * the item is written and put back where it is read. Scalars only.
 */
export type Said<T> = { readonly [Name in keyof T]?: (key: Key) => T[Name] };

type Attributes = { readonly [name: string]: Value };

/** The value as its item stores it. @throws InvalidTableCall where the key says otherwise */
export function withoutSaid<T>(said: Said<T>, key: Key, attributes: Attributes): Attributes {
  const known: { readonly [name: string]: unknown } = saidBy(said, key);
  const rest = Object.entries(attributes).filter(([name, value]) => {
    if (!Object.hasOwn(said, name)) return true;
    if (value !== known[name]) throw new InvalidTableCall(`the key says otherwise of ${name}`);
    return false;
  });
  return Object.fromEntries(rest);
}

/** The attributes that the key says. */
export function saidBy<T>(said: Said<T>, key: Key): Partial<T> {
  const names = Object.keys(said) as (keyof T)[];
  return Object.fromEntries(names.map((name) => [name, said[name]?.(key)])) as Partial<T>;
}

/** @throws InvalidTableCall where a change or a condition names what is not stored: it would be lost, or never hold */
export function checkUnsaid<T>(
  said: Said<T>,
  changes: Changes | undefined,
  condition: Condition | undefined,
): void {
  const changed = Object.values(changes ?? {}).flatMap((each) =>
    Array.isArray(each) ? each : Object.keys(each),
  );
  for (const path of [...changed, ...pathsOf(condition ?? {})])
    if (Object.hasOwn(said, parsePath(path)[0]))
      throw new InvalidTableCall(`the key says ${path}: it is not stored`);
}

function pathsOf(condition: Condition): readonly string[] {
  const { $exists, $any = [], $all = [], $not, ...clauses } = condition;
  const inner = [...$any, ...$all, ...($not === undefined ? [] : [$not])];
  return [...Object.keys(clauses), ...inner.flatMap(pathsOf)];
}
