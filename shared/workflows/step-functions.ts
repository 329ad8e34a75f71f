import {
  SendTaskFailureCommand,
  SendTaskSuccessCommand,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import type { Context } from '../context.ts';
import { awsCredentials, InvalidEnvironment } from '../env.ts';
import { UnknownMachine, type Workflows, type WorkflowUse } from './workflows.ts';

export interface StepFunctionsParts {
  readonly client: Pick<SFNClient, 'send'>;
  /** What stands before a machine's name in its ARN: `arn:aws-cn:states:cn-north-1:123456789012:stateMachine:hechi-`. */
  readonly arnPrefix: string;
  readonly use: WorkflowUse;
}

/** What AWS answers where a token opens nothing (any longer). */
const GONE = new Set(['TaskTimedOut', 'TaskDoesNotExist', 'InvalidToken']);

/** Workflows on AWS Step Functions, or on whatever speaks its API. */
export function createStepFunctions({ client, arnPrefix, use }: StepFunctionsParts): Workflows {
  async function answered(send: () => Promise<unknown>): Promise<'sent' | 'gone'> {
    try {
      await send();
      return 'sent';
    } catch (error) {
      if (error instanceof Error && GONE.has(error.name)) return 'gone';
      throw error;
    }
  }
  return {
    async start(machine, name, input) {
      if (!use.starts.includes(machine)) throw new UnknownMachine(machine);
      const stateMachineArn = `${arnPrefix}${machine}`;
      try {
        await client.send(new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify(input) }));
        return 'started';
      } catch (error) {
        if (error instanceof Error && error.name === 'ExecutionAlreadyExists') return 'exists';
        throw error;
      }
    },
    succeed: (taskToken, output) =>
      answered(() => client.send(new SendTaskSuccessCommand({ taskToken, output: JSON.stringify(output) }))),
    fail: (taskToken, error) => answered(() => client.send(new SendTaskFailureCommand({ taskToken, error }))),
  };
}

/**
 * The context with Step Functions in reach of its worker: `createWorker(withStepFunctions(referral))`. Only entries
 * that say so carry the client. @throws InvalidEnvironment when the city has given it no machines
 */
export function withStepFunctions(context: Context): Context {
  return {
    ...context,
    provide: (deps) => {
      const arnPrefix = deps.env.STATE_MACHINE_ARN_PREFIX;
      if (arnPrefix === undefined) throw new InvalidEnvironment(['STATE_MACHINE_ARN_PREFIX']);
      const workflows = createStepFunctions({ client: sfnClient(), arnPrefix, use: context.workflows });
      return context.provide({ ...deps, workflows });
    },
  };
}

/** A repeated start is the same start, and a repeated answer is told from a first one by nobody: see `Workflows`. */
function sfnClient(): SFNClient {
  return new SFNClient({
    credentials: awsCredentials,
    requestHandler: { connectionTimeout: 1_000, requestTimeout: 3_000, throwOnRequestTimeout: true },
  });
}
