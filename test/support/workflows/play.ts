import { strict as assert } from 'node:assert';
import { operations } from '../../../infra/local/step-functions/api.ts';
import { LAPTOP } from '../../../infra/local/step-functions/arn.ts';
import { Engine } from '../../../infra/local/step-functions/engine.ts';
import type { Json, JsonObject } from '../../../infra/local/step-functions/json.ts';
import type { Way } from '../../../infra/local/step-functions/run.ts';
import { Store } from '../../../infra/local/step-functions/store.ts';
import type { Machine } from '../../../infra/machines.ts';
import { durationMs } from '../../../shared/kernel/duration.ts';
import type { WorkflowData } from '../../../shared/workflows/workflows.ts';
import { ManualClock } from '../../engines/local/manual-clock.ts';
import { passTime } from './pass-time.ts';
import { type Answer, TaskScript } from './task-script.ts';

/** One execution of a machine's very file, with scripted tasks and a clock that stands until it is moved. */
export interface Play {
  /** What a task answers, one call after another; the last answer stays. A value, `fails('CODE')` or `hangs`. */
  on(task: string, ...answers: readonly Answer[]): void;
  start(input: WorkflowData): Promise<void>;
  /** Answers the task's newest token, as `workflows.succeed` would. @throws when it is gone */
  succeed(task: string, output?: WorkflowData): Promise<void>;
  /** As `workflows.fail`. @throws when it is gone */
  fail(task: string, error: string): Promise<void>;
  /** Lets an ISO 8601 duration pass. */
  pass(duration: string): Promise<void>;
  /** Every call so far, oldest first: `task` and `input` as the worker would get them. */
  readonly calls: readonly { readonly task: string; readonly input: Json }[];
  /** How the execution stands. */
  state(): Promise<{ readonly status: string; readonly output?: Json; readonly error?: string }>;
  close(): Promise<void>;
}

const START = '2027-03-01T01:00:00.000Z';
/** Real milliseconds that a task which never answers holds up the clock. */
const PATIENCE_MS = 5;
const ARN = `arn:${LAPTOP.partition}:states:${LAPTOP.region}:${LAPTOP.account}`;

export async function openPlay(machine: Machine, onWay: (way: Way) => void = () => {}): Promise<Play> {
  const clock = new ManualClock(START);
  const script = new TaskScript();
  const engine = new Engine({
    store: new Store(':memory:'),
    clock,
    onWay,
    callPatienceMs: PATIENCE_MS,
    ports: {
      invokeFunction: async (_arn, payload) => script.invoke(payload),
      putEvents: async () => assert.fail('machines call workers only'),
      dynamoDb: async () => assert.fail('machines call workers only'),
    },
  });
  const api = operations(engine, LAPTOP);
  const call = async (operation: string, body: JsonObject): Promise<JsonObject> => {
    const answer = (await api.get(operation)?.run(body)) ?? {};
    await engine.idle();
    script.check();
    return answer;
  };
  const definition = machine.definition.fill({ partition: LAPTOP.partition, worker: (context) => context });
  await engine.start();
  await call('CreateStateMachine', { name: machine.name, definition, roleArn: `${ARN}:role` });
  const executionArn = `${ARN}:execution:${machine.name}:play`;
  return {
    on: (task, ...answers) => script.on(task, answers),
    calls: script.calls,
    async start(input) {
      const stateMachineArn = `${ARN}:stateMachine:${machine.name}`;
      await call('StartExecution', { stateMachineArn, name: 'play', input: JSON.stringify(input) });
    },
    async succeed(task, output = {}) {
      const taskToken = script.tokenOf(task);
      await call('SendTaskSuccess', { taskToken, output: JSON.stringify(output) });
    },
    async fail(task, error) {
      // Such names are the engine's own: sent by hand, one would pass for a timer that has fired.
      assert.doesNotMatch(error, /^States\./);
      await call('SendTaskFailure', { taskToken: script.tokenOf(task), error });
    },
    async pass(duration) {
      await passTime(engine, clock, durationMs(duration));
      script.check();
    },
    async state() {
      const { status, output, error } = await call('DescribeExecution', { executionArn });
      return {
        status: String(status),
        ...(typeof output === 'string' && { output: JSON.parse(output) }),
        ...(typeof error === 'string' && { error }),
      };
    },
    close: () => engine.stop(),
  };
}
