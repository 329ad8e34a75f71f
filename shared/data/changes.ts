import { isList, isMap, overlap, parsePath, type Segments } from './path.ts';
import { tableKeys } from './schema.ts';
import type { Changes, FromPath, Joined, Path, Value } from './table.ts';
import { InvalidTableCall } from './table-errors.ts';
import { canonical } from './value.ts';

/** Where a value comes from; a path is read as it was before the write. */
export type Source =
  | { readonly kind: 'literal'; readonly value: Value }
  | { readonly kind: 'path'; readonly path: Segments; readonly orElse?: Value };

export type Operand =
  | Source
  | { readonly kind: 'sum'; readonly left: Source; readonly plus: number }
  | { readonly kind: 'join'; readonly left: Source; readonly right: Source };

/** One change taken apart; compiled for the engine by `expression.ts`, applied by `evaluate.ts`. */
export type Action =
  | { readonly kind: 'set'; readonly path: Segments; readonly operand: Operand }
  | { readonly kind: 'remove'; readonly path: Segments };

/** Throws `InvalidTableCall` on an unusable path or operand. Undefined entries of `set` are left out. */
export function parseChanges(changes: Changes): Action[] {
  const actions: Action[] = [];
  for (const [path, value] of Object.entries(changes.set ?? {}))
    if (value !== undefined) actions.push(set(path, setOperand(value)));
  for (const [path, value] of Object.entries(changes.setIfAbsent ?? {}))
    actions.push(set(path, { kind: 'path', path: parsePath(path), orElse: canonical(value) }));
  for (const [path, amount] of Object.entries(changes.add ?? {}))
    actions.push(set(path, sum({ kind: 'path', path: parsePath(path), orElse: 0 }, amount)));
  for (const [path, added] of Object.entries(changes.append ?? {}))
    actions.push(set(path, { kind: 'join', left: listAt(path), right: literalList(added) }));
  for (const path of changes.remove ?? []) actions.push({ kind: 'remove', path: parsePath(path) });
  const known = ['set', 'setIfAbsent', 'add', 'append', 'remove'];
  if (Object.keys(changes).some((name) => !known.includes(name)))
    throw new InvalidTableCall('changes name an unknown kind');
  return actions;
}

/** Refuses what the engine refuses, or leaves undefined, before it is sent. */
export function checkActions(actions: readonly Action[]): void {
  if (actions.length === 0) throw new InvalidTableCall('an update changes nothing');
  for (const [index, action] of actions.entries()) {
    const [top] = action.path;
    if (top === tableKeys.partitionKey || top === tableKeys.sortKey)
      throw new InvalidTableCall('a key attribute never changes');
    for (const other of actions.slice(index + 1)) checkPair(action, other);
  }
}

function checkPair(one: Action, other: Action): void {
  if (overlap(one.path, other.path)) throw new InvalidTableCall('two changes overlap');
  const fork = one.path.findIndex((segment, index) => segment !== other.path[index]);
  const [left, right] = [one.path[fork], other.path[fork]];
  if (typeof left !== typeof right)
    throw new InvalidTableCall('a path is a list in one change, a map in another');
  if (typeof left === 'number' && (shifts(one, other, fork) || shifts(other, one, fork)))
    throw new InvalidTableCall('one change removes from a list in which another sets');
}

/** Positions move up when one is removed: what a set beside it would hit is not documented. */
function shifts(remover: Action, other: Action, fork: number): boolean {
  return remover.kind === 'remove' && remover.path.length === fork + 1 && other.kind === 'set';
}

function set(path: Path, operand: Operand): Action {
  return { kind: 'set', path: parsePath(path), operand };
}

function setOperand(value: Value | FromPath | Joined): Operand {
  if (!isMap(value)) return { kind: 'literal', value: canonical(value) };
  if ('$from' in value) return copied(value.$from, value['$plus'], Object.keys(value).length);
  if ('$join' in value) return joined(value.$join);
  return { kind: 'literal', value: canonical(value) };
}

function copied(from: Value, plus: Value | undefined, entries: number): Operand {
  if (typeof from !== 'string') throw new InvalidTableCall('$from takes a path');
  const source: Source = { kind: 'path', path: parsePath(from) };
  if (plus === undefined && entries === 1) return source;
  if (typeof plus !== 'number' || entries !== 2)
    throw new InvalidTableCall('$from takes a number in $plus, and nothing else');
  return sum(source, plus);
}

function joined(parts: Value): Operand {
  if (!isList(parts) || parts.length !== 2) throw new InvalidTableCall('$join takes two lists');
  const [left, right] = parts.map((part) => (typeof part === 'string' ? listAt(part) : literalList(part)));
  if (left === undefined || right === undefined) throw new InvalidTableCall('$join takes two lists');
  return { kind: 'join', left, right };
}

function listAt(path: Path): Source {
  return { kind: 'path', path: parsePath(path), orElse: [] };
}

function literalList(value: unknown): Source {
  if (!isList(value)) throw new InvalidTableCall('only a list can be appended');
  return { kind: 'literal', value: canonical(value) };
}

/** Integers only: DynamoDB adds decimals exactly, JavaScript does not. */
function sum(left: Source, plus: number): Operand {
  if (!Number.isSafeInteger(plus)) throw new InvalidTableCall('only a safe integer can be added');
  return { kind: 'sum', left, plus };
}
