import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { beforeAll, expect, test } from 'vitest';
import type { Json, JsonObject } from '../../../infra/local/step-functions/json.ts';
import { type OpenRig, openRig, ROLE } from './rig.ts';
import { scriptedPorts } from './scripted-functions.ts';

/** What a machine does with an input: its output, or how it fails. */
export interface Case {
  readonly it: string;
  readonly states: JsonObject;
  readonly startAt?: string;
  readonly machine?: JsonObject;
  readonly input?: Json;
  /** Virtual seconds to let pass; sixty days by default, after which it is still remembered. */
  readonly seconds?: number;
  readonly gives?: Json | undefined;
  readonly fails?: string;
  readonly cause?: RegExp;
  readonly status?: string;
}

const DEFAULT_SECONDS = 60 * 86_400;

/** One state that ends the machine. */
export const only = (state: JsonObject): JsonObject => ({ Only: { ...state, End: true } });

export const pass = (output: Json, more: JsonObject = {}): JsonObject =>
  only({ Type: 'Pass', Output: output, ...more });

export const invoke = (name: string, more: JsonObject = {}): JsonObject => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::lambda:invoke',
  Arguments: { FunctionName: name, Payload: '{% $states.input %}' },
  Output: '{% $states.result.Payload %}',
  ...more,
});

export const caught = (errors: readonly string[], state: JsonObject, more: JsonObject = {}): JsonObject => ({
  Only: { ...state, Catch: [{ ErrorEquals: errors, Next: 'Caught', ...more }], End: true },
  Caught: { Type: 'Pass', End: true },
});

/** Runs each case through the SDK against one served engine. */
export function conforms(chapter: string, cases: readonly Case[]): void {
  let served: OpenRig;
  beforeAll(async () => {
    served = await openRig({ ports: scriptedPorts(), random: () => 0.5, callPatienceMs: 20 });
    return () => served.close();
  });

  test.each(cases.map((one) => [one.it, one] as const))(`${chapter}: %s`, async (title, one) => {
    const { sfn } = served;
    const definition = JSON.stringify({
      QueryLanguage: 'JSONata',
      StartAt: one.startAt ?? Object.keys(one.states)[0],
      ...one.machine,
      States: one.states,
    });
    const name = title.replace(/[^A-Za-z0-9]+/g, '-').slice(0, 70);
    const { stateMachineArn } = await sfn.send(
      new CreateStateMachineCommand({ name, definition, roleArn: ROLE }),
    );
    const input = JSON.stringify(one.input ?? {});
    const { executionArn } = await sfn.send(
      new StartExecutionCommand({ stateMachineArn, name: 'run', input }),
    );
    await served.pass((one.seconds ?? DEFAULT_SECONDS) * 1000);
    const told = await sfn.send(new DescribeExecutionCommand({ executionArn }));
    const status = one.status ?? (one.fails === undefined ? 'SUCCEEDED' : 'FAILED');
    expect({ status: told.status, error: told.error }).toEqual({ status, error: one.fails });
    if (one.gives !== undefined) expect(JSON.parse(told.output ?? '')).toEqual(one.gives);
    if (one.cause !== undefined) expect(told.cause).toMatch(one.cause);
  });
}
