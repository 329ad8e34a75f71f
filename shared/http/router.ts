import type { Route } from '../context.ts';

export type Match =
  | { readonly found: true; readonly route: Route; readonly params: Readonly<Record<string, string>> }
  | {
      readonly found: false;
      /** Methods that the path has, in order of the alphabet; empty: there is no such path. */
      readonly allowed: readonly string[];
    };

interface Node {
  readonly words: Map<string, Node>;
  parameter?: Node;
  readonly routes: Map<string, { readonly route: Route; readonly names: readonly string[] }>;
}

/**
 * Routes as a tree of path segments. A word wins over a parameter, whatever the method; a parameter takes any
 * segment but an empty one, so that a path has one spelling: no trailing and no doubled slash.
 * Two routes of one shape and method are a declaration error.
 */
export function createRouter(routes: readonly Route[]): (method: string, path: string) => Match {
  const root = node();
  for (const route of routes) insert(root, route);
  return (method, path) => {
    const values: string[] = [];
    const end = path.startsWith('/') ? walk(root, path.slice(1).split('/'), 0, values) : undefined;
    const entry = end?.routes.get(method);
    if (entry === undefined) return { found: false, allowed: [...(end?.routes.keys() ?? [])].sort() };
    return {
      found: true,
      route: entry.route,
      params: Object.fromEntries(entry.names.map((name, index) => [name, values[index] ?? ''])),
    };
  };
}

function node(): Node {
  return { words: new Map(), routes: new Map() };
}

function insert(root: Node, route: Route): void {
  let at = root;
  const names: string[] = [];
  for (const segment of route.path.slice(1).split('/')) {
    if (segment.startsWith('{')) {
      names.push(segment.slice(1, -1));
      at.parameter ??= node();
      at = at.parameter;
    } else {
      const next = at.words.get(segment) ?? node();
      at.words.set(segment, next);
      at = next;
    }
  }
  if (at.routes.has(route.method)) throw new Error(`two routes answer ${route.method} ${route.path}`);
  at.routes.set(route.method, { route, names });
}

/** The node where the path ends, with the parameters' values on the way to it; backs out of words that lead nowhere. */
function walk(at: Node, path: readonly string[], index: number, values: string[]): Node | undefined {
  const segment = path[index];
  if (segment === undefined) return at.routes.size > 0 ? at : undefined;
  const word = at.words.get(segment);
  const viaWord = word === undefined ? undefined : walk(word, path, index + 1, values);
  if (viaWord !== undefined) return viaWord;
  if (at.parameter === undefined || segment === '') return undefined;
  values.push(segment);
  const viaParameter = walk(at.parameter, path, index + 1, values);
  if (viaParameter === undefined) values.pop();
  return viaParameter;
}
