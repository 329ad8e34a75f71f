import { isList, isMap } from './path.ts';
import type { Scalar, Value } from './table.ts';
import { InvalidTableCall } from './table-errors.ts';

/** DynamoDB's own limit; an attribute's value is level 1. */
const MAX_LEVELS = 32;

/**
 * A frozen copy in the only shape the table holds: undefined dropped, −0 made 0.
 * Throws `InvalidTableCall` on what DynamoDB or JSON cannot carry exactly: NaN, infinities, integers beyond
 * 2^53−1, magnitudes below 1e-130, lone surrogates, dates, sets, bytes, functions, more than 32 levels.
 */
export function canonical(value: unknown, level = 1): Value {
  if (level > MAX_LEVELS) throw new InvalidTableCall('a value is nested too deeply');
  if (isScalar(value)) return canonicalScalar(value);
  if (isList(value)) return Object.freeze(value.map((element) => canonical(element, level + 1)));
  if (!isPlainObject(value)) throw new InvalidTableCall(`a value of kind ${typeof value} cannot be stored`);
  const copy: { [attribute: string]: Value } = {};
  for (const [name, element] of Object.entries(value)) {
    if (element === undefined) continue;
    checkName(name);
    copy[name] = canonical(element, level + 1);
  }
  return Object.freeze(copy);
}

export function isScalar(value: unknown): value is Scalar {
  return (
    value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
  );
}

export function isPlainObject(value: unknown): value is { readonly [name: string]: unknown } {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function canonicalScalar(value: Scalar): Scalar {
  if (typeof value === 'number') return checkNumber(value);
  if (typeof value === 'string' && !value.isWellFormed())
    throw new InvalidTableCall('a string holds half a character');
  return value;
}

/** Answers the number with −0 made 0. */
export function checkNumber(value: number): number {
  if (!Number.isFinite(value)) throw new InvalidTableCall('a number must be finite');
  if (Number.isInteger(value) && !Number.isSafeInteger(value))
    throw new InvalidTableCall('an integer must not exceed 2^53-1');
  if (value !== 0 && Math.abs(value) < 1e-130) throw new InvalidTableCall('a number is too small to store');
  return value === 0 ? 0 : value;
}

export function checkName(name: string): void {
  if (name === '' || name === '__proto__' || !name.isWellFormed())
    throw new InvalidTableCall('an attribute name is empty or reserved');
}

/** DynamoDB's equality: same type, same value, whatever the order of a map's attributes. */
export function sameValue(left: Value | undefined, right: Value | undefined): boolean {
  if (left === right) return true;
  if (isList(left) && isList(right))
    return left.length === right.length && left.every((element, index) => sameValue(element, right[index]));
  if (!isMap(left) || !isMap(right)) return false;
  const names = Object.keys(left);
  return (
    names.length === Object.keys(right).length &&
    names.every((name) => Object.hasOwn(right, name) && sameValue(left[name], right[name]))
  );
}

/** Strings sort by their UTF-8 bytes, as the engine sorts them; JavaScript's own order differs above U+D7FF. */
export function compareUtf8(left: string, right: string): number {
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index += 1) {
    const a = left.charCodeAt(index);
    const b = right.charCodeAt(index);
    if (a !== b) return rank(a) - rank(b);
  }
  return left.length - right.length;
}

/** Surrogates stand for characters above U+FFFF, so they rank after U+E000…U+FFFF. */
function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}
