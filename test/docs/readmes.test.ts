import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const pages = globSync('**/*.md', {
  cwd: ROOT,
  exclude: (name) => ['node_modules', 'dist', 'cdk.out', '.local'].includes(name.toString()),
});
const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>;
};

function linksOf(text: string): readonly string[] {
  return [...text.matchAll(/\]\(([^)#\s]+)[^)]*\)/g)]
    .map(([, link = '']) => link)
    .filter((link) => !/^[a-z]+:/.test(link));
}

function scriptsOf(text: string): readonly string[] {
  return [...text.matchAll(/npm run ([a-z-]+)/g)].map(([, script = '']) => script);
}

describe.each(pages)('%s', (page) => {
  const text = readFileSync(join(ROOT, page), 'utf8');

  test('links to files that are there', () => {
    const missing = linksOf(text).filter((link) => !existsSync(join(ROOT, dirname(page), link)));
    expect(missing).toEqual([]);
  });

  test('names scripts that package.json has', () => {
    expect(scriptsOf(text).filter((script) => !(script in scripts))).toEqual([]);
  });
});

test('the pages of the house are found', () => {
  expect(pages).toContain('README.md');
  expect(linksOf('see [a](b/c.md) and [d](https://e.f)')).toEqual(['b/c.md']);
});
