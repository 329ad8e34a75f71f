import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  SendTaskSuccessCommand,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { expect, test } from 'vitest';
import type { Json } from '../../../infra/local/step-functions/json.ts';
import { ROLE, rig } from './rig.ts';

const referral = JSON.stringify({
  QueryLanguage: 'JSONata',
  StartAt: 'Review',
  States: {
    Review: {
      Type: 'Task',
      Resource: 'arn:aws-cn:states:::lambda:invoke.waitForTaskToken',
      Arguments: {
        FunctionName: 'review',
        Payload: { id: '{% $states.input.id %}', token: '{% $states.context.Task.Token %}' },
      },
      TimeoutSeconds: 86400,
      Assign: { verdict: '{% $states.result.verdict %}' },
      Next: 'Rest',
    },
    Rest: { Type: 'Wait', Seconds: 2_592_000, Next: 'Done' },
    Done: { Type: 'Succeed', Output: { verdict: '{% $verdict %}' } },
  },
});

test('an execution waits for a person, then for thirty days, and gives its output', async () => {
  const asked: Json[] = [];
  const { sfn, pass } = await rig({
    ports: {
      invokeFunction: async (_arn, payload) => {
        asked.push(payload);
      },
    },
  });
  const machine = await sfn.send(
    new CreateStateMachineCommand({ name: 'referral', definition: referral, roleArn: ROLE }),
  );
  const started = await sfn.send(
    new StartExecutionCommand({
      stateMachineArn: machine.stateMachineArn,
      name: 'r-1',
      input: '{"id":"r-1"}',
    }),
  );
  await pass(0);
  expect(asked).toEqual([{ id: 'r-1', token: expect.any(String) }]);
  const { token } = asked[0] as { token: string };
  await sfn.send(new SendTaskSuccessCommand({ taskToken: token, output: '{"verdict":"accepted"}' }));
  await pass(30 * 86_400_000);
  const told = await sfn.send(new DescribeExecutionCommand({ executionArn: started.executionArn }));
  expect(told).toMatchObject({ status: 'SUCCEEDED', output: '{"verdict":"accepted"}' });
  const { events } = await sfn.send(new GetExecutionHistoryCommand({ executionArn: started.executionArn }));
  expect(events?.map(({ type }) => type)).toEqual([
    'ExecutionStarted',
    'TaskStateEntered',
    'TaskScheduled',
    'TaskStarted',
    'TaskSucceeded',
    'TaskStateExited',
    'WaitStateEntered',
    'WaitStateExited',
    'SucceedStateEntered',
    'SucceedStateExited',
    'ExecutionSucceeded',
  ]);
});
