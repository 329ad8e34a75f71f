import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type BuildOptions, build as esbuild, type Metafile } from 'esbuild';
import type { Context } from '../shared/context.ts';
import { openApi } from '../shared/http/openapi.ts';
import { cityFile } from './cities/city.ts';
import { demo } from './cities/demo.ts';
import { contexts } from './contexts.ts';
import { codeCacheName, WRAPPER } from './lambda/bundle-script.ts';
import type { Trial } from './lambda/make-code-cache.ts';

const ROOT = join(import.meta.dirname, '..');
export const ENTRIES = ['api', 'worker'] as const;

export interface Bundle {
  /** `<context>-<entry>`: the folder below `functions/`. */
  readonly name: string;
  readonly minifiedBytes: number;
  readonly gzipBytes: number;
  /** What V8 made of it, for a faster start. */
  readonly codeCacheBytes: number;
}

export interface BuildProps {
  readonly contexts: readonly Pick<Context, 'name' | 'routes'>[];
  readonly dist: string;
}

/** CommonJS on purpose: an ES module's first `import 'node:http'` alone costs a cold start 20 to 40 ms. */
export const bundleOptions = {
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'cjs',
  minify: true,
  mainFields: ['module', 'main'],
  supported: { 'dynamic-import': false },
  sourcemap: 'external',
  legalComments: 'none',
  metafile: true,
  logLevel: 'error',
} as const satisfies BuildOptions;

/**
 * Bundles both functions of every context in one pass, and answers what the bundles hold. Beside each `index.js` lies
 * the `boot.js` that Lambda calls, which alone can load it, and the code cache it uses.
 */
export async function buildFunctions({ contexts, dist }: BuildProps): Promise<Metafile> {
  const entryPoints = contexts.flatMap(({ name }) =>
    ENTRIES.map((entry) => ({
      in: join(ROOT, 'functions', name, `${entry}.ts`),
      out: `functions/${name}-${entry}/index`,
    })),
  );
  rmSync(join(dist, 'functions'), { recursive: true, force: true });
  mkdirSync(dist, { recursive: true });
  const { metafile } = await esbuild({
    ...bundleOptions,
    ...WRAPPER,
    mainFields: [...bundleOptions.mainFields],
    entryPoints,
    outdir: dist,
    absWorkingDir: ROOT,
  });
  await addBoot({ contexts, dist });
  writeFileSync(join(dist, 'meta.json'), `${JSON.stringify(sorted(metafile))}\n`);
  return metafile;
}

async function addBoot({ contexts, dist }: BuildProps): Promise<void> {
  const boot = join(dist, 'boot.js');
  const entryPoints = [join(ROOT, 'infra/lambda/boot.ts')];
  await esbuild({
    ...bundleOptions,
    mainFields: [...bundleOptions.mainFields],
    entryPoints,
    outfile: boot,
    sourcemap: false,
  });
  const trials = contexts.flatMap(({ name, routes }) =>
    ENTRIES.map((entry): Trial => {
      const folder = join(dist, 'functions', `${name}-${entry}`);
      copyFileSync(boot, join(folder, 'boot.js'));
      const paths = routes
        .filter(({ method }) => method === 'GET')
        .map(({ path }) => path.replace(/[{}]/g, ''));
      return { file: join(folder, 'index.js'), entry, paths };
    }),
  );
  rmSync(boot);
  makeCodeCaches(trials, dist);
}

/** In a process without this one's flags. */
function makeCodeCaches(trials: readonly Trial[], dist: string): void {
  const file = join(dist, 'trial-city.json');
  writeFileSync(file, JSON.stringify(cityFile(demo)));
  const { status, stderr } = spawnSync(process.execPath, [join(ROOT, 'infra/lambda/make-code-cache.ts')], {
    input: JSON.stringify(trials),
    stdio: ['pipe', 'ignore', 'pipe'],
    env: { CITY: demo.id, CITY_FILE: file },
  });
  rmSync(file);
  if (status !== 0) throw new Error(`the code caches are not made: ${stderr}`);
}

/** Sizes as Lambda sees them; the map files beside the bundles are not uploaded. */
export function bundlesOf({ contexts, dist }: BuildProps): Bundle[] {
  return contexts.flatMap(({ name }) =>
    ENTRIES.map((entry) => {
      const folder = join(dist, 'functions', `${name}-${entry}`);
      const code = readFileSync(join(folder, 'index.js'));
      const codeCacheBytes = statSync(join(folder, codeCacheName())).size;
      return {
        name: `${name}-${entry}`,
        minifiedBytes: code.length,
        gzipBytes: gzipSync(code).length,
        codeCacheBytes,
      };
    }),
  );
}

/** In a fixed order, so that the file differs only when the bundles do. */
function sorted({ inputs, outputs }: Metafile): Metafile {
  const byName = <T>(record: Record<string, T>): Record<string, T> =>
    Object.fromEntries(Object.entries(record).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  return { inputs: byName(inputs), outputs: byName(outputs) };
}

function kilobytes(bytes: number): string {
  return (bytes / 1024).toFixed(1).padStart(8);
}

if (import.meta.main) {
  const dist = join(ROOT, 'dist');
  await buildFunctions({ contexts, dist });
  writeFileSync(join(dist, 'openapi.json'), `${JSON.stringify(openApi(contexts), undefined, 2)}\n`);
  console.log(`${'function'.padEnd(24)}  KB min   KB gzip  KB cache`);
  for (const { name, minifiedBytes, gzipBytes, codeCacheBytes } of bundlesOf({ contexts, dist })) {
    console.log(
      `${name.padEnd(24)}${kilobytes(minifiedBytes)}  ${kilobytes(gzipBytes)}  ${kilobytes(codeCacheBytes)}`,
    );
  }
  console.log(`written to ${relative(process.cwd(), dist) || '.'}: functions/, openapi.json, meta.json`);
}
