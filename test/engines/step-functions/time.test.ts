import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { TimeMachine } from '../../../infra/local/clock/time-machine.ts';
import { VirtualClock } from '../../../infra/local/clock/virtual-clock.ts';
import { keepTime } from '../../../infra/local/step-functions/alarm.ts';
import { operations } from '../../../infra/local/step-functions/api.ts';
import { LAPTOP, machineArn } from '../../../infra/local/step-functions/arn.ts';
import { Engine } from '../../../infra/local/step-functions/engine.ts';
import type { JsonObject } from '../../../infra/local/step-functions/json.ts';
import { Store } from '../../../infra/local/step-functions/store.ts';
import { passTime as pass } from '../../support/workflows/pass-time.ts';
import { ManualClock } from '../local/manual-clock.ts';
import { tempFolder } from '../local/temp-folder.ts';
import { quietPorts, ROLE, START } from './rig.ts';

const DAY_MS = 86_400_000;
const waits = (seconds: number): string =>
  JSON.stringify({
    QueryLanguage: 'JSONata',
    StartAt: 'Rest',
    States: { Rest: { Type: 'Wait', Seconds: seconds, End: true } },
  });

async function running(definition: string, count: number, clock: { now(): number }) {
  const engine = new Engine({ store: new Store(':memory:'), clock, ports: quietPorts });
  const api = operations(engine, LAPTOP);
  const call = async (operation: string, body: JsonObject): Promise<JsonObject> =>
    (await api.get(operation)?.run(body)) ?? {};
  const stateMachineArn = machineArn(LAPTOP, 'm');
  const statuses = async (statusFilter: string): Promise<number> => {
    const { executions } = await call('ListExecutions', { stateMachineArn, statusFilter, maxResults: 1000 });
    return Array.isArray(executions) ? executions.length : 0;
  };
  await call('CreateStateMachine', { name: 'm', definition, roleArn: ROLE });
  const begin = async (): Promise<void> => {
    for (let index = 0; index < count; index += 1) {
      await call('StartExecution', { stateMachineArn, name: `e-${index}` });
    }
    await engine.idle();
  };
  return { engine, statuses, begin };
}

const elapsed = async (work: () => Promise<void>): Promise<number> => {
  const from = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(from);
  return (user + system) / 1000;
};

test('thirty days pass in well under a second', async () => {
  const clock = new ManualClock(START);
  const { engine, statuses, begin } = await running(waits(30 * 86_400), 1, clock);
  await begin();
  expect(await elapsed(() => pass(engine, clock, 30 * DAY_MS))).toBeLessThan(500);
  expect(await statuses('SUCCEEDED')).toBe(1);
  await engine.stop();
});

test('a year of daily waits passes in about a second', async () => {
  const daily = JSON.stringify({
    QueryLanguage: 'JSONata',
    StartAt: 'Begin',
    States: {
      Begin: { Type: 'Pass', Assign: { days: 0 }, Next: 'Day' },
      Day: { Type: 'Wait', Seconds: 86_400, Assign: { days: '{% $days + 1 %}' }, Next: 'Enough' },
      Enough: { Type: 'Choice', Choices: [{ Condition: '{% $days = 364 %}', Next: 'Done' }], Default: 'Day' },
      Done: { Type: 'Succeed' },
    },
  });
  const clock = new ManualClock(START);
  const { engine, begin } = await running(daily, 1, clock);
  await begin();
  expect(await elapsed(() => pass(engine, clock, 364 * DAY_MS))).toBeLessThan(2000);
  const history = await engine.transact((store) => store.events(1).at(-1)?.type);
  expect(history).toBe('ExecutionSucceeded');
  await engine.stop();
});

test('a thousand executions wait, and wake together', async () => {
  const clock = new ManualClock(START);
  const { engine, statuses, begin } = await running(waits(30 * 86_400), 1000, clock);
  await begin();
  expect(await statuses('RUNNING')).toBe(1000);
  await pass(engine, clock, 30 * DAY_MS - 1);
  expect(await statuses('RUNNING')).toBe(1000);
  await pass(engine, clock, 1);
  expect(await statuses('SUCCEEDED')).toBe(1000);
  await engine.stop();
});

test("the laptop's time machine moves it from wait to wait", async () => {
  const clock = new VirtualClock(join(tempFolder(), 'clock.json'), () => Date.parse(START));
  const { engine, statuses, begin } = await running(waits(30 * 86_400), 10, clock);
  await begin();
  const drain = async () => ({ delivered: 0, drained: true });
  const machine = new TimeMachine({ clock, agendas: [engine], drain });
  const move = await machine.move((nowMs) => nowMs + 31 * DAY_MS);
  expect(move).toMatchObject({ settled: true, steps: 1 });
  expect(move.fired['workflows']).toBeGreaterThanOrEqual(10);
  expect(await statuses('SUCCEEDED')).toBe(10);
  await engine.stop();
});

test('time does not move while a call is under way', async () => {
  const clock = new ManualClock(START);
  const open: (() => void)[] = [];
  const engine = new Engine({
    store: new Store(':memory:'),
    clock,
    ports: { ...quietPorts, invokeFunction: () => new Promise<void>((resolve) => void open.push(resolve)) },
  });
  const api = operations(engine, LAPTOP);
  const calls = {
    Type: 'Task',
    Resource: 'arn:aws:states:::lambda:invoke',
    Arguments: { FunctionName: 'f' },
    TimeoutSeconds: 5,
    End: true,
  };
  const definition = JSON.stringify({ QueryLanguage: 'JSONata', StartAt: 'Call', States: { Call: calls } });
  await api.get('CreateStateMachine')?.run({ name: 'm', definition, roleArn: ROLE });
  await api.get('StartExecution')?.run({ stateMachineArn: machineArn(LAPTOP, 'm'), name: 'one' });
  const moved = pass(engine, clock, 10_000);
  await vi.waitUntil(() => open.length === 1);
  expect(clock.now()).toBe(Date.parse(START));
  open[0]?.();
  await moved;
  const status = await engine.transact((store) => store.execution(1).status);
  expect(status).toBe('SUCCEEDED');
  await engine.stop();
});

afterEach(() => {
  vi.useRealTimers();
});

test('on a real clock no timer is longer than Node can hold', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'], now: Date.parse(START) });
  const delays = vi.spyOn(globalThis, 'setTimeout');
  const { engine, statuses, begin } = await running(waits(60 * 86_400), 1, { now: () => Date.now() });
  const stop = keepTime(engine);
  await begin();
  await vi.advanceTimersByTimeAsync(60 * DAY_MS - 1);
  expect(await statuses('RUNNING')).toBe(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(await statuses('SUCCEEDED')).toBe(1);
  expect(Math.max(...delays.mock.calls.map(([, delay]) => delay ?? 0))).toBe(2 ** 31 - 1);
  stop();
  await engine.stop();
});
