import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import type { Context, Subscription, Task } from '../../shared/context.ts';
import { eventFor } from '../../shared/data/events.ts';
import type { DomainEvent } from '../../shared/data/table.ts';
import { TableUnavailable } from '../../shared/data/table-errors.ts';
import { defineContext } from '../../shared/define-context.ts';
import { createLog } from '../../shared/observability/log.ts';
import { createWorker } from '../../shared/worker.ts';
import type { WorkerEvent } from '../../shared/worker-messages.ts';
import { onTheBus } from '../support/bus.ts';
import { type TestDepsOptions, testDeps } from '../support/deps.ts';
import { lambdaContext } from './edge.ts';
import { smallErrors } from './small-context.ts';

const MARKER = '张三110101199003078515';

function workerOf(parts: Partial<Context>, options: TestDepsOptions = {}) {
  const deps = testDeps(options);
  const context = defineContext({ name: 'things', errors: smallErrors, routes: [], ...parts });
  const worker = createWorker(context, deps);
  return { deps, send: (message: unknown) => worker(message as WorkerEvent, lambdaContext) };
}

/** As EventBridge hands over what the pipe made of an item's last event. */
function busEvent(event: DomainEvent): unknown {
  return {
    id: '1',
    version: '0',
    source: 'tiered-care.demo',
    account: '1',
    region: 'local',
    time: '2026-03-02T00:00:00Z',
    resources: [],
    'detail-type': 'domain-event',
    detail: onTheBus(event),
  };
}

function subscription(handle: Subscription['handle'], event = 'booking.appointment-ended'): Subscription {
  return { event, handle };
}

const ended: DomainEvent = {
  id: 'event-1',
  type: 'booking.appointment-ended',
  at: '2026-03-02T00:00:00.000Z',
  data: { appointmentId: 'a1', numbers: [1, { a: null }] },
  traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`,
};

async function failureOf(sent: Promise<unknown>): Promise<Error> {
  try {
    await sent;
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error('no error was thrown');
}

describe('a message that nobody declared', () => {
  it.each<[string, unknown]>([
    ['a task', { task: 'unknown', input: {} }],
    ['a task called like a part of every object', { task: 'constructor', input: {} }],
    ['an event', busEvent({ ...ended, type: 'booking.other' })],
    ['an event without an id', { detail: { ...onTheBus(ended), id: undefined } }],
    ['a schedule', { schedule: 'unknown', at: '2026-03-02T00:00:00Z' }],
    ['a message of another kind', { hello: 'world' }],
    ['a sweep that is none', { sweep: false }],
    ['nothing to resume', { resumeParked: false }],
    ['a schedule without its time', { schedule: 'nightly' }],
    ['a bus event without a detail', { 'detail-type': 'domain-event' }],
    ['a word', 'hello'],
    ['nothing', null],
    ['a list', []],
  ])('fails, so that it reaches the dead letters: %s', async (_, message) => {
    const { send, deps } = workerOf({
      subscriptions: [subscription(async () => {})],
      schedules: [{ name: 'nightly', dailyAt: '00:30', handle: async () => {} }],
    });
    expect((await failureOf(send(message))).name).toBe('UnknownMessage');
    expect(deps.lines).toMatchObject([
      { level: 'error', code: 'WORKER_FAILED', facts: { requestId: 'lambda-request-1' } },
    ]);
  });
});

describe('a task', () => {
  const task = (
    handle: (input: { thingId: string; days: number }, call: object) => Promise<unknown>,
  ): Task => ({
    input: z.strictObject({ thingId: z.string(), days: z._default(z.int(), 7) }),
    output: z.object({ status: z.string() }),
    handle: (_deps, input, call) => handle(input as { thingId: string; days: number }, call),
  });

  it('gets its input parsed, its token and the id of the call, and answers what is declared', async () => {
    const calls: unknown[] = [];
    const { send } = workerOf({
      tasks: {
        'keep-thing': task(async (...given) => {
          calls.push(given);
          return { status: 'KEPT', secret: MARKER };
        }),
      },
    });
    expect(await send({ task: 'keep-thing', input: { thingId: 't1' }, token: 'token-1' })).toEqual({
      status: 'KEPT',
    });
    await send({ task: 'keep-thing', input: { thingId: 't1', days: 1 } });
    expect(calls).toEqual([
      [
        { thingId: 't1', days: 7 },
        { requestId: 'lambda-request-1', taskToken: 'token-1' },
      ],
      [{ thingId: 't1', days: 1 }, { requestId: 'lambda-request-1' }],
    ]);
  });

  it.each<[string, unknown]>([
    ['lacks a field', {}],
    ['has one too many', { thingId: 't1', [MARKER]: MARKER }],
    ['has one of another type', { thingId: [MARKER] }],
    ['is nothing', undefined],
  ])('is not called with an input that %s, and the failure does not quote it', async (_, input) => {
    let called = false;
    const { send, deps } = workerOf({
      tasks: {
        'keep-thing': task(async () => {
          called = true;
          return { status: 'KEPT' };
        }),
      },
    });
    const failure = await failureOf(send({ task: 'keep-thing', input }));
    expect(failure.name).toBe('InvalidMessage');
    expect(failure.message).toMatch(/^the task input is not as declared: /);
    expect(called).toBe(false);
    expect(failure.message + failure.stack + JSON.stringify(deps.lines)).not.toContain('张三');
  });

  it('fails when its output is not as declared', async () => {
    const { send } = workerOf({ tasks: { 'keep-thing': task(async () => ({ status: 7 })) } });
    const failure = await failureOf(send({ task: 'keep-thing', input: { thingId: 't1' } }));
    expect(failure).toMatchObject({
      name: 'InvalidMessage',
      message: 'the task output is not as declared: status invalid_type',
    });
  });

  it.each<[string, unknown, string]>([
    ['a refusal by its code', smallErrors.refusal('THING_GONE', { cause: new Error(MARKER) }), 'THING_GONE'],
    ['a table that does not answer', new TableUnavailable('ThrottlingException', 'no'), 'TableUnavailable'],
    ['an error by its class', new RangeError(MARKER), 'RangeError'],
    ['what is no error', MARKER, 'Error'],
  ])('fails under a name that a state machine can catch: %s', async (_, error, name) => {
    const failing = task(async () => {
      throw error;
    });
    const { send } = workerOf({ tasks: { 'keep-thing': failing } });
    expect((await failureOf(send({ task: 'keep-thing', input: { thingId: 't1' } }))).name).toBe(name);
  });
});

describe('an event', () => {
  it('reaches each subscription of its type whole', async () => {
    const seen: [string, DomainEvent][] = [];
    const keep = (name: string, type?: string) =>
      subscription(async (_deps, event) => void seen.push([name, event]), type);
    const { send } = workerOf({
      subscriptions: [keep('first'), keep('other', 'booking.other'), keep('second')],
    });
    await send(busEvent(ended));
    expect(seen).toEqual([
      ['first', ended],
      ['second', ended],
    ]);
  });

  it('is as the table layer writes it', async () => {
    const seen: DomainEvent[] = [];
    const { send, deps } = workerOf({
      subscriptions: [subscription(async (_deps, event) => void seen.push(event))],
    });
    const event = eventFor(deps, 'booking.appointment-ended', { data: { appointmentId: 'a1' } });
    await send(busEvent(event));
    expect(seen).toEqual([event]);
  });

  it('reaches the second subscription though the first fails, and fails so that the bus repeats it for both', async () => {
    const seen: string[] = [];
    let firstFails = true;
    const { send, deps } = workerOf({
      subscriptions: [
        subscription(async () => {
          seen.push('first');
          if (firstFails) throw new TypeError(MARKER);
        }),
        subscription(async () => void seen.push('second')),
      ],
    });
    expect((await failureOf(send(busEvent(ended)))).name).toBe('TypeError');
    expect(seen).toEqual(['first', 'second']);
    expect(deps.lines.map(({ code }) => code)).toEqual(['SUBSCRIPTION_FAILED', 'WORKER_FAILED']);
    expect(deps.lines[0]).toMatchObject({
      facts: { event: 'booking.appointment-ended', eventId: 'event-1' },
    });
    firstFails = false;
    await send(busEvent(ended));
    expect(seen).toEqual(['first', 'second', 'first', 'second']);
  });

  it.each<[string, unknown]>([
    ['no JSON', { detail: { ...onTheBus(ended), event: `{"id": "${MARKER}` } }],
    ['no event', { detail: { ...onTheBus(ended), event: '{}' } }],
    ['an event without data', { detail: onTheBus({ ...ended, data: MARKER } as never) }],
    ['an event at no instant', { detail: onTheBus({ ...ended, at: '2026-03-02' }) }],
  ])('that is %s reaches nobody and fails', async (_, message) => {
    let called = false;
    const { send, deps } = workerOf({
      subscriptions: [
        subscription(async () => {
          called = true;
        }),
      ],
    });
    const failure = await failureOf(send(message));
    expect(failure.name).toBe('InvalidMessage');
    expect(called).toBe(false);
    expect(failure.message + failure.stack + JSON.stringify(deps.lines)).not.toContain('张三');
  });
});

describe('a schedule', () => {
  it('is called with the time it was due at', async () => {
    const fired: object[] = [];
    const { send } = workerOf({
      schedules: [
        { name: 'nightly', dailyAt: '00:30', handle: async (_deps, at) => void fired.push(at) },
        { name: 'weekly', dailyAt: '00:40', handle: async () => Promise.reject(new Error('not asked for')) },
      ],
    });
    await send({ schedule: 'nightly', at: '2026-03-01T16:30:00Z' });
    expect(fired).toEqual([{ at: '2026-03-01T16:30:00Z' }]);
  });
});

describe('a sweep', () => {
  const START = '2026-03-02T00:00:00.000Z';

  async function withTimers(handle: (pk: string) => Promise<void>) {
    const made = workerOf(
      { timers: { 'thing-due': async (_deps, { key }) => handle(key.pk) } },
      { start: START },
    );
    for (const [id, at] of [
      ['a', '2026-03-01T23:00:00.000Z'],
      ['b', '2026-03-01T23:30:00.000Z'],
      ['later', '2026-03-02T01:00:00.000Z'],
    ] as const) {
      await made.deps.table.put({ pk: `things#${id}`, sk: 'thing' }, { timer: { kind: 'thing-due', at } });
    }
    return made;
  }

  it('calls the timers that are due, once, and counts them', async () => {
    const called: string[] = [];
    const { send, deps } = await withTimers(async (pk) => void called.push(pk));
    expect(await send({ sweep: true })).toEqual({ claimed: 2, done: 2, failed: 0, parked: 0 });
    expect(await send({ sweep: true })).toEqual({ claimed: 0, done: 0, failed: 0, parked: 0 });
    expect(called.sort()).toEqual(['things#a', 'things#b']);
    expect(deps.lines).toEqual([
      {
        level: 'info',
        code: 'TIMERS_SWEPT',
        facts: { context: 'things', claimed: 2, done: 2, failed: 0, parked: 0 },
        error: undefined,
      },
    ]);
  });

  it('goes on after one that fails, and names it without its message', async () => {
    const lines: string[] = [];
    const log = createLog({ service: 'demo', level: 'INFO', write: (line) => lines.push(line) });
    const made = workerOf(
      {
        timers: {
          'thing-due': async (_deps, { key }) => {
            if (key.pk === 'things#a') throw new RangeError(MARKER);
          },
        },
      },
      { start: START, log },
    );
    for (const id of ['a', 'b']) {
      await made.deps.table.put(
        { pk: `things#${id}`, sk: 'thing' },
        { timer: { kind: 'thing-due', at: START } },
      );
    }
    expect(await made.send({ sweep: true })).toEqual({ claimed: 2, done: 1, failed: 1, parked: 0 });
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { level: 'WARN', code: 'TIMER_FAILED', timer: 'thing-due', attempts: 1, errorName: 'RangeError' },
      { level: 'INFO', code: 'TIMERS_SWEPT', claimed: 2, failed: 1 },
    ]);
    expect(lines.join()).not.toContain('张三');
  });

  it('rings for an operator when a timer is given up', async () => {
    const { send, deps } = await withTimers(async () => {
      throw new Error('never');
    });
    for (let times = 0; times < 12; times += 1) {
      await send({ sweep: true });
      deps.clock.advance(3_600_000);
    }
    const parked = deps.lines.filter(({ code }) => code === 'TIMERS_PARKED');
    expect(parked.map(({ level }) => level)).toEqual(parked.map(() => 'error'));
    expect(parked.reduce((sum, { facts }) => sum + Number(facts['parked']), 0)).toBe(3);
  });

  it('is resumed by an operator who has mended what made the timers fail', async () => {
    let isMended = false;
    const called: string[] = [];
    const { send, deps } = await withTimers(async (pk) => {
      if (!isMended) throw new Error('not yet');
      called.push(pk);
    });
    for (let times = 0; times < 12; times += 1) {
      await send({ sweep: true });
      deps.clock.advance(3_600_000);
    }
    isMended = true;
    expect(await send({ sweep: true })).toMatchObject({ claimed: 0 });
    expect(await send({ resumeParked: true })).toEqual({ resumed: 3, left: false });
    expect(await send({ sweep: true })).toMatchObject({ claimed: 3, done: 3 });
    expect(called.toSorted()).toEqual(['things#a', 'things#b', 'things#later']);
    expect(deps.lines.find(({ code }) => code === 'TIMERS_RESUMED')?.facts).toEqual({
      context: 'things',
      resumed: 3,
      left: false,
    });
  });
});

describe('whatever a handler throws', () => {
  it.each<[string, () => unknown]>([
    ['in its message', () => new Error(MARKER)],
    ['in a message that looks like a frame', () => new Error(`x\n    at ${MARKER} (/a/b.ts:1:2)`)],
    ['in its cause', () => new Error('x', { cause: MARKER })],
    ['in a property', () => Object.assign(new Error('x'), { input: MARKER })],
    ['as a word', () => MARKER],
  ])('leaves the worker without what a person typed %s', async (_, made) => {
    const { send } = workerOf({
      subscriptions: [
        subscription(async () => {
          throw made();
        }),
      ],
    });
    const failure = await failureOf(send(busEvent(ended)));
    const told = [
      failure.name,
      failure.message,
      failure.stack,
      JSON.stringify(failure),
      String(failure.cause),
    ];
    expect(told.join()).not.toContain('张三');
    expect(Object.keys(failure)).not.toContain('input');
  });

  it('leaves it with the frames it came by', async () => {
    const { send } = workerOf({
      subscriptions: [
        subscription(async () => {
          throw new Error(MARKER);
        }),
      ],
    });
    expect((await failureOf(send(busEvent(ended)))).stack).toMatch(/worker\.test\.ts:\d+:\d+/);
  });
});
