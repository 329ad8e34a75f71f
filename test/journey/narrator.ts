import { AssertionError } from 'node:assert/strict';
import { inspect } from 'node:util';
import type { Journey } from './journey.ts';

/** A step that did not go as told. */
export class StepFailed extends Error {
  constructor(step: string, cause: unknown) {
    super(`step ${step} failed`, { cause });
    this.name = 'StepFailed';
  }
}

/** Numbers the steps, says each one when it is done, and names the one that fails. */
export class Narrator {
  readonly #say: (line: string) => void;
  #steps = 0;

  constructor(say: (line: string) => void) {
    this.#say = say;
  }

  get steps(): number {
    return this.#steps;
  }

  readonly step: Journey['step'] = async (words, work) => {
    this.#steps += 1;
    const number = this.#steps;
    const startedAt = performance.now();
    try {
      const result = await work();
      const ms = Math.round(performance.now() - startedAt);
      this.#say(`${String(number).padStart(2)}  ${words}  (${ms} ms)`);
      return result;
    } catch (cause) {
      throw cause instanceof StepFailed ? cause : new StepFailed(`${number}, “${words}”,`, cause);
    }
  };
}

/** What went wrong, for a person: which step, what was expected and what came instead. */
export function explained(error: unknown): string {
  if (!(error instanceof StepFailed)) return error instanceof Error ? error.message : inspect(error);
  const { cause } = error;
  if (!(cause instanceof AssertionError)) return `${error.message}\n${inspect(cause)}`;
  const difference = inspect(
    { expected: cause.expected, actual: cause.actual },
    { depth: 8, breakLength: 110 },
  );
  return `${error.message}\n${cause.message}\n${difference}`;
}
