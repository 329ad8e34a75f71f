import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');

function read<T>(file: string): T {
  return JSON.parse(readFileSync(join(ROOT, file), 'utf8'));
}

interface Lock {
  readonly packages: Readonly<
    Record<string, { readonly hasInstallScript?: true; readonly os?: readonly string[] }>
  >;
}

// From its version 12 on npm runs no other, and Node 24 would not come with `npm ci`.
test('whatever has to run when it is installed on Linux is allowed to by name', () => {
  const { allowScripts } = read<{ allowScripts: Record<string, boolean> }>('package.json');
  const scripted = Object.entries(read<Lock>('package-lock.json').packages)
    .filter(([, { hasInstallScript, os }]) => hasInstallScript === true && os?.includes('linux') !== false)
    .map(([path]) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length));
  expect(scripted).toContain('node');
  expect(Object.keys(allowScripts).filter((name) => allowScripts[name])).toEqual(scripted.toSorted());
});
