import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import { boundaryViolations, readSources } from '../support/boundaries.ts';

const ROOT = dirname(dirname(import.meta.dirname));

function violationsOf(files: Record<string, string>): readonly string[] {
  return boundaryViolations(new Map(Object.entries(files)));
}

const booking = {
  'functions/booking/contracts.ts': 'export interface A {}',
  'functions/booking/rules.ts': '',
};

describe('import boundaries', () => {
  it('hold in this repository', () => {
    expect(boundaryViolations(readSources(ROOT))).toEqual([]);
  });

  it.each([
    ['a rule of another context', "import { a } from '../booking/rules.ts'", 'functions/booking/rules.ts'],
    [
      "the types of another's rules",
      "import type { A } from '../booking/rules.ts'",
      'functions/booking/rules.ts',
    ],
    [
      "another's contracts at run time",
      "import { type A } from '../booking/contracts.ts'",
      'functions/booking/contracts.ts',
    ],
    [
      'a re-export from another context',
      "export { a } from '../booking/rules.ts'",
      'functions/booking/rules.ts',
    ],
    [
      'an import in the middle of a function',
      "const f = () => import('../booking/rules.ts')",
      'functions/booking/rules.ts',
    ],
  ])('refuse a context %s', (_, source, target) => {
    expect(violationsOf({ ...booking, 'functions/directory/api.ts': source })).toEqual([
      `contexts never import each other, but for the types of another's contracts: functions/directory/api.ts → ${target}`,
    ]);
  });

  it("let a context see the types of another's contracts, and all of its own", () => {
    const source = "import type { A } from '../booking/contracts.ts'; import { b } from './rules.ts'";
    expect(
      violationsOf({ ...booking, 'functions/directory/api.ts': source, 'functions/directory/rules.ts': '' }),
    ).toEqual([]);
  });

  it.each([
    [
      'shared/kernel/a.ts',
      "import type { A } from '../../functions/booking/contracts.ts'",
      /^shared knows no context/,
    ],
    ['shared/a.ts', "import '../infra/app.ts'", /^shared knows no context/],
    ['functions/booking/a.ts', "import type { C } from '../../infra/app.ts'", /^functions do not know where/],
    ['infra/build.ts', "import '../test/support/a.ts'", /^nothing but tests/],
    ['infra/app.ts', "import '../functions/booking/rules.ts'", /^stacks know of a context/],
    ['functions/booking/a.ts', "import * as z from 'zod'", /^functions and shared import zod\/mini/],
  ])('refuse %s what it must not know', (path, source, sentence) => {
    const files = { ...booking, 'infra/app.ts': '', 'test/support/a.ts': '', [path]: source };
    expect(violationsOf(files)).toEqual([expect.stringMatching(sentence)]);
  });

  it('find a heavy package behind several steps, and name the steps', () => {
    const files = {
      'functions/booking/api.ts': "import './a.ts'",
      'functions/booking/a.ts': "import '../../shared/b.ts'",
      'shared/b.ts': "import '@middy/http-router'",
    };
    expect(violationsOf(files)).toEqual([
      expect.stringContaining('functions/booking/a.ts → shared/b.ts → @middy/http-router'),
    ]);
  });

  it('find CDK behind the laptop, but not behind an erased type', () => {
    const start = (source: string) =>
      violationsOf({ 'infra/local/start.ts': source, 'infra/app.ts': "import 'aws-cdk-lib'" });
    expect(start("import '../app.ts'")).toEqual([expect.stringContaining('the laptop starts without CDK')]);
    expect(start("import type { App } from '../app.ts'")).toEqual([]);
  });

  it('find a circle once, and none made of types', () => {
    const circle = (keyword: string) =>
      violationsOf({
        'shared/a.ts': "import './b.ts'",
        'shared/b.ts': "import './c.ts'",
        'shared/c.ts': `import ${keyword} './a.ts'`,
      });
    expect(circle('')).toEqual(['import in a circle: shared/a.ts → shared/b.ts → shared/c.ts → shared/a.ts']);
    expect(circle('type { A } from')).toEqual([]);
  });

  it('find an import of a file that is not there', () => {
    expect(violationsOf({ 'shared/a.ts': "import './gone.ts'" })).toEqual([
      'imports a file that is not there: shared/a.ts → shared/gone.ts',
    ]);
  });
});
