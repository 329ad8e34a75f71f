import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import type { Step } from '../kernel/step.ts';
import type { Failure, Order, Report } from './messages.ts';

export interface Search {
  readonly workflow: string;
  readonly from: number;
  readonly seeds: number;
  readonly processes: number;
  readonly mutant?: string;
  readonly shrinks?: boolean;
}

export interface Found extends Omit<Report, 'failure'> {
  readonly failures: readonly Failure[];
}

/** Seeds that a process is asked for at once. */
const PORTION = 50;

/** Spreads the seeds over processes, until one fails or all are done. @throws when a process ends by itself */
export async function spread(search: Search): Promise<Found> {
  const { workflow, from, seeds, processes, mutant, shrinks = true } = search;
  const all: Report[] = [];
  let next = from;
  let isOver = false;
  async function work(): Promise<void> {
    const child = searcher(workflow, mutant);
    try {
      while (!isOver && next < from + seeds) {
        const first = next;
        next = Math.min(first + PORTION, from + seeds);
        const report = await asked(child, { from: first, seeds: next - first, shrinks, steps: undefined });
        all.push(report);
        isOver ||= report.failure !== undefined;
      }
    } finally {
      child.kill();
    }
  }
  await Promise.all(Array.from({ length: processes }, work));
  const outcomes: Record<string, number> = {};
  for (const report of all)
    for (const [outcome, count] of Object.entries(report.outcomes))
      outcomes[outcome] = (outcomes[outcome] ?? 0) + count;
  return {
    seeds: sum(all, 'seeds'),
    steps: sum(all, 'steps'),
    writes: sum(all, 'writes'),
    cpuMs: sum(all, 'cpuMs'),
    outcomes,
    failures: all.flatMap(({ failure }) => failure ?? []).toSorted((a, b) => a.seed - b.seed),
  };
}

/** What becomes of histories that are given step by step, one after the other in a process of their own. */
export async function replay(
  workflow: string,
  histories: readonly { readonly seed: number; readonly steps: readonly Step[] }[],
): Promise<readonly (Failure | undefined)[]> {
  const child = searcher(workflow);
  const failures: (Failure | undefined)[] = [];
  try {
    for (const { seed, steps } of histories) {
      const report = await asked(child, { from: seed, seeds: 1, shrinks: false, steps });
      failures.push(report.failure);
    }
  } finally {
    child.kill();
  }
  return failures;
}

function searcher(workflow: string, mutant?: string): ChildProcess {
  const named = mutant === undefined ? [] : [mutant];
  return fork(join(import.meta.dirname, 'searcher.ts'), [workflow, ...named]);
}

function asked(child: ChildProcess, order: Order): Promise<Report> {
  return new Promise((resolve, reject) => {
    const died = (code: number | null): void => reject(new Error(`a searching process ended (${code})`));
    child.once('exit', died);
    child.once('message', (report) => {
      child.off('exit', died);
      resolve(report as Report);
    });
    child.send(order);
  });
}

function sum(reports: readonly Report[], what: 'seeds' | 'steps' | 'writes' | 'cpuMs'): number {
  return reports.reduce((total, report) => total + report[what], 0);
}
