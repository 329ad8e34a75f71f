import type { Value } from '../data/table.ts';

/** What an execution is started with, or a task answered with: ids, codes, seconds and instants, never personal data. */
export type WorkflowData = Readonly<Record<string, Value>>;

/** The state machines of the city, as workers reach them. Every call may be repeated. */
export interface Workflows {
  /**
   * Starts an execution, once a name: `name` is the business id plus its round, 1 to 80 letters, digits, `-` or `_`.
   * `started`: it runs, also when this very call was made before. `exists`: the name has been used with another
   * input, or by an execution that ended less than 90 days ago; nothing was done. @throws UnknownMachine
   */
  start(machine: string, name: string, input: WorkflowData): Promise<'started' | 'exists'>;
  /**
   * Ends a waiting task with its result. `gone`: nobody waits for it any longer (timed out, answered before, or its
   * execution has ended). A repeated call answers `gone` although the first one counted.
   */
  succeed(taskToken: string, output: WorkflowData): Promise<'sent' | 'gone'>;
  /** Ends a waiting task with an error, which a Catch of the state names. `gone` as in `succeed`. */
  fail(taskToken: string, error: string): Promise<'sent' | 'gone'>;
}

/** Which machines a context's worker starts, and whose tasks it answers. Its rights on AWS are made of it. */
export interface WorkflowUse {
  readonly starts: readonly string[];
  readonly answers: readonly string[];
}

/** Whether its worker is to have Step Functions in reach. */
export function usesWorkflows({ starts, answers }: WorkflowUse): boolean {
  return starts.length + answers.length > 0;
}

/** A machine that the caller has not declared, or that its city does not have. */
export class UnknownMachine extends Error {
  override readonly name = 'UnknownMachine';

  constructor(machine: string) {
    super(`the machine ${machine} may not be started from here`);
  }
}

/** Asked for in an `api` function, or in a worker whose entry does not say `withStepFunctions`. */
export class WorkflowsOutOfReach extends Error {
  override readonly name = 'WorkflowsOutOfReach';

  constructor() {
    super('this function does not reach Step Functions: let an event carry it to the worker');
  }
}

const outOfReach = async (): Promise<never> => {
  throw new WorkflowsOutOfReach();
};

/** What every container has that did not ask for more. @throws WorkflowsOutOfReach, always */
export const noWorkflows: Workflows = { start: outOfReach, succeed: outOfReach, fail: outOfReach };
