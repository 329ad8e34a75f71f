import type { Path, Value } from './table.ts';
import { InvalidTableCall } from './table-errors.ts';

/** A path taken apart: names are strings, list positions are numbers. */
export type Segments = readonly [string, ...(string | number)[]];

const PART = /([A-Za-z0-9_\-:#]+)|\[(0|[1-9][0-9]{0,5})\]|\./y;

const parsed = new Map<Path, Segments>();
const MAX_REMEMBERED = 2_000;

/** Throws `InvalidTableCall` on anything but names joined by dots with positions in brackets. */
export function parsePath(path: Path): Segments {
  const known = parsed.get(path);
  if (known !== undefined) return known;
  const segments = parse(path);
  // Paths with an id in them (`holders.<id>`) would otherwise grow this without end.
  if (parsed.size >= MAX_REMEMBERED) parsed.clear();
  parsed.set(path, segments);
  return segments;
}

function parse(path: Path): Segments {
  const segments: (string | number)[] = [];
  let nameExpected = true;
  PART.lastIndex = 0;
  while (PART.lastIndex < path.length) {
    const match = PART.exec(path);
    if (match === null) throw malformed();
    const [part, name, position] = match;
    if (name !== undefined) {
      if (!nameExpected || name === '__proto__') throw malformed();
      segments.push(name);
    } else if (position !== undefined) {
      if (nameExpected) throw malformed();
      segments.push(Number(position));
    } else if (part === '.' && nameExpected) throw malformed();
    nameExpected = part === '.';
  }
  const [first, ...rest] = segments;
  if (nameExpected || typeof first !== 'string') throw malformed();
  return [first, ...rest];
}

function malformed(): InvalidTableCall {
  return new InvalidTableCall(
    'a path is names of [A-Za-z0-9_:#-] joined by dots, list positions in brackets',
  );
}

/** What stands at a path; undefined when any part of it is missing or of another kind. */
export function valueAt(root: Value | undefined, segments: readonly (string | number)[]): Value | undefined {
  let value = root;
  for (const segment of segments) {
    if (typeof segment === 'number') value = isList(value) ? value[segment] : undefined;
    else value = isMap(value) && Object.hasOwn(value, segment) ? value[segment] : undefined;
  }
  return value;
}

export function isList(value: unknown): value is readonly Value[] {
  return Array.isArray(value);
}

export function isMap(value: unknown): value is { readonly [attribute: string]: Value } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** True when one path is the other or lies inside it. */
export function overlap(left: Segments, right: Segments): boolean {
  const shorter = left.length < right.length ? left : right;
  return shorter.every((_, index) => left[index] === right[index]);
}

/** A total order in which positions of one list ascend. */
export function comparePaths(left: Segments, right: Segments): number {
  const fork = left.findIndex((segment, index) => segment !== right[index]);
  const [a, b] = [left[fork], right[fork]];
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return String(a) < String(b) ? -1 : 1;
}
