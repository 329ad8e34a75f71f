import { type AwsClient, type AwsConnection, createAwsClient } from '../aws/aws-client.ts';
import type { Context } from '../context.ts';
import { awsConnection, InvalidEnvironment } from '../env.ts';
import { UnknownMachine, type Workflows, type WorkflowUse } from './workflows.ts';

type StepFunctionsClient = AwsClient<{
  StartExecution: { input: { stateMachineArn: string; name: string; input: string }; output: object };
  SendTaskSuccess: { input: { taskToken: string; output: string }; output: object };
  SendTaskFailure: { input: { taskToken: string; error: string }; output: object };
}>;

export interface StepFunctionsParts {
  readonly client: Pick<StepFunctionsClient, 'call'>;
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
        await client.call('StartExecution', { stateMachineArn, name, input: JSON.stringify(input) });
        return 'started';
      } catch (error) {
        if (error instanceof Error && error.name === 'ExecutionAlreadyExists') return 'exists';
        throw error;
      }
    },
    succeed: (taskToken, output) =>
      answered(() => client.call('SendTaskSuccess', { taskToken, output: JSON.stringify(output) })),
    fail: (taskToken, error) => answered(() => client.call('SendTaskFailure', { taskToken, error })),
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
      const client = createStepFunctionsClient(awsConnection('SFN'));
      const workflows = createStepFunctions({ client, arnPrefix, use: context.workflows });
      return context.provide({ ...deps, workflows });
    },
  };
}

/** A repeated start is the same start, and a repeated answer is told from a first one by nobody: see `Workflows`. */
export function createStepFunctionsClient(connection: AwsConnection): StepFunctionsClient {
  const service = { name: 'states', target: 'AWSStepFunctions', version: '1.0' } as const;
  return createAwsClient({ ...connection, service, attempts: 3 });
}
