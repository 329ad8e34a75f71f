import { globSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, posix } from 'node:path';
import { parseSync } from 'oxc-parser';

/** One import of one file. `import type` leaves nothing behind at run time; `import { type X }` does. */
interface Edge {
  readonly from: string;
  /** A path of the repository, or the specifier of a package. */
  readonly to: string;
  readonly typeOnly: boolean;
}

/** Path from the root of the repository → source text. */
export type Sources = ReadonlyMap<string, string>;

interface Rule {
  readonly name: string;
  readonly breaks: (edge: Edge) => boolean;
}

const contextOf = (path: string): string | undefined => /^functions\/([^/]+)\//.exec(path)?.[1];
const isBelow = (folder: string, path: string): boolean => path.startsWith(`${folder}/`);

const RULES: readonly Rule[] = [
  {
    name: "contexts never import each other, but for the types of another's contracts",
    breaks: ({ from, to, typeOnly }) => {
      const [importer, imported] = [contextOf(from), contextOf(to)];
      if (importer === undefined || imported === undefined || importer === imported) return false;
      return !(typeOnly && to === `functions/${imported}/contracts.ts`);
    },
  },
  {
    name: 'shared knows no context and no infrastructure',
    breaks: ({ from, to }) => isBelow('shared', from) && (isBelow('functions', to) || isBelow('infra', to)),
  },
  {
    name: 'functions do not know where they run',
    breaks: ({ from, to }) => isBelow('functions', from) && isBelow('infra', to),
  },
  {
    name: "stacks know of a context its declaration and its policy's schema",
    breaks: ({ from, to }) =>
      isBelow('infra', from) &&
      !isBelow('infra/local', from) &&
      !isBelow('infra/import', from) &&
      isBelow('functions', to) &&
      !/^functions\/[^/]+\/(context|policy)\.ts$/.test(to),
  },
  {
    name: 'nothing but tests imports tests',
    breaks: ({ from, to }) => !isBelow('test', from) && isBelow('test', to),
  },
  {
    name: 'functions and shared import zod/mini, except what writes OpenAPI',
    breaks: ({ from, to }) =>
      to === 'zod' &&
      (isBelow('functions', from) || isBelow('shared', from)) &&
      from !== 'shared/http/openapi.ts',
  },
];

/** What must not be reached from certain files, by any number of steps that exist at run time. */
const OUT_OF_REACH: readonly { readonly name: string; readonly from: RegExp; readonly target: RegExp }[] = [
  {
    name: 'the laptop is not part of a Lambda',
    from: /^functions\/[^/]+\/(api|worker)\.ts$/,
    target: /^infra\//,
  },
  {
    name: 'a Lambda carries no build tool, and no package known to be slow to load',
    from: /^functions\/[^/]+\/(api|worker)\.ts$/,
    target: /^(aws-cdk-lib|constructs|cdk-nag|esbuild|vitest|oxc-parser|zod$|@middy\/(http-router|util))/,
  },
  {
    name: 'the laptop starts without CDK',
    from: /^infra\/local\/start\.ts$/,
    target: /^(aws-cdk-lib|constructs|cdk-nag)(\/|$)/,
  },
];

/** Every broken boundary, as a sentence with the files in it. Empty: all is well. */
export function boundaryViolations(sources: Sources): readonly string[] {
  const edges = [...sources].flatMap(([path, source]) => edgesOf(path, source));
  const broken = edges.flatMap((edge) =>
    RULES.filter((rule) => rule.breaks(edge)).map((rule) => `${rule.name}: ${edge.from} → ${edge.to}`),
  );
  const missing = edges
    .filter(({ to }) => /^(functions|shared|infra|test)\//.test(to) && to.endsWith('.ts') && !sources.has(to))
    .map(({ from, to }) => `imports a file that is not there: ${from} → ${to}`);
  return [
    ...new Set([...missing, ...broken, ...reached(sources, edges), ...cycles(sources, edges)]),
  ].toSorted();
}

function edgesOf(from: string, source: string): Edge[] {
  const { module, errors } = parseSync(from, source);
  const [error] = errors;
  if (error !== undefined) throw new Error(`${from} does not parse: ${error.message}`);
  const edge = (specifier: string, start: number): Edge => ({
    from,
    to: specifier.startsWith('.') ? posix.join(posix.dirname(from), specifier) : specifier,
    typeOnly: /^(import|export)\s+type\b/.test(source.slice(start)),
  });
  const exported = module.staticExports.flatMap(({ start, entries }) =>
    entries.flatMap(({ moduleRequest }) => (moduleRequest ? [edge(moduleRequest.value, start)] : [])),
  );
  const dynamic = module.dynamicImports.flatMap(({ start, moduleRequest }) => {
    const text = /^(['"])(.*)\1$/.exec(source.slice(moduleRequest.start, moduleRequest.end))?.[2];
    return text === undefined ? [] : [edge(text, start)];
  });
  const imported = module.staticImports.map(({ start, moduleRequest }) => edge(moduleRequest.value, start));
  return [...imported, ...exported, ...dynamic].filter(({ to }) => !isBuiltin(to));
}

function isBuiltin(specifier: string): boolean {
  return specifier.startsWith('node:') || builtinModules.includes(specifier);
}

function neighbours(edges: readonly Edge[]): ReadonlyMap<string, readonly string[]> {
  const map = new Map<string, string[]>();
  for (const { from, to, typeOnly } of edges) {
    if (!typeOnly) map.set(from, [...(map.get(from) ?? []), to]);
  }
  return map;
}

function reached(sources: Sources, edges: readonly Edge[]): string[] {
  const next = neighbours(edges);
  return OUT_OF_REACH.flatMap(({ name, from, target }) =>
    [...sources.keys()]
      .filter((path) => from.test(path))
      .flatMap((start) => {
        const via = new Map<string, string | undefined>([[start, undefined]]);
        for (const path of via.keys()) {
          if (path !== start && target.test(path)) return [`${name}: ${trail(via, path)}`];
          for (const to of next.get(path) ?? []) if (!via.has(to)) via.set(to, path);
        }
        return [];
      }),
  );
}

function trail(via: ReadonlyMap<string, string | undefined>, end: string): string {
  const before = via.get(end);
  return before === undefined ? end : `${trail(via, before)} → ${end}`;
}

/** Each cycle of run-time imports once, beginning at its first file by name. */
function cycles(sources: Sources, edges: readonly Edge[]): string[] {
  const next = neighbours(edges);
  const done = new Set<string>();
  const found: string[] = [];
  function visit(path: string, open: readonly string[]): void {
    const at = open.indexOf(path);
    if (at >= 0) {
      const ring = open.slice(at);
      const first = ring.indexOf([...ring].sort()[0] ?? path);
      const turned = [...ring.slice(first), ...ring.slice(0, first)];
      found.push(`import in a circle: ${[...turned, turned[0]].join(' → ')}`);
      return;
    }
    if (done.has(path)) return;
    for (const to of next.get(path) ?? []) visit(to, [...open, path]);
    done.add(path);
  }
  for (const path of sources.keys()) visit(path, []);
  return found;
}

/** The repository as it lies on the disk. */
export function readSources(root: string): Sources {
  const paths = globSync('{functions,shared,infra,test}/**/*.ts', { cwd: root }).toSorted();
  return new Map(paths.map((path) => [path, readFileSync(join(root, path), 'utf8')]));
}

if (import.meta.main) {
  const sources = readSources(dirname(dirname(import.meta.dirname)));
  const violations = boundaryViolations(sources);
  for (const violation of violations) console.error(violation);
  console.log(`${sources.size} files, ${violations.length} broken boundaries`);
  if (violations.length > 0) process.exitCode = 1;
}
