import { join } from 'node:path';
import type { Context } from '../../shared/context.ts';
import type { Machine } from '../machines.ts';
import type { LocalFunctions } from './functions-in-process.ts';
import { operations } from './step-functions/api.ts';
import { LAPTOP, machineArn } from './step-functions/arn.ts';
import type { Ports } from './step-functions/calls.ts';
import { Engine } from './step-functions/engine.ts';
import { SfnRefusal } from './step-functions/errors.ts';
import type { JsonObject } from './step-functions/json.ts';
import { serveStepFunctions } from './step-functions/server.ts';
import { Store } from './step-functions/store.ts';
import type { Teardown } from './teardown.ts';

export interface WorkflowsPlan {
  /** City id. */
  readonly city: string;
  readonly contexts: readonly Pick<Context, 'name'>[];
  readonly machines: readonly Machine[];
  readonly folder: string;
  readonly clock: { now(): number };
  readonly invokeWorker: LocalFunctions['invokeWorker'];
}

class AccessDenied extends Error {
  override readonly name = 'AccessDeniedException';
}

const LAMBDA = `arn:${LAPTOP.partition}:lambda:${LAPTOP.region}:${LAPTOP.account}:function:`;
const ROLE = `arn:${LAPTOP.partition}:iam::${LAPTOP.account}:role/workflows`;

/** For `STATE_MACHINE_ARN_PREFIX`: machines of a city are called as on AWS. */
export const localArnPrefix = (city: string): string => machineArn(LAPTOP, `${city}-`);

/**
 * Starts the embedded Step Functions with the city's machines, brought to what their files say; executions under way
 * go on with the definition they began with. Sends this process's client there, unless the user sends it elsewhere.
 */
export async function startWorkflows(plan: WorkflowsPlan, teardown: Teardown): Promise<Engine> {
  const store = new Store(join(plan.folder, 'workflows.sqlite'));
  const engine = new Engine({ store, clock: plan.clock, ports: portsOf(plan) });
  teardown.add(() => engine.stop());
  await bringMachines(engine, plan);
  const { endpoint, stop } = await serveStepFunctions({ engine });
  teardown.add(stop);
  process.env['AWS_ENDPOINT_URL_SFN'] ??= endpoint;
  // Last: calls that were under way when the city was stopped are made again, and may want to answer.
  await engine.start();
  return engine;
}

function portsOf({ city, contexts, invokeWorker }: WorkflowsPlan): Ports {
  const workers = new Map(contexts.map(({ name }) => [workerArn(city, name), name]));
  // A machine's role allows nothing else: what it did past the contexts, none of them would know of.
  const denied = async (): Promise<never> => {
    throw new AccessDenied('machines call workers only');
  };
  return {
    async invokeFunction(arn, payload) {
      const context = workers.get(arn);
      if (context === undefined) throw new AccessDenied(`no worker ${arn}`);
      return invokeWorker(context, payload);
    },
    putEvents: denied,
    dynamoDb: denied,
  };
}

const workerArn = (city: string, context: string): string => `${LAMBDA}${city}-${context}-worker`;

async function bringMachines(engine: Engine, { city, contexts, machines }: WorkflowsPlan): Promise<void> {
  const api = operations(engine, LAPTOP);
  const call = async (operation: string, body: JsonObject): Promise<void> => {
    await api.get(operation)?.run(body);
  };
  for (const { name, definition: file } of machines) {
    const definition = file.fill({
      partition: LAPTOP.partition,
      worker: (context) => {
        if (!contexts.some((one) => one.name === context))
          throw new Error(`${name} calls no context: ${context}`);
        return workerArn(city, context);
      },
    });
    try {
      await call('CreateStateMachine', { name: `${city}-${name}`, definition, roleArn: ROLE });
    } catch (error) {
      if (!(error instanceof SfnRefusal && error.type === 'StateMachineAlreadyExists')) throw error;
      await call('UpdateStateMachine', { stateMachineArn: `${localArnPrefix(city)}${name}`, definition });
    }
  }
}
