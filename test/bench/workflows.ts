import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { SendTaskSuccessCommand, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { operations } from '../../infra/local/step-functions/api.ts';
import { LAPTOP, machineArn } from '../../infra/local/step-functions/arn.ts';
import { Engine } from '../../infra/local/step-functions/engine.ts';
import type { JsonObject } from '../../infra/local/step-functions/json.ts';
import { serveStepFunctions } from '../../infra/local/step-functions/server.ts';
import { Store } from '../../infra/local/step-functions/store.ts';
import { ManualClock } from '../engines/local/manual-clock.ts';
import { passTime } from '../support/workflows/pass-time.ts';
import { stay } from '../support/workflows/stay/stay.ts';

const DAY_MS = 86_400_000;
const MONTH_SECONDS = 30 * 86_400;
const EXECUTIONS = 2_000;
const IN_FLIGHT = 8;
const WAITING = 1_000;
const MANY = 10_000;
/** Of memory kept for ten thousand people who are awaited: they lie in the file. */
const MOST_MB = 8;

/** The embedded engine on a file, as on the laptop: a bed reserved, a nurse awaited, the stay admitted or given up. */
export async function workflows(): Promise<boolean> {
  // Memory first, while the heap holds nothing else.
  const memory = await memoryOf(MANY);
  console.table({ [`${MANY} waiting executions`]: memory });
  const direct = await throughput(false);
  const overHttp = await throughput(true);
  console.table({
    'in this process': { 'executions/s': Math.round(direct) },
    'over the API, with the SDK': { 'executions/s': Math.round(overHttp) },
  });
  const together = await month(() => 0);
  const spread = await month((index) => -index * 60);
  console.table({
    'all due at one instant': { [`ms for 30 days with ${WAITING} waiting`]: Math.round(together) },
    'each due at a minute of its own': { [`ms for 30 days with ${WAITING} waiting`]: Math.round(spread) },
  });
  return memory['heap kept, MB more'] < MOST_MB;
}

interface Bench {
  readonly engine: Engine;
  readonly clock: ManualClock;
  readonly tokens: string[];
  call(operation: string, body: JsonObject): Promise<void>;
}

const stateMachineArn = machineArn(LAPTOP, stay.name);

async function withEngine<T>(work: (bench: Bench) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'tiered-care-bench-'));
  const clock = new ManualClock('2027-03-01T00:00:00.000Z');
  const tokens: string[] = [];
  const engine = new Engine({
    store: new Store(join(folder, 'workflows.sqlite')),
    clock,
    ports: {
      async invokeFunction(_arn, payload) {
        const { token } = Object(payload);
        if (typeof token === 'string') tokens.push(token);
        return { bedId: 'B7' };
      },
      putEvents: async () => ({}),
      dynamoDb: async () => ({}),
    },
  });
  const api = operations(engine, LAPTOP);
  const call = async (operation: string, body: JsonObject): Promise<void> => {
    await api.get(operation)?.run(body);
  };
  const definition = stay.definition.fill({ partition: LAPTOP.partition, worker: (context) => context });
  await call('CreateStateMachine', {
    name: stay.name,
    definition,
    roleArn: 'arn:local:iam::000000000000:role/w',
  });
  try {
    return await work({ engine, clock, tokens, call });
  } finally {
    await engine.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

const started = (index: number, nurseSeconds: number): JsonObject & { name: string; input: string } => ({
  name: `S${index}-1`,
  input: JSON.stringify({ stayId: `S${index}`, nurseSeconds }),
});

/** Whole executions a second: started, two tasks called, answered, ended. */
function throughput(overHttp: boolean): Promise<number> {
  return withEngine(async ({ engine, tokens, call }) => {
    const server = await serveStepFunctions({ engine });
    const sfn = new SFNClient({
      endpoint: server.endpoint,
      region: 'local',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    });
    const start = (index: number): Promise<unknown> => {
      const request = { stateMachineArn, ...started(index, MONTH_SECONDS) };
      return overHttp ? sfn.send(new StartExecutionCommand(request)) : call('StartExecution', request);
    };
    const answer = (taskToken: string): Promise<unknown> => {
      const request = { taskToken, output: '{"accepted":true}' };
      return overHttp ? sfn.send(new SendTaskSuccessCommand(request)) : call('SendTaskSuccess', request);
    };
    const from = performance.now();
    await inFlight(Array.from({ length: EXECUTIONS }, (_, index) => () => start(index)));
    await engine.idle();
    await inFlight(tokens.map((token) => () => answer(token)));
    await engine.idle();
    const seconds = (performance.now() - from) / 1000;
    sfn.destroy();
    await server.stop();
    return EXECUTIONS / seconds;
  });
}

async function inFlight(calls: readonly (() => Promise<unknown>)[]): Promise<void> {
  const queue = calls[Symbol.iterator]();
  await Promise.all(
    Array.from({ length: IN_FLIGHT }, async () => {
      for (const call of queue) await call();
    }),
  );
}

/** Real milliseconds for a month in which every nurse stays silent: each wait ends and gives its bed back. */
function month(shiftSeconds: (index: number) => number): Promise<number> {
  return withEngine(async ({ engine, clock, call }) => {
    for (let index = 0; index < WAITING; index += 1) {
      const request = started(index, MONTH_SECONDS + shiftSeconds(index));
      await call('StartExecution', { stateMachineArn, ...request });
    }
    await engine.idle();
    const from = performance.now();
    await passTime(engine, clock, 30 * DAY_MS);
    return performance.now() - from;
  });
}

interface Memory {
  readonly 'heap kept, MB more': number;
  readonly 'resident, MB more': number;
  readonly 'resident in all, MB': number;
}

function memoryOf(count: number): Promise<Memory> {
  return withEngine(async ({ engine, tokens, call }) => {
    // What the first ones load and compile is the engine's own.
    const begin = async (from: number, until: number): Promise<void> => {
      for (let index = from; index < until; index += 1) {
        await call('StartExecution', { stateMachineArn, ...started(index, MONTH_SECONDS) });
        tokens.length = 0;
      }
      await engine.idle();
    };
    await begin(0, 100);
    const before = { kept: keptMb(), resident: residentMb() };
    await begin(100, 100 + count);
    return {
      'heap kept, MB more': Number((keptMb() - before.kept).toFixed(1)),
      'resident, MB more': Number((residentMb() - before.resident).toFixed(1)),
      'resident in all, MB': Math.round(residentMb()),
    };
  });
}

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

function keptMb(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed / 1_048_576;
}

const residentMb = (): number => process.memoryUsage.rss() / 1_048_576;
