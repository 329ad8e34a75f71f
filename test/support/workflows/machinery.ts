import { operations } from '../../../infra/local/step-functions/api.ts';
import { LAPTOP, machineArn } from '../../../infra/local/step-functions/arn.ts';
import type { Ports } from '../../../infra/local/step-functions/calls.ts';
import { Engine } from '../../../infra/local/step-functions/engine.ts';
import type { JsonObject } from '../../../infra/local/step-functions/json.ts';
import { Store } from '../../../infra/local/step-functions/store.ts';
import { type DefinitionFile, readDefinitionFile } from '../../../infra/workflows/definition.ts';
import type { Clock } from '../../../shared/kernel/clock.ts';

/** The engine with one machine in it. Thousands of worlds, one after another, may share one. */
export interface Machinery {
  readonly engine: Engine;
  readonly machineArn: string;
  sfn(operation: string, body: JsonObject): Promise<JsonObject>;
  /** From now on it runs for this world. */
  serve(world: { readonly clock: Clock; readonly invokeFunction: Ports['invokeFunction'] }): void;
}

export const ARN_PREFIX = machineArn(LAPTOP, '');

class Named extends Error {
  constructor(name: string) {
    super(name);
    this.name = name;
  }
}

export async function openMachinery(
  name: string,
  definition: DefinitionFile = readDefinitionFile(name),
): Promise<Machinery> {
  let served: Parameters<Machinery['serve']>[0] | undefined;
  const engine = new Engine({
    store: new Store(':memory:'),
    clock: { now: () => served?.clock.now() ?? 0 },
    random: () => 0.5,
    ports: {
      invokeFunction: async (arn, payload) => served?.invokeFunction(arn, payload),
      putEvents: async () => ({}),
      dynamoDb: async () => ({}),
    },
  });
  const api = operations(engine, LAPTOP);
  const sfn = async (operation: string, body: JsonObject): Promise<JsonObject> => {
    try {
      return (await api.get(operation)?.run(body)) ?? {};
    } catch (error) {
      const type = (error as { type?: unknown }).type;
      throw typeof type === 'string' ? new Named(type) : error;
    }
  };
  await engine.start();
  await sfn('CreateStateMachine', {
    name,
    definition: definition.fill({ partition: LAPTOP.partition, worker: (context) => context }),
    roleArn: 'arn:local:iam::000000000000:role/workflow',
  });
  return {
    engine,
    sfn,
    machineArn: `${ARN_PREFIX}${name}`,
    serve(world) {
      served = world;
    },
  };
}
