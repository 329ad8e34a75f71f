import { strict as assert } from 'node:assert';
import type { Json } from '../../../infra/local/step-functions/json.ts';
import { taskMessage } from '../../../shared/worker-messages.ts';

class TaskFailure extends Error {}

/** The task throws a `Refusal` of this code, or an error of this name. */
export function fails(error: string): TaskFailure {
  const failure = new TaskFailure('as the scenario says');
  failure.name = error;
  return failure;
}

/** The task never comes back. */
export const hangs = Symbol('hangs');

export type Answer = Json | TaskFailure | typeof hangs;

/** What the tasks of a play answer, and what they were asked. */
export class TaskScript {
  readonly calls: { readonly task: string; readonly input: Json }[] = [];
  readonly #answers = new Map<string, Answer[]>();
  readonly #tokens = new Map<string, string>();
  readonly #unscripted = new Set<string>();

  on(task: string, answers: readonly Answer[]): void {
    assert.ok(answers.length > 0, `${task} answers nothing`);
    this.#answers.set(task, [...answers]);
  }

  /** As a worker does: the payload has to be one of its messages. */
  async invoke(payload: Json): Promise<unknown> {
    const { task, input, token } = taskMessage.parse(payload);
    // It came through JSON.
    this.calls.push({ task, input: input as Json });
    if (token !== undefined) this.#tokens.set(task, token);
    const answers = this.#answers.get(task) ?? (token === undefined ? [] : [{}]);
    const answer = answers.length > 1 ? answers.shift() : answers[0];
    if (answer === undefined) {
      this.#unscripted.add(task);
      throw fails('Unscripted');
    }
    if (answer === hangs) return new Promise<never>(() => undefined);
    if (answer instanceof TaskFailure) throw answer;
    return answer;
  }

  tokenOf(task: string): string {
    return this.#tokens.get(task) ?? assert.fail(`${task} has been given no token`);
  }

  /** Fails a play that forgot to say what a task answers: a Catch would hide it. */
  check(): void {
    assert.deepEqual([...this.#unscripted], [], 'tasks without an answer');
  }
}
