import { relative } from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The test files of one subject, in its order: `run.ts` says which. */
const files = (process.env['MUTATION_TESTS'] ?? '').split(' ');

/** In the subject's order. Vitest's own begins with the longest, while the first failure ends a mutant's run. */
class InOrder extends BaseSequencer {
  override sort(specifications: TestSpecification[]): Promise<TestSpecification[]> {
    const placeOf = ({ moduleId }: TestSpecification): number =>
      files.indexOf(relative(process.cwd(), moduleId));
    return Promise.resolve(specifications.toSorted((left, right) => placeOf(left) - placeOf(right)));
  }
}

export default defineConfig({
  test: {
    include: files,
    sequence: { sequencer: InOrder },
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
