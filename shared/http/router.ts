import type { Route } from '../context.ts';

export type Match =
  | { readonly found: true; readonly route: Route; readonly params: Readonly<Record<string, string>> }
  | { readonly found: false; readonly allowed: readonly string[] };

interface Node {
  readonly literals: Map<string, Node>;
  parameter?: Node;
  readonly routes: Map<string, { readonly route: Route; readonly names: readonly string[] }>;
}

/**
 * Routes as a tree of path segments. A literal segment wins over a parameter.
 * Two routes of one shape and method are a declaration error.
 */
export function createRouter(routes: readonly Route[]): (method: string, path: string) => Match {
  const root = node();
  for (const route of routes) insert(root, route);
  return (method, path) => {
    const values: string[] = [];
    const end = walk(root, segments(path), 0, values);
    const entry = end?.routes.get(method);
    if (entry === undefined) return { found: false, allowed: [...(end?.routes.keys() ?? [])] };
    return {
      found: true,
      route: entry.route,
      params: Object.fromEntries(entry.names.map((name, index) => [name, values[index] ?? ''])),
    };
  };
}

function node(): Node {
  return { literals: new Map(), routes: new Map() };
}

function segments(path: string): readonly string[] {
  return path.split('/').filter((segment) => segment !== '');
}

function insert(root: Node, route: Route): void {
  let at = root;
  const names: string[] = [];
  for (const segment of segments(route.path)) {
    if (segment.startsWith('{')) {
      names.push(segment.slice(1, -1));
      at.parameter ??= node();
      at = at.parameter;
    } else {
      const next = at.literals.get(segment) ?? node();
      at.literals.set(segment, next);
      at = next;
    }
  }
  if (at.routes.has(route.method)) throw new Error(`two routes answer ${route.method} ${route.path}`);
  at.routes.set(route.method, { route, names });
}

function walk(at: Node, path: readonly string[], index: number, values: string[]): Node | undefined {
  const segment = path[index];
  if (segment === undefined) return at.routes.size > 0 ? at : undefined;
  const literal = at.literals.get(segment);
  const viaLiteral = literal === undefined ? undefined : walk(literal, path, index + 1, values);
  if (viaLiteral !== undefined) return viaLiteral;
  if (at.parameter === undefined) return undefined;
  values.push(decoded(segment));
  const viaParameter = walk(at.parameter, path, index + 1, values);
  if (viaParameter === undefined) values.pop();
  return viaParameter;
}

/** A malformed escape stays as it is and fails the parameter's schema. */
function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
