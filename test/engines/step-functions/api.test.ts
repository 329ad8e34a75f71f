import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  DescribeStateMachineCommand,
  DescribeStateMachineForExecutionCommand,
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  ListStateMachinesCommand,
  SendTaskFailureCommand,
  SendTaskHeartbeatCommand,
  SendTaskSuccessCommand,
  type SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
  UpdateStateMachineCommand,
} from '@aws-sdk/client-sfn';
import { expect, test } from 'vitest';
import { LAPTOP, machineArn } from '../../../infra/local/step-functions/arn.ts';
import type { Json } from '../../../infra/local/step-functions/json.ts';
import { newToken } from '../../../infra/local/step-functions/tokens.ts';
import { type Rig, ROLE, rig } from './rig.ts';

const DAY_MS = 86_400_000;
const define = (states: object): string =>
  JSON.stringify({ QueryLanguage: 'JSONata', StartAt: Object.keys(states)[0], States: states });
const resting = define({ Rest: { Type: 'Wait', Seconds: 3600, End: true } });
const quick = define({ Done: { Type: 'Succeed' } });
const asking = (more: object = {}): string =>
  define({
    Ask: {
      Type: 'Task',
      Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
      Arguments: { FunctionName: 'ask', Payload: '{% $states.context.Task.Token %}' },
      TimeoutSeconds: 100,
      ...more,
      End: true,
    },
  });

async function create(sfn: SFNClient, definition: string, name = 'machine'): Promise<string> {
  const made = await sfn.send(new CreateStateMachineCommand({ name, definition, roleArn: ROLE }));
  return made.stateMachineArn ?? '';
}

async function start(sfn: SFNClient, stateMachineArn: string, name: string, input = '{}'): Promise<string> {
  const begun = await sfn.send(new StartExecutionCommand({ stateMachineArn, name, input }));
  return begun.executionArn ?? '';
}

const statusOf = async (sfn: SFNClient, executionArn: string) =>
  (await sfn.send(new DescribeExecutionCommand({ executionArn }))).status;

const named = (name: string) => expect.objectContaining({ name });

/** An execution that waits for a token, and the token. */
async function asked(more: object = {}): Promise<Rig & { arn: string; taskToken: string; tokens: string[] }> {
  const tokens: string[] = [];
  const opened = await rig({
    ports: { invokeFunction: async (_arn: string, payload: Json) => void tokens.push(String(payload)) },
  });
  const arn = await start(opened.sfn, await create(opened.sfn, asking(more)), 'one');
  await opened.pass(0);
  return { ...opened, arn, tokens, taskToken: tokens[0] ?? '' };
}

test('creating the same machine twice answers the same machine', async () => {
  const { sfn } = await rig();
  expect(await create(sfn, quick)).toBe(await create(sfn, quick));
});

test('creating another machine of the same name is refused', async () => {
  const { sfn } = await rig();
  await create(sfn, quick);
  await expect(create(sfn, resting)).rejects.toEqual(named('StateMachineAlreadyExists'));
});

test('a definition that is not supported is refused with its place', async () => {
  const { sfn } = await rig();
  const attempt = create(sfn, define({ A: { Type: 'Pass', ResultPath: '$.a', End: true } }));
  await expect(attempt).rejects.toEqual(named('InvalidDefinition'));
  await expect(attempt).rejects.toThrow('/States/A/ResultPath');
  expect((await sfn.send(new ListStateMachinesCommand({}))).stateMachines).toEqual([]);
});

test.each([['a b'], ['a/b'], [''], ['x'.repeat(81)], ['a*']])(
  'a machine cannot be called %j',
  async (name) => {
    const { sfn } = await rig();
    await expect(create(sfn, quick, name)).rejects.toEqual(named('InvalidName'));
  },
);

test('an express machine is refused', async () => {
  const { sfn } = await rig();
  const attempt = sfn.send(
    new CreateStateMachineCommand({ name: 'm', definition: quick, roleArn: ROLE, type: 'EXPRESS' }),
  );
  await expect(attempt).rejects.toEqual(named('ValidationException'));
});

test('a request for what is not supported is refused, not ignored', async () => {
  const { sfn } = await rig();
  const attempt = sfn.send(
    new CreateStateMachineCommand({ name: 'm', definition: quick, roleArn: ROLE, publish: true }),
  );
  await expect(attempt).rejects.toThrow('publish is not supported');
});

test('a machine is described byte for byte as it was defined', async () => {
  const { sfn } = await rig();
  const spaced = `  ${quick}\n`;
  const stateMachineArn = await create(sfn, spaced);
  const told = await sfn.send(new DescribeStateMachineCommand({ stateMachineArn }));
  expect(told).toMatchObject({
    definition: spaced,
    roleArn: ROLE,
    status: 'ACTIVE',
    type: 'STANDARD',
    name: 'machine',
  });
});

test('machines are listed page by page', async () => {
  const { sfn } = await rig();
  for (const name of ['a', 'b', 'c']) await create(sfn, quick, name);
  const first = await sfn.send(new ListStateMachinesCommand({ maxResults: 2 }));
  const second = await sfn.send(new ListStateMachinesCommand({ maxResults: 2, nextToken: first.nextToken }));
  expect([first, second].map(({ stateMachines }) => stateMachines?.map(({ name }) => name))).toEqual([
    ['a', 'b'],
    ['c'],
  ]);
  expect(second.nextToken).toBeUndefined();
});

test.each([
  ['StateMachineDoesNotExist', machineArn(LAPTOP, 'absent')],
  ['InvalidArn', 'arn:local:s3:::bucket'],
])('starting is refused with %s', async (error, stateMachineArn) => {
  const { sfn } = await rig();
  await expect(start(sfn, stateMachineArn, 'one')).rejects.toEqual(named(error));
});

test('running executions finish on the definition they started with', async () => {
  const { sfn, pass } = await rig();
  const say = (what: string): string =>
    define({
      Rest: { Type: 'Wait', Seconds: 60, Next: 'Say' },
      Say: { Type: 'Pass', Output: what, End: true },
    });
  const stateMachineArn = await create(sfn, say('old'));
  const old = await start(sfn, stateMachineArn, 'old');
  await pass(1000);
  await sfn.send(new UpdateStateMachineCommand({ stateMachineArn, definition: say('new') }));
  const young = await start(sfn, stateMachineArn, 'new');
  await pass(60_000);
  const outputs = [old, young].map(async (executionArn) => {
    const { output } = await sfn.send(new DescribeExecutionCommand({ executionArn }));
    return output;
  });
  expect(await Promise.all(outputs)).toEqual(['"old"', '"new"']);
  const of = await sfn.send(new DescribeStateMachineForExecutionCommand({ executionArn: old }));
  expect(of.definition).toBe(say('old'));
});

test('an update to a definition that is not supported changes nothing', async () => {
  const { sfn } = await rig();
  const stateMachineArn = await create(sfn, quick);
  const attempt = sfn.send(new UpdateStateMachineCommand({ stateMachineArn, definition: '{}' }));
  await expect(attempt).rejects.toEqual(named('InvalidDefinition'));
  expect((await sfn.send(new DescribeStateMachineCommand({ stateMachineArn }))).definition).toBe(quick);
});

test('an update of nothing is refused', async () => {
  const { sfn } = await rig();
  const stateMachineArn = await create(sfn, quick);
  const attempt = sfn.send(new UpdateStateMachineCommand({ stateMachineArn }));
  await expect(attempt).rejects.toEqual(named('MissingRequiredParameter'));
});

test('starting again by the same name and input answers the running execution', async () => {
  const { sfn } = await rig();
  const machine = await create(sfn, resting);
  expect(await start(sfn, machine, 'one', '{"a":1}')).toBe(await start(sfn, machine, 'one', '{"a":1}'));
  const { executions } = await sfn.send(new ListExecutionsCommand({ stateMachineArn: machine }));
  expect(executions).toHaveLength(1);
});

test('starting by the same name with another input is refused', async () => {
  const { sfn } = await rig();
  const machine = await create(sfn, resting);
  await start(sfn, machine, 'one', '{"a":1}');
  await expect(start(sfn, machine, 'one', '{"a":2}')).rejects.toEqual(named('ExecutionAlreadyExists'));
});

test('a name is taken for 90 days after the execution has ended, then free', async () => {
  const { sfn, pass } = await rig();
  const machine = await create(sfn, quick);
  const executionArn = await start(sfn, machine, 'one');
  await pass(90 * DAY_MS);
  await expect(start(sfn, machine, 'one')).rejects.toEqual(named('ExecutionAlreadyExists'));
  await pass(1000);
  await expect(statusOf(sfn, executionArn)).rejects.toEqual(named('ExecutionDoesNotExist'));
  expect(await start(sfn, machine, 'one')).toBe(executionArn);
});

test('a running execution is remembered however long it runs', async () => {
  const { sfn, pass } = await rig();
  const machine = await create(sfn, define({ Rest: { Type: 'Wait', Seconds: 300 * 86_400, End: true } }));
  const executionArn = await start(sfn, machine, 'one');
  await pass(200 * DAY_MS);
  expect(await statusOf(sfn, executionArn)).toBe('RUNNING');
});

test('an input that is no JSON is refused', async () => {
  const { sfn } = await rig();
  const machine = await create(sfn, quick);
  await expect(start(sfn, machine, 'one', '{')).rejects.toEqual(named('InvalidExecutionInput'));
});

test('an input over 256 KB is refused', async () => {
  const { sfn } = await rig();
  const machine = await create(sfn, quick);
  const input = JSON.stringify('x'.repeat(262_143));
  await expect(start(sfn, machine, 'one', input)).rejects.toEqual(named('ValidationException'));
});

test('an execution without a name is given one', async () => {
  const { sfn } = await rig();
  const stateMachineArn = await create(sfn, quick);
  const { executionArn } = await sfn.send(new StartExecutionCommand({ stateMachineArn }));
  expect(executionArn).toMatch(/:execution:machine:[0-9a-f-]{36}$/);
});

test('executions are listed newest first, by status', async () => {
  const { sfn, pass } = await rig();
  const stateMachineArn = await create(sfn, resting);
  const first = await start(sfn, stateMachineArn, 'one');
  await pass(3_600_000);
  await start(sfn, stateMachineArn, 'two');
  await start(sfn, stateMachineArn, 'three');
  const all = await sfn.send(new ListExecutionsCommand({ stateMachineArn }));
  expect(all.executions?.map(({ name }) => name)).toEqual(['three', 'two', 'one']);
  const done = await sfn.send(new ListExecutionsCommand({ stateMachineArn, statusFilter: 'SUCCEEDED' }));
  expect(done.executions?.map(({ executionArn }) => executionArn)).toEqual([first]);
});

test('an execution tells when it started and stopped on the virtual clock', async () => {
  const { sfn, pass, clock } = await rig();
  const begun = clock.now();
  const executionArn = await start(sfn, await create(sfn, resting), 'one');
  await pass(2 * 3_600_000);
  const told = await sfn.send(new DescribeExecutionCommand({ executionArn }));
  expect(told.startDate?.getTime()).toBe(begun);
  expect(told.stopDate?.getTime()).toBe(begun + 3_600_000);
});

test('the history is paged and can be read backwards', async () => {
  const { sfn, pass } = await rig();
  const executionArn = await start(sfn, await create(sfn, quick), 'one');
  await pass(0);
  const first = await sfn.send(
    new GetExecutionHistoryCommand({ executionArn, maxResults: 1, reverseOrder: true }),
  );
  expect(first.events?.[0]).toMatchObject({ id: 4, type: 'ExecutionSucceeded', previousEventId: 3 });
  const { nextToken } = first;
  const rest = await sfn.send(
    new GetExecutionHistoryCommand({ executionArn, nextToken, reverseOrder: true }),
  );
  expect(rest.events?.map(({ id }) => id)).toEqual([3, 2, 1]);
});

test('events carry input, output and what was assigned', async () => {
  const { sfn, pass } = await rig();
  const definition = define({ Only: { Type: 'Pass', Output: { b: 2 }, Assign: { c: 3 }, End: true } });
  const executionArn = await start(sfn, await create(sfn, definition), 'one', '{"a":1}');
  await pass(0);
  const { events = [] } = await sfn.send(new GetExecutionHistoryCommand({ executionArn }));
  expect(events[0]?.executionStartedEventDetails).toMatchObject({ input: '{"a":1}', roleArn: ROLE });
  expect(events[1]?.stateEnteredEventDetails).toMatchObject({ name: 'Only', input: '{"a":1}' });
  expect(events[2]?.stateExitedEventDetails).toMatchObject({
    name: 'Only',
    output: '{"b":2}',
    assignedVariables: { c: '3' },
  });
});

test('a failed expression is told with its state', async () => {
  const { sfn, pass } = await rig();
  const definition = define({ Only: { Type: 'Pass', Output: '{% $states.input.no %}', End: true } });
  const executionArn = await start(sfn, await create(sfn, definition), 'one');
  await pass(0);
  const { events = [] } = await sfn.send(new GetExecutionHistoryCommand({ executionArn }));
  expect(events.map(({ type }) => type)).toEqual([
    'ExecutionStarted',
    'PassStateEntered',
    'EvaluationFailed',
    'ExecutionFailed',
  ]);
  expect(events[2]?.evaluationFailedEventDetails).toMatchObject({
    state: 'Only',
    error: 'States.QueryEvaluationError',
  });
});

test('stopping ends an execution with its error and cause', async () => {
  const { sfn, pass, arn, taskToken } = await asked();
  await sfn.send(
    new StopExecutionCommand({ executionArn: arn, error: 'Withdrawn', cause: 'by the resident' }),
  );
  const told = await sfn.send(new DescribeExecutionCommand({ executionArn: arn }));
  expect(told).toMatchObject({ status: 'ABORTED', error: 'Withdrawn', cause: 'by the resident' });
  await expect(sfn.send(new SendTaskSuccessCommand({ taskToken, output: '1' }))).rejects.toEqual(
    named('TaskTimedOut'),
  );
  await pass(DAY_MS);
  expect(await statusOf(sfn, arn)).toBe('ABORTED');
});

test('stopping what has ended leaves it as it ended', async () => {
  const { sfn, pass } = await rig();
  const executionArn = await start(sfn, await create(sfn, quick), 'one');
  await pass(1000);
  await sfn.send(new StopExecutionCommand({ executionArn }));
  expect(await statusOf(sfn, executionArn)).toBe('SUCCEEDED');
});

test('stopping what does not exist is refused', async () => {
  const { sfn } = await rig();
  const executionArn = 'arn:local:states:local:000000000000:execution:machine:absent';
  await expect(sfn.send(new StopExecutionCommand({ executionArn }))).rejects.toEqual(
    named('ExecutionDoesNotExist'),
  );
});

test('a token brings the result', async () => {
  const { sfn, pass, arn, taskToken } = await asked();
  await sfn.send(new SendTaskSuccessCommand({ taskToken, output: '{"a":1}' }));
  await pass(0);
  expect(await sfn.send(new DescribeExecutionCommand({ executionArn: arn }))).toMatchObject({
    status: 'SUCCEEDED',
    output: '{"a":1}',
  });
});

test('a token works once', async () => {
  const { sfn, taskToken } = await asked();
  await sfn.send(new SendTaskSuccessCommand({ taskToken, output: '1' }));
  const again = sfn.send(new SendTaskSuccessCommand({ taskToken, output: '2' }));
  await expect(again).rejects.toEqual(named('TaskTimedOut'));
});

test('a token brings a failure, which Catch sees', async () => {
  const { sfn, pass, arn, taskToken } = await asked();
  await sfn.send(new SendTaskFailureCommand({ taskToken, error: 'Declined', cause: 'no bed' }));
  await pass(0);
  expect(await sfn.send(new DescribeExecutionCommand({ executionArn: arn }))).toMatchObject({
    error: 'Declined',
    cause: 'no bed',
  });
});

test('a token that came too late is refused', async () => {
  const { sfn, pass, taskToken } = await asked();
  await pass(100_000);
  const late = sfn.send(new SendTaskSuccessCommand({ taskToken, output: '1' }));
  await expect(late).rejects.toEqual(named('TaskTimedOut'));
});

test('heartbeats keep a task alive, and their end times it out', async () => {
  const { sfn, pass, arn, taskToken } = await asked({ HeartbeatSeconds: 10 });
  for (let beat = 0; beat < 5; beat += 1) {
    await pass(9000);
    await sfn.send(new SendTaskHeartbeatCommand({ taskToken }));
  }
  expect(await statusOf(sfn, arn)).toBe('RUNNING');
  await pass(10_000);
  expect(await sfn.send(new DescribeExecutionCommand({ executionArn: arn }))).toMatchObject({
    error: 'States.HeartbeatTimeout',
  });
});

test('heartbeats do not move the timeout itself', async () => {
  const { sfn, pass, arn, taskToken } = await asked({ HeartbeatSeconds: 60 });
  await pass(50_000);
  await sfn.send(new SendTaskHeartbeatCommand({ taskToken }));
  await pass(50_000);
  expect(await sfn.send(new DescribeExecutionCommand({ executionArn: arn }))).toMatchObject({
    error: 'States.Timeout',
  });
});

test('each attempt has a token of its own', async () => {
  const { sfn, pass, tokens } = await asked({
    Retry: [{ ErrorEquals: ['States.Timeout'], IntervalSeconds: 1, MaxAttempts: 1 }],
  });
  await pass(101_000);
  expect(new Set(tokens).size).toBe(2);
  const [first = '', second = ''] = tokens;
  await expect(sfn.send(new SendTaskSuccessCommand({ taskToken: first, output: '1' }))).rejects.toEqual(
    named('TaskTimedOut'),
  );
  await sfn.send(new SendTaskSuccessCommand({ taskToken: second, output: '1' }));
});

test('a result may come before the call that carried its token has returned', async () => {
  const client: { sfn?: SFNClient } = {};
  const { sfn, pass } = await rig({
    ports: {
      invokeFunction: async (_arn, payload) => {
        await client.sfn?.send(new SendTaskSuccessCommand({ taskToken: String(payload), output: '"early"' }));
      },
    },
  });
  client.sfn = sfn;
  const executionArn = await start(sfn, await create(sfn, asking()), 'one');
  await pass(0);
  expect(await sfn.send(new DescribeExecutionCommand({ executionArn }))).toMatchObject({ output: '"early"' });
});

test.each([
  ['InvalidToken', 'not-a-token', '1'],
  ['TaskTimedOut', newToken(), '1'],
])('a token is refused with %s', async (error, taskToken, output) => {
  const { sfn } = await rig();
  await expect(sfn.send(new SendTaskSuccessCommand({ taskToken, output }))).rejects.toEqual(named(error));
});

test('a result that is no JSON is refused, and the task goes on waiting', async () => {
  const { sfn, arn, taskToken } = await asked();
  await expect(sfn.send(new SendTaskSuccessCommand({ taskToken, output: '{' }))).rejects.toEqual(
    named('InvalidOutput'),
  );
  expect(await statusOf(sfn, arn)).toBe('RUNNING');
});

const nesting = (more: object = {}): string =>
  define({
    Call: {
      Type: 'Task',
      Resource: 'arn:aws:states:::states:startExecution.sync:2',
      Arguments: { StateMachineArn: machineArn(LAPTOP, 'child'), Input: '{% $states.input %}' },
      Output: '{% $states.result.Output %}',
      ...more,
      End: true,
    },
  });

async function nested(
  child: string,
  more: object = {},
): Promise<Rig & { arn: string; children(): Promise<(string | undefined)[]> }> {
  const opened = await rig();
  const stateMachineArn = await create(opened.sfn, child, 'child');
  const arn = await start(opened.sfn, await create(opened.sfn, nesting(more)), 'one', '{"a":1}');
  const children = async () => {
    const { executions = [] } = await opened.sfn.send(new ListExecutionsCommand({ stateMachineArn }));
    return executions.map(({ status }) => status);
  };
  return { ...opened, arn, children };
}

test('a nested execution gives its output, parsed, to its parent', async () => {
  const { sfn, pass, arn } = await nested(
    define({ Done: { Type: 'Succeed', Output: { got: '{% $states.input.a %}' } } }),
  );
  await pass(0);
  expect(await sfn.send(new DescribeExecutionCommand({ executionArn: arn }))).toMatchObject({
    output: '{"got":1}',
  });
});

test('the failure of a nested execution fails the task of its parent', async () => {
  const { sfn, pass, arn } = await nested(define({ No: { Type: 'Fail', Error: 'Inner' } }));
  await pass(0);
  const told = await sfn.send(new DescribeExecutionCommand({ executionArn: arn }));
  expect(told.error).toBe('States.TaskFailed');
  expect(JSON.parse(told.cause ?? '')).toMatchObject({ Status: 'FAILED', Error: 'Inner' });
});

test('each attempt starts a nested execution of its own', async () => {
  const { pass, children } = await nested(define({ No: { Type: 'Fail', Error: 'Inner' } }), {
    Retry: [{ ErrorEquals: ['States.ALL'], MaxAttempts: 2 }],
  });
  await pass(60_000);
  expect(await children()).toEqual(['FAILED', 'FAILED', 'FAILED']);
});

test('stopping the parent stops the nested execution', async () => {
  const { sfn, pass, arn, children } = await nested(resting);
  await pass(0);
  await sfn.send(new StopExecutionCommand({ executionArn: arn }));
  expect(await children()).toEqual(['ABORTED']);
});

test('a task that times out stops the nested execution', async () => {
  const { sfn, pass, arn, children } = await nested(resting, { TimeoutSeconds: 5 });
  await pass(5000);
  expect(await children()).toEqual(['ABORTED']);
  expect(await statusOf(sfn, arn)).toBe('FAILED');
});

test('stopping the nested execution fails its parent', async () => {
  const { sfn, pass, arn } = await nested(resting);
  await pass(0);
  const { executions = [] } = await sfn.send(
    new ListExecutionsCommand({ stateMachineArn: machineArn(LAPTOP, 'child') }),
  );
  await sfn.send(new StopExecutionCommand({ executionArn: executions[0]?.executionArn }));
  await pass(0);
  expect(await sfn.send(new DescribeExecutionCommand({ executionArn: arn }))).toMatchObject({
    status: 'FAILED',
    error: 'States.TaskFailed',
  });
});

test('nesting a machine that does not exist fails the task', async () => {
  const { sfn, pass } = await rig();
  const executionArn = await start(sfn, await create(sfn, nesting()), 'one');
  await pass(0);
  expect(await sfn.send(new DescribeExecutionCommand({ executionArn }))).toMatchObject({
    error: 'StepFunctions.StateMachineDoesNotExistException',
  });
});
