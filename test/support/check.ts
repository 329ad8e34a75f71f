import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';

/** Everything a change has to pass, in the order in which a failure is cheapest to learn. `npm run check`. */
const CHECKS = ['types', 'lint', 'boundaries', 'knip', 'test', 'synth'] as const;

interface Tally {
  readonly passed: number;
  readonly failed: number;
}

interface Finished {
  readonly tally: Tally;
  readonly output: string;
}

const report = z.object({
  success: z.boolean(),
  numPassedTests: z.int(),
  numFailedTests: z.int(),
  numPendingTests: z.int(),
  numTodoTests: z.int(),
  testResults: z.array(z.object({ status: z.string(), assertionResults: z.array(z.unknown()) })),
});

/**
 * Counts of a vitest report. A file that does not load counts as one failure, and so does each skipped test: what
 * is not run proves nothing.
 */
export function tallyOf(json: unknown, exitCode: number): Tally {
  const parsed = report.safeParse(json);
  if (!parsed.success) return { passed: 0, failed: 1 };
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults } = parsed.data;
  const unloaded = testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
  ).length;
  const failed = numFailedTests + numPendingTests + numTodoTests + unloaded;
  // An error outside any test ends vitest with a code of its own.
  return { passed: numPassedTests, failed: failed === 0 && exitCode !== 0 ? 1 : failed };
}

async function run(command: string, args: readonly string[]): Promise<{ code: number; output: string }> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
  const code = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exitCode) => resolve(exitCode ?? 1));
  });
  return { code, output: Buffer.concat(chunks).toString('utf8') };
}

async function runTests(): Promise<Finished> {
  const folder = mkdtempSync(join(tmpdir(), 'tiered-care-check-'));
  try {
    const file = join(folder, 'report.json');
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
    const { code, output } = await run('npm', ['run', '--silent', 'test', '--', ...reporters]);
    const json: unknown = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
    return { tally: tallyOf(json, code), output };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function runCheck(name: (typeof CHECKS)[number]): Promise<Finished> {
  if (name === 'test') return runTests();
  const { code, output } = await run('npm', ['run', '--silent', name]);
  return { tally: { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1 }, output };
}

async function checkAll(): Promise<void> {
  let [passed, failed] = [0, 0];
  for (const name of CHECKS) {
    const startedAt = performance.now();
    const { tally, output } = await runCheck(name);
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1).padStart(6);
    const tests = name === 'test' ? `  (${tally.passed} passed, ${tally.failed} failed)` : '';
    if (tally.failed > 0) console.log(output.trimEnd());
    console.log(`${tally.failed === 0 ? 'ok  ' : 'FAIL'} ${name.padEnd(10)} ${seconds} s${tests}`);
    passed += tally.passed;
    failed += tally.failed;
  }
  console.log(`${passed} passed, ${failed} failed`);
  if (failed > 0) process.exitCode = 1;
}

if (import.meta.main) await checkAll();
