import { CreateStateMachineCommand } from '@aws-sdk/client-sfn';
import { beforeEach, describe, expect, it } from 'vitest';
import { createDeps } from '../../shared/deps.ts';
import { InvalidEnvironment } from '../../shared/env.ts';
import { createWorker } from '../../shared/worker.ts';
import {
  createStepFunctions,
  createStepFunctionsClient,
  withStepFunctions,
} from '../../shared/workflows/step-functions.ts';
import { UnknownMachine, type Workflows, WorkflowsOutOfReach } from '../../shared/workflows/workflows.ts';
import { type Rig, ROLE, rig } from '../engines/step-functions/rig.ts';
import { ward } from '../infra/synthesised.ts';
import { testDeps } from '../support/deps.ts';
import { localAws } from '../support/local-aws.ts';

const HOUR_MS = 3_600_000;
const arnPrefix = 'arn:local:states:local:000000000000:stateMachine:town-';
const definition = JSON.stringify({
  QueryLanguage: 'JSONata',
  StartAt: 'Ask',
  States: {
    Ask: {
      Type: 'Task',
      Resource: 'arn:local:states:::lambda:invoke.waitForTaskToken',
      Arguments: {
        FunctionName: 'ask',
        Payload: { task: 'ask', input: {}, token: '{% $states.context.Task.Token %}' },
      },
      TimeoutSeconds: 3600,
      Catch: [{ ErrorEquals: ['ERRAND_WITHDRAWN'], Next: 'Withdrawn' }],
      End: true,
    },
    Withdrawn: { Type: 'Succeed', Output: 'withdrawn' },
  },
});

let opened: Rig;
let workflows: Workflows;
let tokens: string[];

beforeEach(async () => {
  tokens = [];
  opened = await rig({
    ports: {
      invokeFunction: async (_arn, payload) => {
        tokens.push(String(Object(payload).token));
      },
    },
  });
  await opened.sfn.send(new CreateStateMachineCommand({ name: 'town-errand', definition, roleArn: ROLE }));
  workflows = createStepFunctions({
    client: createStepFunctionsClient({ ...localAws, endpoint: opened.endpoint }),
    arnPrefix,
    use: { starts: ['errand'], answers: ['errand'] },
  });
});

const asked = async (): Promise<string> => {
  await opened.engine.idle();
  return tokens.at(-1) ?? '';
};

describe('an execution', () => {
  it('starts once a name, however often the same start is repeated', async () => {
    expect(await workflows.start('errand', 'E1-1', { errandId: 'E1' })).toBe('started');
    expect(await workflows.start('errand', 'E1-1', { errandId: 'E1' })).toBe('started');
    await asked();
    expect(tokens).toHaveLength(1);
  });

  it('exists when its name has been used for something else, or by one that has ended', async () => {
    await workflows.start('errand', 'E1-1', { errandId: 'E1' });
    expect(await workflows.start('errand', 'E1-1', { errandId: 'E2' })).toBe('exists');
    await workflows.succeed(await asked(), {});
    await opened.engine.idle();
    expect(await workflows.start('errand', 'E1-1', { errandId: 'E1' })).toBe('exists');
    expect(await workflows.start('errand', 'E1-2', { errandId: 'E1' })).toBe('started');
  });

  it('is not started of a machine that the context has not declared, or that is not there', async () => {
    await expect(workflows.start('other', 'E1-1', {})).rejects.toBeInstanceOf(UnknownMachine);
    const wrong = createStepFunctions({
      client: createStepFunctionsClient({ ...localAws, endpoint: opened.endpoint }),
      arnPrefix,
      use: { starts: ['gone'], answers: [] },
    });
    await expect(wrong.start('gone', 'E1-1', {})).rejects.toMatchObject({ name: 'StateMachineDoesNotExist' });
  });
});

describe('a waiting task', () => {
  beforeEach(async () => {
    await workflows.start('errand', 'E1-1', { errandId: 'E1' });
  });

  it.each([
    ['a result', (token: string) => workflows.succeed(token, { outcome: 'done' })],
    ['an error', (token: string) => workflows.fail(token, 'ERRAND_WITHDRAWN')],
  ])('takes %s once; the second time nobody waits for it', async (_, answer) => {
    const token = await asked();
    expect(await answer(token)).toBe('sent');
    expect(await answer(token)).toBe('gone');
  });

  it('is gone when its time is over, and when it never was', async () => {
    const token = await asked();
    await opened.pass(HOUR_MS);
    expect(await workflows.succeed(token, {})).toBe('gone');
    expect(await workflows.fail('no token at all', 'X')).toBe('gone');
  });

  it('says so when Step Functions is out of order, instead of taking the task for gone', async () => {
    const broken = createStepFunctions({
      client: { call: () => Promise.reject(Object.assign(new Error(), { name: 'ServiceUnavailable' })) },
      arnPrefix,
      use: { starts: ['errand'], answers: [] },
    });
    await expect(broken.succeed('x', {})).rejects.toMatchObject({ name: 'ServiceUnavailable' });
    await expect(broken.start('errand', 'x', {})).rejects.toMatchObject({ name: 'ServiceUnavailable' });
  });
});

describe('a function', () => {
  it('does not reach Step Functions unless its entry says so', async () => {
    const { env, clock, table, city, kms } = testDeps();
    const plain = createDeps(env, { clock, table, city, kms });
    await expect(plain.workflows.start('errand', 'x', {})).rejects.toBeInstanceOf(WorkflowsOutOfReach);
    await expect(plain.workflows.succeed('x', {})).rejects.toBeInstanceOf(WorkflowsOutOfReach);
    await expect(plain.workflows.fail('x', 'X')).rejects.toBeInstanceOf(WorkflowsOutOfReach);
  });

  it('does not start where the city has not told it of any machine', async () => {
    const worker = createWorker(withStepFunctions(ward), testDeps());
    await expect(worker({ sweep: true }, {} as never)).rejects.toBeInstanceOf(InvalidEnvironment);
  });
});
