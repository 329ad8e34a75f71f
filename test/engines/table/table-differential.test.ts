import { afterAll, beforeAll, expect, it } from 'vitest';
import { createDynamoTable } from '../../../shared/data/dynamodb-table.ts';
import { createMemoryTable } from '../../../shared/data/memory-table.ts';
import type { Consumed, Table } from '../../../shared/data/table.ts';
import { InvalidTableCall } from '../../../shared/data/table-errors.ts';
import { startTableEngine, type TableEngine } from '../../support/table-engine.ts';
import { historyOf, keysOf, type Step } from './history.ts';
import { randomFrom } from './random.ts';

const HISTORIES = Number(process.env['TABLE_HISTORIES'] ?? 1_000);
const STEPS = Number(process.env['TABLE_STEPS'] ?? 200);
const SEED = Number(process.env['TABLE_SEED'] ?? 20_261_122);
/** So many histories at once keep both processes busy. */
const AT_ONCE = 16;

let engine: TableEngine;
beforeAll(async () => {
  engine = await startTableEngine();
  // A third of the calls is refused by an error, and nobody reads where it was thrown.
  Error.stackTraceLimit = 0;
});
afterAll(async () => {
  await engine.stop();
});

/** What a step answers and consumes, in a form that can be compared and printed. */
async function answerOf(table: Table, consumed: Consumed[], step: Step): Promise<string> {
  consumed.length = 0;
  let answer: unknown;
  try {
    answer = await called(table, step);
  } catch (error) {
    if (!(error instanceof InvalidTableCall)) throw error;
    answer = 'invalid';
  }
  return JSON.stringify({ answer, consumed }, inOrder);
}

function called(table: Table, step: Step): Promise<unknown> {
  if ('get' in step) return table.get(step.get, { consistent: step.consistent });
  if ('getMany' in step) return table.getMany(step.getMany);
  if ('query' in step) return table.query(step.query);
  if ('put' in step) return table.put(step.put, step.options);
  if ('update' in step) return table.update(step.update, step.changes, step.options);
  if ('delete' in step) return table.delete(step.delete, step.options);
  return table.transact(step.transact, step.token === undefined ? {} : { token: step.token });
}

/** The order of a map's attributes means nothing. */
function inOrder(_name: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

interface Mismatch {
  readonly at: number;
  readonly inMemory: string;
  readonly onEngine: string;
}

/** Runs a history on a new table in memory and on the engine; answers the first difference. */
async function firstMismatch(prefix: string, steps: readonly Step[]): Promise<Mismatch | undefined> {
  const consumed: { inMemory: Consumed[]; onEngine: Consumed[] } = { inMemory: [], onEngine: [] };
  const memory = createMemoryTable({ onConsumed: (each) => consumed.inMemory.push(each) });
  const { client, tableName } = engine;
  const table = createDynamoTable({ client, tableName, onConsumed: (each) => consumed.onEngine.push(each) });
  for (const [at, step] of steps.entries()) {
    const inMemory = await answerOf(memory, consumed.inMemory, step);
    const onEngine = await answerOf(table, consumed.onEngine, step);
    if (inMemory !== onEngine) return { at, inMemory, onEngine };
  }
  const final: Step = { getMany: keysOf(prefix) };
  const inMemory = await answerOf(memory, consumed.inMemory, final);
  const onEngine = await answerOf(table, consumed.onEngine, final);
  return inMemory === onEngine ? undefined : { at: steps.length, inMemory, onEngine };
}

/** Leaves out whatever the difference does not need; each try runs on keys of its own. */
async function shortened(
  steps: readonly Step[],
  prefix: string,
): Promise<{ steps: readonly Step[]; mismatch: Mismatch | undefined }> {
  let shortest = steps;
  let mismatch: Mismatch | undefined;
  let tries = 0;
  for (let chunk = Math.ceil(steps.length / 2); chunk >= 1; chunk = chunk === 1 ? 0 : Math.ceil(chunk / 2))
    for (let start = 0; start < shortest.length; ) {
      tries += 1;
      const candidate = [...shortest.slice(0, start), ...shortest.slice(start + chunk)];
      const fresh = `${prefix}t${tries}`;
      const moved: Step[] = JSON.parse(JSON.stringify(candidate).replaceAll(prefix, fresh));
      const found = await firstMismatch(fresh, moved);
      if (found === undefined) start += chunk;
      else {
        shortest = candidate;
        mismatch = found;
      }
    }
  return { steps: shortest, mismatch };
}

async function report(
  seed: number,
  prefix: string,
  steps: readonly Step[],
  first: Mismatch,
): Promise<string> {
  const { steps: few, mismatch = first } = await shortened(steps.slice(0, first.at + 1), prefix);
  return [
    `TABLE_SEED=${seed} TABLE_HISTORIES=1 shows a difference; the shortest history that does:`,
    ...few.map((step) => JSON.stringify(step)),
    `in memory: ${mismatch.inMemory}`,
    `on engine: ${mismatch.onEngine}`,
  ].join('\n');
}

it(`answers ${HISTORIES} random histories of ${STEPS} calls in memory as on the engine, and consumes the same`, {
  timeout: 900_000,
}, async () => {
  let next = 0;
  const reports: string[] = [];
  async function work(): Promise<void> {
    while (next < HISTORIES && reports.length === 0) {
      const seed = SEED + next;
      next += 1;
      const prefix = `h${seed}`;
      const steps = historyOf(randomFrom(seed), prefix, STEPS);
      const mismatch = await firstMismatch(prefix, steps);
      if (mismatch !== undefined) reports.push(await report(seed, prefix, steps, mismatch));
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  expect(reports.join('\n\n')).toBe('');
  expect(next).toBe(HISTORIES);
});
