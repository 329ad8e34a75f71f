import { parsePath } from './path.ts';
import type { Changes, Condition, Key, Value } from './table.ts';
import { InvalidTableCall } from './table-errors.ts';

/**
 * What the key of an item says of it already (ids, a day), so that the item need not store it: it is left out where
 * the item is written and put back where it is read. Scalars only.
 */
export type Said<T> = (key: Key) => Partial<T>;

type Attributes = { readonly [name: string]: Value };

/** The attributes without those that the key says. @throws InvalidTableCall where it says otherwise */
export function withoutSaid(attributes: Attributes, said: Attributes): Attributes {
  const rest = Object.entries(attributes).filter(([name, value]) => {
    if (!Object.hasOwn(said, name)) return true;
    if (value !== said[name]) throw new InvalidTableCall(`the key says otherwise of ${name}`);
    return false;
  });
  return Object.fromEntries(rest);
}

/** @throws InvalidTableCall where a change or a condition names what is not stored: it would be lost, or never hold */
export function checkUnsaid(
  said: Attributes,
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
