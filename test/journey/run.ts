import { AssertionError } from 'node:assert/strict';
import { globSync } from 'node:fs';
import { basename } from 'node:path';
import { inspect } from 'node:util';
import { startCity } from '../support/city.ts';
import type { Journey, JourneyModule } from './journey.ts';

/** `npm run journey -- <name>…`: walks through a fresh city and says what it does. */
const MACHINERY = ['run', 'journey'];
const DEFAULT = 'booking';

const names = globSync('*.ts', { cwd: import.meta.dirname })
  .map((file) => basename(file, '.ts'))
  .filter((name) => !MACHINERY.includes(name))
  .toSorted();

class StepFailed extends Error {
  constructor(step: string, cause: unknown) {
    super(`step ${step} failed`, { cause });
    this.name = 'StepFailed';
  }
}

let steps = 0;

async function step<T>(words: string, work: () => Promise<T>): Promise<T> {
  steps += 1;
  const title = `${String(steps).padStart(2)}  ${words}`;
  const startedAt = performance.now();
  try {
    const result = await work();
    console.log(`${title}  (${Math.round(performance.now() - startedAt)} ms)`);
    return result;
  } catch (cause) {
    throw cause instanceof StepFailed ? cause : new StepFailed(`${steps}, “${words}”,`, cause);
  }
}

async function walk(name: string): Promise<void> {
  const { journey }: JourneyModule = await import(`./${name}.ts`);
  const city = await startCity();
  try {
    await journey({ city, step } satisfies Journey);
  } finally {
    await city.stop();
  }
}

function difference(cause: unknown): string {
  if (!(cause instanceof AssertionError)) return inspect(cause);
  const shown = { expected: cause.expected, actual: cause.actual };
  return `${cause.message}\n${inspect(shown, { depth: 8, breakLength: 110 })}`;
}

async function main(asked: readonly string[]): Promise<void> {
  const unknown = asked.filter((name) => !names.includes(name));
  if (unknown.length > 0) throw new Error(`no journey ${unknown.join(', ')}; there are: ${names.join(', ')}`);
  for (const name of asked) await walk(name);
  console.log(`journey complete: ${steps} steps`);
}

try {
  const asked = process.argv.slice(2);
  await main(asked.length === 0 ? [DEFAULT] : asked);
} catch (error) {
  if (error instanceof StepFailed) console.error(`${error.message}\n${difference(error.cause)}`);
  else console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
